import { shutdown } from '../../protocol/exit-reason.ts'
import { endsWith } from './significance.ts'
import { isRunning, type Child, type ChildrenView } from './children.ts'
import type { Command } from './commands.ts'
import { decided } from './decided.ts'
import { escalated, gaveUp } from './exit-causes.ts'
import type { Verdict } from './occasion.ts'
import { isClosed } from './gates.ts'
import { planGroup } from './group-restart.ts'
import { isSpent } from './lifetime.ts'
import { childOf, isRemovedWhenDown, type FactOf, type Memory, type Step } from './memory.ts'
import { postpone } from './postponing.ts'
import { isRestarted } from '../specs/restart-type.ts'

type Exited = FactOf<'exited'>

/** True if the supervisor has dealt with this exit already: it stopped that incarnation itself, or the child is gone. */
export function isStale(
  { children }: { readonly children: ChildrenView },
  { id, incarnation }: Pick<Exited, 'id' | 'incarnation'>,
): boolean {
  const child = children.get(id)
  return child === undefined || !isRunning(child) || child.incarnation !== incarnation
}

/** True if the child's `decide` leaves it to the supervisor above. */
export function escalates(_: Memory, { wish }: Exited): boolean {
  return wish === 'escalate'
}

/** The supervisor ends with the child, at once. */
export function escalate(memory: Memory, fact: Exited): Step {
  return { ...takenDown(memory, fact, 'escalate'), task: { type: 'end', reason: escalated(fact) } }
}

/** True if the child is not started again for this exit. */
export function isForGood(memory: Memory, exited: Exited): boolean {
  const child = memory.children.get(exited.id)
  if (child === undefined) return false
  return !wantsRestart(child, exited) || (isSpent(child) && !isClosed(memory, child.spec))
}

/** True if this child ended for good, and the supervisor ends with it. */
export function endsSupervisor(memory: Memory, exited: Exited): boolean {
  const child = memory.children.get(exited.id)
  return child !== undefined && endsWith(child, memory) && isForGood(memory, exited)
}

/** The child stays down, or leaves the table. */
export function letGo(memory: Memory, fact: Exited): Step {
  return takenDown(memory, fact, isRemovedWhenDown(memory, childOf(memory, fact.id).spec) ? 'remove' : 'leave')
}

/** The child was significant: the supervisor ends with it. */
export function shutDown(memory: Memory, fact: Exited): Step {
  return { ...takenDown(memory, fact, 'shut down'), task: { type: 'end', reason: shutdown } }
}

/** No restart is left: this child is not started again, and the supervisor ends. */
export function giveUp(memory: Memory, fact: Exited): Step {
  const child = childOf(memory, fact.id)
  const { reason } = fact
  return {
    children: memory.children.update({ ...child, status: 'stopped', lastReason: reason }),
    task: { type: 'end', reason: gaveUp(fact, memory.budget, fact.nowMs) },
    commands: [decided(memory, { verdict: 'give up', spec: child.spec, fact })],
  }
}

/** The child is restarted, with those that the strategy takes along. */
export function restart(memory: Memory, fact: Exited): Step {
  const child = childOf(memory, fact.id)
  const task = planGroup(memory, fact.id)
  memory.budget.record(fact.nowMs)
  const { reason: lastReason, message: lastMessage } = fact
  const { wait, failures, round, pause, commands } = postpone(memory, child, fact.nowMs)
  const restarts = child.restarts + 1
  return {
    children: memory.children.update({
      ...child,
      status: 'restarting',
      lastReason,
      lastMessage,
      nextCause: 'exit',
      wait,
      failures,
      restarts,
    }),
    round,
    task,
    commands: [
      decided(memory, { verdict: 'restart', spec: child.spec, isAlone: task.ids.length === 1, pause, fact }),
      ...setAside(fact),
      ...commands,
    ],
  }
}

/** What `decide` says goes before the restart type. */
function wantsRestart({ spec }: Child, { reason, wish }: Exited): boolean {
  return wish === undefined ? isRestarted(spec.restart, reason) : wish !== 'stop'
}

function setAside({ id, wish }: Exited): readonly Command[] {
  return wish === 'setAside' ? [{ type: 'setAside', id }] : []
}

function takenDown(memory: Memory, fact: Exited, verdict: Verdict): Step {
  const { id, reason } = fact
  const child = childOf(memory, id)
  const isFinal = verdict !== 'escalate' && wantsRestart(child, fact)
  const told = decided(memory, { verdict, spec: child.spec, isFinal, fact })
  if (isRemovedWhenDown(memory, child.spec))
    return { children: memory.children.delete(id), commands: [told, { type: 'forget', id }] }
  return { children: memory.children.update({ ...child, status: 'stopped', lastReason: reason }), commands: [told] }
}
