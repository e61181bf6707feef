import { InternalError } from '../protocol/errors.ts'
import { shutdown } from '../protocol/exit-reason.ts'
import { endsWith } from './auto-shutdown.ts'
import { isRunning, type Child, type Children } from './children.ts'
import { decided } from './decided.ts'
import { gaveUp } from './exit-causes.ts'
import { isRemovedWhenDown, type FactOf, type Memory, type Step } from './memory.ts'
import { isRestarted } from './restart-type.ts'
import { planGroup } from './group-restart.ts'

type Exited = FactOf<'exited'>

/** True if the supervisor has dealt with this exit already: it stopped that incarnation itself, or the child is gone. */
export function isStale({ children }: Memory, { id, incarnation }: Exited): boolean {
  const child = children.get(id)
  return child === undefined || !isRunning(child) || child.incarnation !== incarnation
}

/** True if the child is not started again for this exit. */
export function isForGood({ children }: Memory, { id, reason }: Exited): boolean {
  const child = children.get(id)
  return child !== undefined && !isRestarted(child.spec.restart, reason)
}

/** True if this child ended for good, and the supervisor ends with it. */
export function endsSupervisor(memory: Memory, exited: Exited): boolean {
  const child = memory.children.get(exited.id)
  return child !== undefined && endsWith(child, memory) && isForGood(memory, exited)
}

/** The child stays down, or leaves the table. */
export function letGo(memory: Memory, fact: Exited): Step {
  const child = exitedChild(memory, fact)
  const removed = isRemovedWhenDown(memory, child.spec)
  const verdict = removed ? 'remove' : 'leave'
  return {
    children: withoutProcess(memory, child, fact),
    commands: [
      decided(memory, { verdict, spec: child.spec, ...fact }),
      ...(removed ? [{ type: 'forget', id: fact.id } as const] : []),
    ],
  }
}

/** The child was significant: the supervisor ends with it. */
export function shutDown(memory: Memory, fact: Exited): Step {
  const child = exitedChild(memory, fact)
  return {
    children: withoutProcess(memory, child, fact),
    task: { type: 'end', reason: shutdown },
    commands: [
      decided(memory, { verdict: 'shut down', spec: child.spec, ...fact }),
      ...(isRemovedWhenDown(memory, child.spec) ? [{ type: 'forget', id: fact.id } as const] : []),
    ],
  }
}

/** No restart is left: this child is not started again, and the supervisor ends. */
export function giveUp(memory: Memory, fact: Exited): Step {
  const child = exitedChild(memory, fact)
  const { id, reason } = fact
  return {
    children: memory.children.update({ ...child, status: 'stopped', lastReason: reason }),
    task: { type: 'end', reason: gaveUp(id, reason, memory.budget.limit) },
    commands: [decided(memory, { verdict: 'give up', spec: child.spec, ...fact })],
  }
}

/** The child is restarted, with those that the strategy takes along. */
export function restart(memory: Memory, fact: Exited): Step {
  const child = exitedChild(memory, fact)
  const task = planGroup(memory, fact.id)
  memory.budget.record(fact.nowMs)
  return {
    children: memory.children.update({ ...child, status: 'restarting', lastReason: fact.reason, nextCause: 'exit' }),
    task,
    commands: [decided(memory, { verdict: 'restart', spec: child.spec, isAlone: task.ids.length === 1, ...fact })],
  }
}

function exitedChild({ children }: Memory, { id }: Exited): Child {
  const child = children.get(id)
  if (child === undefined) throw new InternalError('an exit of a child that is not in the table', id)
  return child
}

function withoutProcess(memory: Memory, child: Child, { id, reason }: Exited): Children {
  if (isRemovedWhenDown(memory, child.spec)) return memory.children.delete(id)
  return memory.children.update({ ...child, status: 'stopped', lastReason: reason })
}
