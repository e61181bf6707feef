import type {
  Checkpoint,
  Committed,
  EffectResult,
  JournaledSend,
  Persistence,
  Revived,
  StoreInfo,
} from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { encodeReason } from '../serialization/reason-text.ts'
import { checkpointToText, commitToText, memberToText, type SendText } from './commit-text.ts'
import type { CopyListener } from './copy-progress.ts'
import { checkText, messageToText } from './envelope-text.ts'
import { effectToText } from './effect-text.ts'
import { exitToText } from './exit-text.ts'
import { isLinked, linkOf } from '../protocol/linked-id.ts'
import { linkStoreOver } from './link-store-over.ts'
import { goingBackToText } from './going-back-text.ts'
import { KeyedBases, type KeyedWriting } from './keyed-bases.ts'
import type { Answers, CommittedText, OperationOf, OperationType } from './operation.ts'
import { BoundedTurnNotes, type TurnNotebook } from './turn-notes.ts'

/** Something that carries out operations, here or elsewhere. */
export interface OperationStore {
  readonly info: StoreInfo
  /**
   * Asks for an operation. `make` is called at once; what it throws is rejected in its turn, as everything else. Operations take
   * effect in the order in which they are asked for, and their promises settle in that order, with what `read` makes of the
   * answer: a step more behind a promise would come after answers that follow.
   */
  submit<Type extends OperationType>(make: () => OperationOf<Type>): Promise<Answers[Type]>
  submit<Type extends OperationType, T>(make: () => OperationOf<Type>, read: (answer: Answers[Type]) => T): Promise<T>
  /** Copies everything into a new file at `path`, while the store goes on. */
  copy(path: string, told: CopyListener): Promise<void>
  close(): Promise<void>
}

/** In characters of its text. */
const largeState = 64 * 1024

