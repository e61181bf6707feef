import type { CoppiceEvent, EventListener } from '../../src/index.ts'
import type { KillPoint } from './kill-plan.ts'

/** The last actor of the tree to come back when it starts. */
const lastToRecover = 'reader'

/** Counts events up to a kill point, and calls `reach` when it is there, once, with a few words on where that is. */
export function watchFor({ moment, after }: KillPoint, reach: (at: string) => void): EventListener {
  let left = after
  let isReached = false
  /** The calls that are accepted and not answered: by actor, their number in its journal. */
  const asked = new Map<string, number>()
  const count = (event: CoppiceEvent): string | undefined => {
    if (event.type === 'accepted') {
      left -= 1
      if (event.kind === 'call') asked.set(event.id, event.seq)
      if (moment === 'accept' && left <= 0) return `message ${event.seq} (${event.name}) of ${event.id}`
      if (moment === 'any' && left <= 0) return 'wherever it is'
    }
    if (event.type === 'committed' && event.frontier >= (asked.get(event.id) ?? Infinity)) {
      const seq = asked.get(event.id)
      asked.delete(event.id)
      // The caller's promise is settled after this event.
      if (moment === 'reply' && left <= 0) return `message ${seq} (a call) of ${event.id}`
    }
    return undefined
  }
  const countRecovered = (event: CoppiceEvent): string | undefined => {
    if (event.type !== 'recovering' || event.incarnation === 1) return undefined
    left -= 1
    return left <= 0 || event.id === lastToRecover ? `${event.id}, incarnation ${event.incarnation}` : undefined
  }
  return (event) => {
    if (isReached) return
    const at = moment === 'recovery' ? countRecovered(event) : count(event)
    if (at === undefined) return
    isReached = true
    reach(at)
  }
}

/** Holds this thread, and with it the whole process, until the parent kills it. */
export function freeze(limitMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, limitMs)
}
