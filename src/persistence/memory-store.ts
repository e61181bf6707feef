import { StoreError } from '../runtime/errors.ts'
import type { Store } from '../runtime/persistence.ts'
import { MemoryRecords } from './memory-records.ts'
import { openStore } from './open-store.ts'
import type { InterruptedTurn } from './operation.ts'
import type { TurnNotebook } from './turn-notes.ts'

/**
 * Makes a store in memory, for tests and trials: it accepts, refuses and orders as the one in SQLite, and values go through
 * the same text. What is in it outlives `close()` and ends with the object.
 *
 * Opening it again while it is open is what the death of a process looks like: what was not committed is gone, and the
 * owner before is fenced.
 *
 * @example
 * ```ts
 * import { actor, child, memory, start, supervisor } from 'coppice'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ count: 0 }),
 *   handlers: ({ call }) => ({ next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })) }),
 * })
 * const tree = supervisor({}, { counter: child(Counter, { state: 'durable' }) })
 * const store = memory()
 * const first = await start(tree, { store })
 * await first.tree.counter.call.next()
 * const second = await start(tree, { store })
 * console.log(await second.tree.counter.call.next()) // => 2
 * await Promise.all([first.stop(), second.stop()])
 * ```
 */
export function memory(): Store {
  const location = 'memory'
  const records = new MemoryRecords()
  let turns = memoryNotebook()
  const failure = (cause: unknown, consequence: string) =>
    new StoreError({ problem: 'io', location, message: `has failed; ${consequence}`, cause })
  return {
    // Async, so that it fails and settles as a store that has to wait for a disk.
    // eslint-disable-next-line @typescript-eslint/require-await
    open: async (world) => {
      for (const { id, seq } of turns.underWay()) if (seq > (records.actor(id)?.frontier ?? 0)) records.countAttempt(id, seq)
      // What the owner before goes on with interrupts nothing of the new one.
      turns = memoryNotebook()
      const info = { storeId: location, epoch: records.raiseEpoch(), location, sync: 'memory' } as const
      return openStore({ records, world, info, failure, release: () => undefined }, turns)
    },
  }
}

interface MemoryNotebook extends TurnNotebook {
  underWay(): Iterable<InterruptedTurn>
}

function memoryNotebook(): MemoryNotebook {
  const turns = new Map<number, InterruptedTurn>()
  let slots = 0
  return {
    begin: (id, seq, held) => {
      const slot = held ?? slots++
      turns.set(slot, { id, seq })
      return slot
    },
    end: (slot) => void turns.delete(slot),
    close: () => turns.clear(),
    underWay: () => turns.values(),
  }
}
