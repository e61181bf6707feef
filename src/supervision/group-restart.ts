import { isRunning, type Child } from './children.ts'
import type { Command } from './commands.ts'
import { decided } from './decided.ts'
import { gaveUp, reasonOfStop } from './exit-causes.ts'
import { childOf, groupTask, noTask, type FactOf, type GroupTask, type Memory, type Step } from './memory.ts'
import { startAll, stopAll } from './orders.ts'
import { applyResults } from './start-results.ts'
import { restartGroup } from './strategy.ts'

/** True if a sibling has to be stopped before this child can be restarted. */
export function takesRunningSiblings(memory: Memory, id: string): boolean {
  if (memory.strategy === 'one_for_one') return false
  return restartGroup(id, memory).some((child) => isRunning(child) && child.spec.id !== id)
}

/** The group of this child, to be stopped where it runs and then started in order. */
export function planGroup(memory: Memory, id: string): GroupTask {
  return { type: 'restartGroup', ids: restartGroup(id, memory).map((child) => child.spec.id) }
}

/** Stops those of the group that run, the last one first. */
export function stopGroup(memory: Memory): Step {
  return { commands: [stopAll(groupOf(memory), { together: false })] }
}

/** Nobody of the group lives any more: temporary children leave, and all others start, also those that were down before. */
export function clearGroup(memory: Memory): Step {
  let { children } = memory
  const ids: string[] = []
  const commands: Command[] = []
  for (const child of groupOf(memory)) {
    const { id, restart } = child.spec
    if (restart === 'temporary') {
      children = children.delete(id)
      commands.push({ type: 'forget', id })
      continue
    }
    if (isRunning(child)) children = children.update({ ...child, status: 'restarting', lastReason: reasonOfStop(child.spec), lastMessage: undefined })
    ids.push(id)
  }
  return { children, task: { type: 'restartGroup', ids }, commands }
}

/** Starts the group in the order of the table. */
export function startGroup(memory: Memory): Step {
  return { commands: [startAll(groupOf(memory))] }
}

/**
 * The group is started, or one of it was not: that one is tried again from the end of the supervisor's queue. Those started
 * before it stay up, those behind it stay down until then.
 */
export function endGroup(memory: Memory, { results, nowMs }: FactOf<'started'>): Step {
  const { ids } = groupTask(memory)
  const { children, forgotten, failure } = applyResults(memory, results)
  if (failure === undefined) return { children, task: noTask, commands: forgotten }
  let table = children
  for (const id of ids.slice(results.length)) table = table.update({ ...childOf(memory, id), status: 'stopped' })
  return {
    children: table,
    task: noTask,
    commands: [
      ...forgotten,
      decided(memory, { verdict: 'retry', ...failure, nowMs }),
      { type: 'retry', id: failure.spec.id },
    ],
  }
}

/** True if the retry is for nothing: the child was stopped, removed or started since it was asked for. */
export function isCancelled({ children }: Memory, { id }: FactOf<'retry'>): boolean {
  return children.get(id)?.status !== 'restarting'
}

/** A failed restart is tried again: it counts, and takes along the group of the child that failed. */
export function retry(memory: Memory, { id, nowMs }: FactOf<'retry'>): Step {
  memory.budget.record(nowMs)
  return { task: planGroup(memory, id), commands: [] }
}

/** No restart is left for the retry: the supervisor ends. */
export function giveUpRetrying(memory: Memory, { id, nowMs }: FactOf<'retry'>): Step {
  const child = childOf(memory, id)
  const { failure, lastReason, lastMessage } = child
  const reason = failure ?? lastReason ?? reasonOfStop(child.spec)
  const before = failure && lastReason && { reason: lastReason, message: lastMessage }
  return {
    children: memory.children.update({ ...child, status: 'stopped', failure: undefined }),
    task: { type: 'end', reason: gaveUp({ id, reason, ...(before && { before }) }, memory.budget, nowMs) },
    commands: [decided(memory, { verdict: 'give up retrying', spec: child.spec, reason, nowMs })],
  }
}

function groupOf(memory: Memory): readonly Child[] {
  return groupTask(memory).ids.map((id) => childOf(memory, id))
}
