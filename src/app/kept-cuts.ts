import { checkKey, childId, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Cut } from '../runtime/cuts/cut.ts'
import { readKept, writeKept } from '../runtime/kept-value.ts'
import type { Persistence } from '../runtime/persistence.ts'

/** The place of cuts in a store: beside the tree. */
const place: ActorId = '~cuts'

/**
 * Cuts in the store, by names. They are there until they are forgotten, in every process on the same store.
 *
 * Every method rejects with `StoreError` if the store fails, and without a store with `ConfigurationError`.
 *
 * @example
 * ```ts
 * import { actor, child, memory, start, supervisor, supervisorOf } from 'coppice'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ count: 0 }),
 *   handlers: ({ call }) => ({ next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })) }),
 * })
 * const tree = supervisor({}, { group: supervisor({}, { counter: child(Counter, { state: 'durable' }) }) })
 * const store = memory()
 * const first = await start(tree, { store })
 * await first.tree.group.counter.call.next()
 * await first.cuts.save('before lunch', await supervisorOf(first.tree.group).cut())
 * await first.tree.group.counter.call.next()
 * await first.stop()
 *
 * const second = await start(tree, { store })
 * const cut = await second.cuts.load('before lunch')
 * if (cut !== undefined) await supervisorOf(second.tree.group).restore(cut)
 * console.log(await second.tree.group.counter.call.next()) // => 2
 * await second.stop()
 * ```
 */
export interface KeptCuts {
  /**
   * Keeps a cut in place of the one with this name; resolves when it is committed.
   *
   * @throws {NotStorableError} if a state or a message in it cannot be stored; nothing was written.
   */
  save(name: string, cut: Cut): Promise<void>
  /** The cut with this name; nothing if there is none. */
  load(name: string): Promise<Cut | undefined>
  /** True if there was one. */
  forget(name: string): Promise<boolean>
}

/** The cuts in a store, one step after another. */
export function keptCuts(persistence: Persistence | undefined): KeptCuts {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(name: string, work: (store: Persistence, id: ActorId) => Promise<T>): Promise<T> => {
    const done = last.then(() => {
      checkKey(name, 'cuts: name')
      if (persistence === undefined)
        throw new ConfigurationError({
          path: 'cuts',
          rule: 'are kept in a store, and there is none',
          value: undefined,
          remedy: 'Write start(tree, { store: sqlite("app.db") })',
        })
      return work(persistence, childId(place, name))
    })
    last = done.catch(() => undefined)
    return done
  }
  const load = async (store: Persistence, id: ActorId): Promise<Cut | undefined> =>
    // Nobody else writes there.
    (await readKept(store, id))?.value as Cut | undefined
  return {
    save: (name, cut) => inTurn(name, (store, id) => writeKept(store, id, cut)),
    load: (name) => inTurn(name, load),
    forget: (name) =>
      inTurn(name, async (store, id) => {
        const isThere = (await load(store, id)) !== undefined
        if (isThere) await writeKept(store, id, undefined)
        return isThere
      }),
  }
}
