import { shutdown, type ExitReason } from '../../protocol/exit-reason.ts'
import { endsWith } from './significance.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import { isRunning, type Child } from './children.ts'
import type { Command, SupervisorReply } from './commands.ts'
import { decided } from './decided.ts'
import { gaveUp, reasonOfStop } from './exit-causes.ts'
import { startable } from './gates.ts'
import { isSpent } from './lifetime.ts'
import { isFree, postpone } from './postponing.ts'
import { childOf, groupTask, isRemovedWhenDown, noTask, type FactOf, type GroupTask, type Memory, type Step } from './memory.ts'
import { startAll, stopAll } from './orders.ts'
import { applyResults } from './start-results.ts'
import { restartGroup } from './strategy-group.ts'

/** True if a sibling has to be stopped before this child can be restarted. */
export function takesRunningSiblings(memory: Memory, id: string): boolean {
  if (memory.strategy === 'one_for_one') return false
  return restartGroup(id, memory).some((child) => isRunning(child) && child.spec.id !== id)
}

/** The group of this child, to be stopped where it runs and then started in order. */
export function planGroup(memory: Memory, id: string): GroupTask {
  const group = restartGroup(id, memory)
  const due = startable(memory, group)
  // Those that run are stopped all the same, and wait for their gate then.
  const members = due === group ? group : group.filter((child) => isRunning(child) || due.includes(child))
  return { type: 'restartGroup', ids: members.map(({ spec }) => spec.id) }
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
  const group = groupOf(memory)
  const task = groupTask(memory)
  const due = startable(memory, group)
  for (const child of group) {
    const { id, restart } = child.spec
    // One that is to be restarted is the one that failed.
    if (restart === 'temporary' && child.status !== 'restarting' && task.isWhole !== true) {
      children = children.delete(id)
      commands.push({ type: 'forget', id })
      continue
    }
    const isHeld = due !== group && !due.includes(child)
    const wait = isHeld ? ({ for: 'gate' } as const) : child.wait
    const down = { status: 'restarting', lastReason: reasonOfStop(child.spec), lastMessage: undefined, wait } as const
    if (isRunning(child)) children = children.update({ ...child, ...down })
    if (!isHeld) ids.push(id)
  }
  return { children, task: { ...task, ids }, commands }
}

/** Starts the group in the order of the table. */
export function startGroup(memory: Memory): Step {
  return { commands: [startAll(groupOf(memory))] }
}

/**
 * The group is started, or one of it was not: that one is tried again from the end of the supervisor's queue. Those started
 * before it stay up, those behind it stay down until then.
 */
export function endGroup(memory: Memory, fact: FactOf<'started'>): Step {
  const { ids } = groupTask(memory)
  const { results, nowMs } = fact
  const { children, forgotten, failure } = applyResults(memory, fact)
  const answer = answerHurried(memory, fact)
  if (failure === undefined) return { children, task: noTask, commands: [...forgotten, ...answer] }
  let table = children
  for (const id of ids.slice(results.length)) table = table.update({ ...childOf(memory, id), status: 'stopped', wait: undefined })
  return { children: table, task: noTask, commands: [...forgotten, ...tryAgain(memory, { ...failure, nowMs }), ...answer] }
}

/** Tells of a failed restart and puts its retry in line; with a backoff the retry itself tells how long it waits. */
export function tryAgain(
  memory: Memory,
  failure: { readonly spec: ChildSpec; readonly reason: ExitReason; readonly nowMs: number },
): readonly Command[] {
  const retry = { type: 'retry', id: failure.spec.id } as const
  return failure.spec.backoff === undefined
    ? [decided(memory, { verdict: 'retry', spec: failure.spec, fact: failure }), retry]
    : [retry]
}

/** What the call gets that has hurried one of the group. */
function answerHurried(memory: Memory, { results }: FactOf<'started'>): readonly Command[] {
  const { hurried } = groupTask(memory)
  if (hurried === undefined) return []
  const { ticket, id } = hurried
  const result = results.find((each) => each.id === id) ?? results.at(-1)
  const reply: SupervisorReply =
    result?.status === 'failed'
      ? { status: 'error', error: { type: 'start_failed', id, reason: result.reason, isTriedAgain: true } }
      : result?.status === 'started'
        ? result
        : { status: 'ignored', id }
  return [{ type: 'reply', ticket, reply }]
}