/** The contract of a store over its operations: values become text when a method is called. */
export function persistenceOver(store: OperationStore, codec: Codec, notebook?: TurnNotebook): Persistence {
  const turns = notebook && new BoundedTurnNotes(notebook)
  const keyed = new KeyedBases()
  return {
    get info() {
      return store.info
    },
    turns,
    accept: (to, envelope, keep) =>
      store.submit<'accept'>(() => {
        const text = messageToText(codec, to, envelope)
        if (typeof envelope.input === 'object' && envelope.input !== null) keep?.(codec.decode(text.input))
        return { type: 'accept', to, text }
      }),
    commit: (id, incarnation, commit) => {
      let sends: readonly JournaledSend[] = noSends
      let writing: KeyedWriting | undefined
      let largeBytes = 0
      const make = (): OperationOf<'commit'> => {
        const text = commitToText(codec, id, commit, keyed)
        if (text.checkpoint?.keyed !== undefined) writing = keyed.begin(id)
        if (text.checkpoint !== undefined && text.checkpoint.state.length > largeState) largeBytes = text.checkpoint.state.length
        if (commit.turns.some((turn) => turn.sends.length > 0)) {
          sends = commit.turns.flatMap((turn) => turn.sends)
          const texts = text.turns.flatMap((turn) => turn.sends)
          sends = sends.map((send, i) => asJournaled(codec, send, texts[i]))
        }
        return { type: 'commit', id, incarnation, commit: text }
      }
      return store.submit<'commit', Committed>(make, (committed) => {
        if (committed.full !== undefined) return { checkpoint: undefined, deliveries: [], full: committed.full }
        turns?.committed()
        writing?.(committed.checkpoint)
        return largeBytes > 0 ? { ...deliveriesOf(sends, committed), largeBytes } : deliveriesOf(sends, committed)
      })
    },
    seal: (id, incarnation, { reason, snapshot, limits, number, crashedOn }) => {
      const order = snapshot && { snapshot, cause: 'term' as const, limits, ...(number !== undefined && { number }) }
      const make = (): OperationOf<'seal'> => {
        const will = {
          reason: encodeReason(codec, reason),
          snapshot: order && checkpointToText(codec, id, order, keyed),
          crashedOn,
        }
        if (will.snapshot?.keyed !== undefined) keyed.begin(id)
        return { type: 'seal', id, incarnation, will }
      }
      return store.submit<'seal', number | undefined>(make, (checkpoint) => {
        keyed.ended(id)
        return checkpoint
      })
    },
    open: (id, rung, incarnation) =>
      store.submit<'open', Revived>(
        () => ({ type: 'open', id: checkText(id, 'actor id'), rung, incarnation }),
        (opened) => {
          keyed.opened(id, opened)
          return opened
        },
      ),
    beginAnew: (id, why) => store.submit<'beginAnew'>(() => ({ type: 'beginAnew', id, why })),
    goBack: (order) => store.submit<'goBack'>(() => ({ type: 'goBack', order: goingBackToText(codec, order, keyed) })),
    read: (id, checkpoint) =>
      store.submit<'read', Checkpoint | undefined>(
        () => ({ type: 'read', id, checkpoint }),
        (found) => {
          keyed.read(id, found)
          return found
        },
      ),
    beginEffect: (id, incarnation, { seq, name, key }) =>
      store.submit<'beginEffect'>(() => {
        const effect = { seq, name: checkText(name, 'name of an effect'), key }
        return { type: 'beginEffect', id, incarnation, effect }
      }),
    settleEffect: (id, incarnation, { seq, name }, given) => {
      let result = ''
      const make = (): OperationOf<'settleEffect'> => {
        result = effectToText(codec, name, given)
        return { type: 'settleEffect', id, incarnation, effect: { seq, name, result } }
      }
      return store.submit<'settleEffect', EffectResult>(make, () => codec.decode(result) as EffectResult)
    },
    fire: (id, timer) => store.submit<'fire'>(() => ({ type: 'fire', id, timer })),
    deadLetters: (most) => store.submit<'deadLetters'>(() => ({ type: 'deadLetters', most })),
    exhume: (id, seq) => store.submit<'exhume'>(() => ({ type: 'exhume', id, seq })),
    dropDeadLetter: (id, seq) => store.submit<'dropDeadLetter'>(() => ({ type: 'dropDeadLetter', id, seq })),
    saveMember: (member) => store.submit<'saveMember'>(() => ({ type: 'saveMember', row: memberToText(codec, member) })),
    dropMember: (supervisor, key) => store.submit<'dropMember'>(() => ({ type: 'dropMember', supervisor, key })),
    members: (supervisor) => store.submit<'members'>(() => ({ type: 'members', supervisor })),
    noteExits: (supervisor, notes, keep) =>
      store.submit<'noteExits'>(() => ({
        type: 'noteExits',
        supervisor,
        rows: notes.map((note) => exitToText(codec, note)),
        keep,
      })),
    exits: () => store.submit<'exits'>(() => ({ type: 'exits' })),
    countRestarts: (count) =>
      store.submit<'countRestarts'>(() => {
        checkText(count.supervisor, 'actor id')
        checkText(count.child, 'key')
        return { type: 'countRestarts', count }
      }),
    restarts: (supervisor) => store.submit<'restarts'>(() => ({ type: 'restarts', supervisor })),
    links: linkStoreOver(store),
    close: async () => {
      await store.close()
      turns?.close()
    },
  }
}

const noSends: readonly JournaledSend[] = Object.freeze([])

/** A send as it will be read from the journal. */
function asJournaled(codec: Codec, { to, envelope }: JournaledSend, sent: SendText | undefined): JournaledSend {
  if (sent === undefined || typeof envelope.input !== 'object' || envelope.input === null) return { to, envelope }
  return { to, envelope: { ...envelope, input: codec.decode(sent.text.input) } }
}

/** What a store gives back of the messages that went into journals is only their numbers. */
function deliveriesOf(sends: readonly JournaledSend[], { checkpoint, sent, reserved, expired }: CommittedText): Committed {
  const deliveries = sends.flatMap(({ to, envelope }, i) => {
    const seq = sent[i] ?? 0
    return seq <= 0 ? [] : [{ to, message: { seq, envelope, attempts: 0 } }]
  })
  if (deliveries.length < sends.length) {
    const linked = sends.filter(({ to }) => isLinked(to))
    const posted = [...new Set(linked.map(({ to }) => linkOf(to)))]
    if (posted.length > 0)
      return {
        checkpoint,
        deliveries,
        posted,
        ...(reserved !== undefined && { reserved }),
        ...(expired && { expired }),
      }
  }
  if (reserved === undefined && expired === undefined) return { checkpoint, deliveries }
  return { checkpoint, deliveries, ...(reserved !== undefined && { reserved }), ...(expired && { expired }) }
}
