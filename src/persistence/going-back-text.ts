import type { ActorId } from '../protocol/actor-id.ts'
import type { ActorBack, GoingBack } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { checkpointToText, memberToText, timerToText, type SnapshotText } from './commit-text.ts'
import { checkText, messageToText } from './envelope-text.ts'
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

export function goingBackToText(codec: Codec, { supervisor, actors, strangers, groups }: GoingBack): GoingBackText {
  return {
    supervisor,
    actors: actors.map((actor) => actorToText(codec, actor)),
    strangers: strangers.map((id) => checkText(id, 'actor id')),
    groups: groups.map((group) => ({
      supervisor: group.supervisor,
      members: group.members.map((member) => memberToText(codec, member)),
    })),
  }
}

function actorToText(codec: Codec, { id, snapshot, limits, journal }: ActorBack): ActorBackText {
  return {
    id: checkText(id, 'actor id'),
    snapshot: checkpointToText(codec, { snapshot, cause: 'cut', limits }),
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
    size += snapshot.state.length
    for (const { text } of journal?.mail ?? []) size += text.input.length
    for (const { input } of journal?.timers ?? []) size += input.length
  }
  for (const { members } of groups) for (const { args } of members) size += args.length
  return size
}
