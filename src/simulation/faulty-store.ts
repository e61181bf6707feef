import { rootId, type ActorId } from '../protocol/actor-id.ts'
import { StoreError } from '../runtime/errors.ts'
import type { Persistence, Store } from '../runtime/persistence.ts'
import type { StoreOperation } from './fault-plan.ts'
import type { PlannedFaults } from './planned-faults.ts'

/** What a store with faults is made with. */
export interface FaultyStoreParts {
  readonly store: Store
  readonly faults: PlannedFaults
  /** Damages a checkpoint that has been written. */
  readonly tear: (actor: ActorId, checkpoint: number) => void
}

/** A store that refuses and forgets as planned; without faults for it, the store itself. */
export function faultyStore({ store, faults, tear }: FaultyStoreParts): Store {
  if (!faults.has(({ at }) => at === 'store' || at === 'checkpoint')) return store
  return { open: async (world) => faultyPersistence(await store.open(world), faults, tear) }
}

function faultyPersistence(inner: Persistence, faults: PlannedFaults, tear: FaultyStoreParts['tear']): Persistence {
  // Operations settle in the order in which they were asked for. So a refusal takes the place of one that reads nothing, and
  // each is one step of promises longer than before, refused or not.
  const ask = <T>(
    operation: StoreOperation,
    actor: ActorId,
    work: () => Promise<T>,
    checkpointOf: (result: T) => number | undefined = () => undefined,
  ): Promise<T> => {
    const isRefused = faults.atStore(operation, actor) !== undefined
    const asked: Promise<T | undefined> = isRefused ? (inner.read(actor, 0) as Promise<undefined>) : work()
    return asked.then((result) => {
      if (isRefused) throw refusal(inner.info.location, operation)
      // It is what was asked for, unless it was refused.
      const given = result as T
      const checkpoint = checkpointOf(given)
      if (checkpoint !== undefined && faults.atCheckpoint(actor) !== undefined) tear(actor, checkpoint)
      return given
    })
  }
  return {
    // A store that failed and was opened again has another epoch.
    get info() {
      return inner.info
    },
    turns: inner.turns,
    links: inner.links,
    accept: (to, envelope, keep) => ask('accept', to, () => inner.accept(to, envelope, keep)),
    commit: (id, incarnation, commit) =>
      ask(
        'commit',
        id,
        () => inner.commit(id, incarnation, commit),
        ({ checkpoint }) => checkpoint,
      ),
    seal: (id, incarnation, will) =>
      ask(
        'seal',
        id,
        () => inner.seal(id, incarnation, will),
        (checkpoint) => checkpoint,
      ),
    open: (id, rung, incarnation) => ask('open', id, () => inner.open(id, rung, incarnation)),
    beginAnew: (id, why) => ask('beginAnew', id, () => inner.beginAnew(id, why)),
    goBack: (order) => ask('goBack', order.supervisor, () => inner.goBack(order)),
    read: (id, checkpoint) => ask('read', id, () => inner.read(id, checkpoint)),
    beginEffect: (id, incarnation, effect) => ask('beginEffect', id, () => inner.beginEffect(id, incarnation, effect)),
    settleEffect: (id, incarnation, effect, result) =>
      ask('settleEffect', id, () => inner.settleEffect(id, incarnation, effect, result)),
    fire: (id, timer) => ask('fire', id, () => inner.fire(id, timer)),
    deadLetters: (most) => ask('deadLetters', rootId, () => inner.deadLetters(most)),
    exhume: (id, seq) => ask('exhume', id, () => inner.exhume(id, seq)),
    dropDeadLetter: (id, seq) => ask('dropDeadLetter', id, () => inner.dropDeadLetter(id, seq)),
    saveMember: (member) => ask('saveMember', member.supervisor, () => inner.saveMember(member)),
    dropMember: (supervisor, key) => ask('dropMember', supervisor, () => inner.dropMember(supervisor, key)),
    members: (supervisor) => ask('members', supervisor, () => inner.members(supervisor)),
    noteExits: (supervisor, notes, keep) => ask('noteExits', supervisor, () => inner.noteExits(supervisor, notes, keep)),
    exits: () => ask('exits', rootId, () => inner.exits()),
    countRestarts: (count) => ask('countRestarts', count.supervisor, () => inner.countRestarts(count)),
    restarts: (supervisor) => ask('restarts', supervisor, () => inner.restarts(supervisor)),
    close: () => inner.close(),
  }
}

function refusal(location: string, operation: StoreOperation): StoreError {
  return new StoreError({ problem: 'io', location, message: `has refused ${operation}, as planned; nothing of it was written` })
}
