import type { StartCause } from '../../runtime/behavior.ts'
import { isRunning, type Child } from './children.ts'
import type { Command, StartOrder, StopOrder } from './commands.ts'

/**
 * Starts these in their order; `cause` is that of the request, where the children do not know better. Independent neighbours
 * start at the same time.
 */
export function startAll(children: readonly Child[], cause?: StartCause): Command {
  const orders = children.map(({ spec, nextCause, lastReason }, index): StartOrder => {
    const order = { spec, cause: cause ?? nextCause, reason: lastReason }
    return areIndependent(children[index - 1], children[index]) ? { ...order, joins: true } : order
  })
  return { type: 'start', orders }
}

/** Stops those that run: one after another, the last one first, independent neighbours at the same time; or all at once. */
export function stopAll(children: readonly Child[], { together }: { readonly together: boolean }): Command {
  const orders: StopOrder[] = []
  let last: Child | undefined
  for (const child of children.toReversed()) {
    const { id, shutdown, independent } = child.spec
    const order = { id, incarnation: child.incarnation, shutdown }
    if (isRunning(child)) orders.push(areIndependent(last, child) ? { ...order, joins: true } : order)
    // One that is down still stands between its neighbours.
    if (isRunning(child) || independent !== true) last = child
  }
  return { type: 'stop', orders, together }
}

function areIndependent(one: Child | undefined, other: Child | undefined): boolean {
  return one?.spec.independent === true && other?.spec.independent === true
}
