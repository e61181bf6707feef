import type { ActorId } from '../protocol/actor-id.ts'
import type { Clock } from '../runtime/clock.ts'
import type { StoreError } from '../runtime/errors.ts'
import type { Persistence, StoreInfo } from '../runtime/persistence.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import { encodeReason } from '../serialization/reason-text.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { ActorTable } from './actor-table.ts'
import { checkText, messageToText } from './envelope-text.ts'
import { commitToText, memberToText, snapshotToText } from './commit-text.ts'
import { GroupCommit } from './group-commit.ts'
import { Journal } from './journal.ts'
import type { Records } from './records.ts'
import { StoredValues } from './stored-values.ts'

/** What every kind of store has of its own. */
export interface StoreParts {
  readonly records: Records
  readonly info: StoreInfo
  readonly world: { readonly clock: Clock; readonly scheduler: Scheduler }
  /** The failure of the store behind an error that its records have thrown. */
  readonly failure: (error: unknown) => StoreError
  /** Lets go of what holds the records. */
  readonly release: () => void
}

/**
 * The contract of a store over its records. Values become text when a method is called; what is refused then is rejected
 * in its turn, as everything else.
 */
export function openStore({ records, info, world, failure, release }: StoreParts): Persistence {
  const codec = superjsonCodec()
  const actors = new ActorTable(records)
  const journal = new Journal({ records, actors, values: new StoredValues(codec, info.location), clock: world.clock })
  const { epoch, location } = info
  const group = new GroupCommit({ records, actors, scheduler: world.scheduler, epoch, location, failure })
  const add = <Text, T>(actor: ActorId | undefined, encode: () => Text, work: (text: Text) => T): Promise<T> => {
    const text = attempt(encode)
    return group.add(actor, () => work(text()))
  }
  let isOpen = true
  return {
    info,
    accept: (to, envelope) => add(undefined, () => messageToText(codec, to, envelope), (text) => journal.accept(to, text)),
    commit: (id, incarnation, commit) =>
      add(id, () => commitToText(codec, id, commit), (text) => journal.commit(id, incarnation, text)),
    seal: (id, incarnation, will) => add(id, () => ({
      reason: encodeReason(codec, will.reason),
      snapshot: will.snapshot && snapshotToText(codec, will.snapshot, 'term'),
      crashedOn: will.crashedOn,
    }), (text) => journal.seal(id, incarnation, text)),
    open: (id, rung) => add(id, () => checkText(id, 'actor id'), () => journal.open(id, rung)),
    read: (id, checkpoint) => group.add(undefined, () => journal.read(id, checkpoint)),
    fire: (id, timer) => group.add(undefined, () => journal.fire(id, timer)),
    retire: (id, why) => group.add(id, () => journal.retire(id, why)),
    saveMember: (member) => add(undefined, () => memberToText(codec, member), (row) => journal.saveMember(row)),
    dropMember: (supervisor, key) => group.add(undefined, () => journal.dropMember(supervisor, key)),
    members: (supervisor) => group.add(undefined, () => journal.members(supervisor)),
    // Async, so that a failure to let go rejects as everything else does.
    // eslint-disable-next-line @typescript-eslint/require-await
    close: async () => {
      group.close()
      if (!isOpen) return
      isOpen = false
      release()
    },
  }
}

/** Does something now, and gives or throws its result later. */
function attempt<T>(work: () => T): () => T {
  try {
    const value = work()
    return () => value
  } catch (error) {
    return () => {
      throw error as Error
    }
  }
}
