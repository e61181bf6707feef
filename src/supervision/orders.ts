import type { StartCause } from '../runtime/behavior.ts'
import { isRunning, type Child } from './children.ts'
import type { Command } from './commands.ts'

/** Starts these in their order; `cause` is that of the request, where the children do not know better. */
export function startAll(children: readonly Child[], cause?: StartCause): Command {
  const orders = children.map(({ spec, nextCause, lastReason }) => ({ spec, cause: cause ?? nextCause, reason: lastReason }))
  return { type: 'start', orders }
}

/** Stops those that run: one after another, the last one first, or all at once. */
export function stopAll(children: readonly Child[], { together }: { readonly together: boolean }): Command {
  const running = children.filter(isRunning).reverse()
  const orders = running.map(({ spec, incarnation }) => ({ id: spec.id, incarnation, shutdown: spec.shutdown }))
  return { type: 'stop', orders, together }
}
