import type { CoppiceEvent, EventListener } from '../../src/index.ts'
import type { KillPoint } from './kill-plan.ts'

/** The last actor of the tree to come back when it starts. */
const lastToRecover = 'reader'

/** How often a frozen process looks whether its parent is still there. */
const lookEveryMs = 200

/** Counts events up to a kill point, and calls `reach` when it is there, once, with a few words on where that is. */
export function watchFor({ moment, after }: KillPoint, reach: (at: string) => void): EventListener {
  const points = { accept: accepted, any: accepted, reply: committedUnanswered, recovery: recovering } as const
  const isThere = points[moment](after)
  let isReached = false
  return (event) => {
    const at = isReached ? undefined : isThere(event)
    if (at === undefined) return
    isReached = true
    reach(at)
  }
}

/** Holds this thread, and with it the whole process, until the parent kills it. Returns if the parent is gone, or does not. */
export function freeze(limitMs: number): void {
  const parent = process.ppid
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; waitedMs < limitMs && process.ppid === parent; waitedMs += lookEveryMs)
    Atomics.wait(nobody, 0, 0, lookEveryMs)
}

/** Says where it is once the point is reached. */
type Point = (event: CoppiceEvent) => string | undefined

/** The message is in the journal, and its actor has not seen it yet. */
function accepted(after: number): Point {
  let left = after
  return (event) => {
    if (event.type !== 'accepted') return undefined
    left -= 1
    return left <= 0 ? describe(event.id, event) : undefined
  }
}

/** The turn of a call is committed; the promise of its caller is settled after this event. */
function committedUnanswered(after: number): Point {
  let left = after
  const unanswered = new Map<string, { readonly seq: number; readonly name: string }>()
  return (event) => {
    if (event.type === 'accepted') {
      left -= 1
      if (event.kind === 'call') unanswered.set(event.id, event)
      return undefined
    }
    const call = event.type === 'committed' ? unanswered.get(event.id) : undefined
    if (event.type !== 'committed' || call === undefined || event.frontier < call.seq) return undefined
    unanswered.delete(event.id)
    return left <= 0 ? describe(event.id, call) : undefined
  }
}

/** The store has given an actor what it knows of it, and the actor has not begun with it. What never lived is not recovered. */
function recovering(after: number): Point {
  let left = after
  return (event) => {
    if (event.type !== 'recovering' || event.incarnation === 1) return undefined
    left -= 1
    return left <= 0 || event.id === lastToRecover ? `${event.id}, incarnation ${event.incarnation}` : undefined
  }
}

function describe(id: string, { seq, name }: { readonly seq: number; readonly name: string }): string {
  return `${id}, message ${seq} (${name})`
}