/** True if the retry is for nothing: the child was stopped, removed or started since it was asked for. */
export function isCancelled({ children }: Memory, { id }: FactOf<'retry'>): boolean {
  const child = children.get(id)
  return child?.status !== 'restarting' || child.wait?.for === 'delay' || child.wait?.for === 'group'
}

/** A failed restart is tried again: it counts, and takes along the group of the child that failed. */
export function retry(memory: Memory, { id, nowMs }: FactOf<'retry'>): Step {
  const child = childOf(memory, id)
  const isCounted = !isFree(child)
  if (isCounted) memory.budget.record(nowMs)
  const task = planGroup(memory, id)
  const { wait, failures, round, pause, commands } = postpone(memory, child, nowMs)
  const children = memory.children.update({ ...child, wait, failures, restarts: child.restarts + (isCounted ? 1 : 0) })
  const reason = failureOf(child)
  if (!isCounted) {
    const told = decided(memory, {
      verdict: 'pass',
      spec: child.spec,
      isAlone: task.ids.length === 1,
      pause,
      fact: { reason, nowMs },
    })
    return { children, task, commands: [told] }
  }
  if (wait === undefined) return { children, task, commands }
  return {
    children,
    round,
    task,
    commands: [decided(memory, { verdict: 'retry', spec: child.spec, pause, fact: { reason, nowMs } }), ...commands],
  }
}

/** True if the child has no restart of its own left for the retry. */
export function isSpentRetry({ children }: Memory, { id }: FactOf<'retry'>): boolean {
  const child = children.get(id)
  return child !== undefined && !isFree(child) && isSpent(child)
}

/** The child stays down, or leaves the table. Those behind it that were to be started after it are started without it. */
export function endRetrying(memory: Memory, { id, nowMs }: FactOf<'retry'>): Step {
  const child = childOf(memory, id)
  const { spec } = child
  const isRemoved = isRemovedWhenDown(memory, spec)
  const told = decided(memory, {
    verdict: isRemoved ? 'remove' : 'leave',
    spec,
    isFinal: true,
    fact: { reason: failureOf(child), nowMs },
  })
  let { children } = memory
  if (memory.strategy !== 'one_for_one')
    for (const behind of children.after(id))
      if (behind.status === 'stopped') children = children.update({ ...behind, status: 'restarting', wait: { for: 'group' } })
  if (isRemoved) return { children: children.delete(id), commands: [told, { type: 'forget', id }] }
  return { children: children.update({ ...child, status: 'stopped', failure: undefined }), commands: [told] }
}

/** True if the supervisor ends because this child will not be tried again. */
export function endsSupervisorRetrying(memory: Memory, retry: FactOf<'retry'>): boolean {
  return isSpentRetry(memory, retry) && endsWith(childOf(memory, retry.id), memory)
}

/** The child was significant, and stays down: the supervisor ends with it. */
export function shutDownRetrying(memory: Memory, retry: FactOf<'retry'>): Step {
  return { ...endRetrying(memory, retry), task: { type: 'end', reason: shutdown } }
}

/** No restart is left for the retry: the supervisor ends. */
export function giveUpRetrying(memory: Memory, { id, nowMs }: FactOf<'retry'>): Step {
  const child = childOf(memory, id)
  const { failure, lastReason, lastMessage } = child
  const reason = failureOf(child)
  const before = failure && lastReason && { reason: lastReason, message: lastMessage }
  return {
    children: memory.children.update({ ...child, status: 'stopped', failure: undefined, wait: undefined }),
    task: { type: 'end', reason: gaveUp({ id, reason, ...(before && { before }) }, memory.budget, nowMs) },
    commands: [decided(memory, { verdict: 'give up retrying', spec: child.spec, fact: { reason, nowMs } })],
  }
}

function failureOf(child: Child): ExitReason {
  return child.failure ?? child.lastReason ?? reasonOfStop(child.spec)
}

function groupOf(memory: Memory): readonly Child[] {
  return groupTask(memory).ids.map((id) => childOf(memory, id))
}
