import { isRunning } from './children.ts'
import { reasonOfStop } from './exit-causes.ts'
import { endTask, type FactOf, type Memory, type Step } from './memory.ts'
import { stopAll } from './orders.ts'

/** The supervisor was asked to stop: it ends with exactly this reason. */
export function obey(_: Memory, { reason }: FactOf<'shutdown'>): Step {
  return { task: { type: 'end', reason }, commands: [] }
}

/** True if no child has a running incarnation. */
export function nobodyRuns({ children }: Memory): boolean {
  return children.active === 0
}

/** Stops everyone: the last child first, one after another; the members of a dynamic supervisor all at once. */
export function stopEveryone({ kind, children }: Memory): Step {
  return { commands: children.active === 0 ? [] : [stopAll(children.all(), { together: kind === 'dynamic' })] }
}

/** Everyone is down; the table keeps what was there. */
export function everyoneIsDown(memory: Memory): Step {
  let { children } = memory
  for (const child of children.all().filter(isRunning))
    children = children.update({ ...child, status: 'stopped', lastReason: reasonOfStop(child.spec) })
  return { children, commands: [] }
}

/** The supervisor is done. */
export function exit(memory: Memory): Step {
  return { commands: [{ type: 'exit', reason: endTask(memory).reason }] }
}
