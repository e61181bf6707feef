import type { ActorId } from '../protocol/actor-id.ts'
import type { ActorBack, GoingBack } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { checkpointToText, memberToText, timerToText, type SnapshotText } from './commit-text.ts'
import { checkText, messageToText } from './envelope-text.ts'
import type { KeyedBases } from './keyed-bases.ts'
import { keyedSize } from './keyed-text.ts'
import type { EnvelopeText, MemberRow, TimerRow } from './records.ts'

/** As {@link ActorBack}, with every value as text. */
export interface ActorBackText {
  readonly id: ActorId
  readonly snapshot: SnapshotText
  readonly journal:
    | {
        readonly mail: readonly { readonly text: EnvelopeText; readonly seq: number }[]
        readonly timers: readonly TimerRow[]
        readonly appliedTo: number | undefined
      }
    | undefined
}

/** As {@link GoingBack}, with every value as text. */
export interface GoingBackText {
  readonly supervisor: ActorId
  readonly actors: readonly ActorBackText[]
  readonly strangers: readonly ActorId[]
  readonly groups: readonly { readonly supervisor: ActorId; readonly members: readonly MemberRow[] }[]
}

export function goingBackToText(
  codec: Codec,
  { supervisor, actors, strangers, groups }: GoingBack,
  bases: KeyedBases,
): GoingBackText {
  return {
    supervisor,
    actors: actors.map((actor) => actorToText(codec, actor, bases)),
    strangers: strangers.map((id) => checkText(id, 'actor id')),
    groups: groups.map((group) => ({
      supervisor: group.supervisor,
      members: group.members.map((member) => memberToText(codec, member)),
    })),
  }
}

function actorToText(codec: Codec, { id, snapshot, limits, journal }: ActorBack, bases: KeyedBases): ActorBackText {
  // The maps are those of another time: all of them are written.
  bases.begin(id)
  const text = checkpointToText(codec, id, { snapshot, cause: 'cut', limits }, bases)
  bases.begin(id)
  return {
    id: checkText(id, 'actor id'),
    snapshot: text,
    journal: journal && {
      mail: journal.mail.map(({ envelope, seq }) => ({ text: messageToText(codec, id, envelope), seq })),
      timers: journal.timers.map((timer) => timerToText(codec, id, timer)),
      appliedTo: journal.appliedTo,
    },
  }
}

/** About how much text it carries, in UTF-16 units. */
export function goingBackSize({ actors, groups }: GoingBackText): number {
  let size = 0
  for (const { snapshot, journal } of actors) {
    size += snapshot.state.length + (snapshot.keyed === undefined ? 0 : keyedSize(snapshot.keyed))
    for (const { text } of journal?.mail ?? []) size += text.input.length
    for (const { input } of journal?.timers ?? []) size += input.length
  }
  for (const { members } of groups) for (const { args } of members) size += args.length
  return size
}
