import { InternalError } from '../../protocol/errors.ts'
import { isRunning, newChild, type Child, type ChildrenView } from './children.ts'
import type { ChildCounts, ChildInfo, Command, SupervisorProblem, SupervisorReply } from './commands.ts'
import { decided } from './decided.ts'
import { reasonOfStop } from './exit-causes.ts'
import { tryAgain } from './group-restart.ts'
import { callTask, childOf, isRemovedWhenDown, noTask, type FactOf, type Memory, type Step } from './memory.ts'
import { startAll, stopAll } from './orders.ts'
import { applyResults } from './start-results.ts'

type Asked = FactOf<'asked'>

/** True if the call has to start a child before it can be answered. */
export function needsStart({ children }: Memory, { request }: Asked): boolean {
  switch (request.type) {
    case 'startChild':
      return children.get(request.spec.id) === undefined
    case 'restartChild':
      return children.get(request.id)?.status === 'stopped'
    default:
      return false
  }
}

/** True if the call has to stop a child before it can be answered. */
export function needsStop({ kind, children }: Memory, { request }: Asked): boolean {
  if (request.type === 'terminateMember' && kind === 'static') return false
  if (request.type !== 'terminateChild' && request.type !== 'terminateMember') return false
  const child = children.get(request.id)
  return child?.status === 'running' && isMeant(child, request)
}

/** Notes which call waits for a start; a new child goes to the end of the table. */
export function acceptStart({ children }: Memory, { ticket, request }: Asked): Step {
  if (request.type === 'startChild') {
    const { spec, isPromised = false, cause } = request
    const task = { type: 'startChild', ticket, id: spec.id, isPromised, cause } as const
    return { children: children.add(newChild(spec)), task, commands: [] }
  }
  if (request.type !== 'restartChild') throw new InternalError('a call starts no child', request)
  return { task: { type: 'restartChild', ticket, id: request.id, cause: request.cause }, commands: [] }
}

/** Starts the child of the call. */
export function startForCall(memory: Memory): Step {
  const { id, cause = 'request' } = callTask(memory)
  return { commands: [startAll([childOf(memory, id)], cause)] }
}

/** Answers `startChild` and `restartChild`. A failed start is not retried; a new child is not kept then. Neither is counted. */
export function endStartForCall(memory: Memory, fact: FactOf<'started'>): Step {
  const { type, ticket, id, isPromised } = callTask(memory)
  const { results, nowMs } = fact
  const { children, forgotten, failure } = applyResults(memory, fact)
  if (failure === undefined) {
    const [result] = results
    const reply: SupervisorReply =
      result?.status === 'started' ? { status: 'started', id, incarnation: result.incarnation } : { status: 'ignored', id }
    return { children, task: noTask, commands: [...forgotten, { type: 'reply', ticket, reply }] }
  }
  const { reason } = failure
  // As a failed restart: it is tried again from the end of the queue, and that counts.
  if (isPromised === true) return { children, task: noTask, commands: [...forgotten, ...tryAgain(memory, { ...failure, nowMs })] }
  const isNew = type === 'startChild'
  return {
    children: isNew ? children.delete(id) : children.update({ ...childOf(memory, id), status: 'stopped', failure: undefined }),
    task: noTask,
    commands: [
      decided(memory, { verdict: isNew ? 'not added' : 'still down', spec: failure.spec, fact: { reason, nowMs } }),
      ...(isNew ? [{ type: 'forget', id } as const] : []),
      refusal(ticket, { type: 'start_failed', id, reason }),
    ],
  }
}

/** Notes which call waits for a stop. */
export function acceptStop(_: Memory, { ticket, request }: Asked): Step {
  if (request.type !== 'terminateChild' && request.type !== 'terminateMember')
    throw new InternalError('a call stops no child', request)
  return { task: { type: 'terminateChild', ticket, id: request.id }, commands: [] }
}

/** Stops the child of the call. */
export function stopForCall(memory: Memory): Step {
  return { commands: [stopAll([childOf(memory, callTask(memory).id)], { together: false })] }
}

/** Answers `terminateChild`. */
export function endStopForCall(memory: Memory): Step {
  const { ticket, id } = callTask(memory)
  const child = childOf(memory, id)
  return { ...takenDown(memory, { ...child, lastReason: reasonOfStop(child.spec) }, ticket), task: noTask }
}

/** Answers a call that has nothing to wait for. */
export function answer(memory: Memory, { ticket, request }: Asked): Step {
  const { children } = memory
  switch (request.type) {
    case 'startChild':
      return { commands: [refusal(ticket, alreadyThere(childOf(memory, request.spec.id)))] }
    case 'whichChildren':
      return { commands: [{ type: 'reply', ticket, reply: { status: 'children', children: whichChildren(memory) } }] }
    case 'countChildren':
      return { commands: [{ type: 'reply', ticket, reply: { status: 'counts', counts: countChildren(memory) } }] }
    case 'setStrategy':
      return { strategy: request.strategy, commands: [ok(ticket)] }
    case 'terminateMember':
      return terminateMember(memory, request, ticket)
    case 'restartAll':
      return { commands: [ok(ticket)] }
  }
  const { type, id } = request
  const child = children.get(id)
  if (type === 'getChildSpec' && child === undefined && memory.template?.id === id)
    return { commands: [{ type: 'reply', ticket, reply: { status: 'spec', spec: memory.template } }] }
  if (child === undefined) return { commands: [refusal(ticket, { type: 'not_found', id })] }
  if (type === 'getChildSpec') return { commands: [{ type: 'reply', ticket, reply: { status: 'spec', spec: child.spec } }] }
  if (type === 'terminateChild' && child.status === 'stopped') return { commands: [ok(ticket)] }
  if (type === 'terminateChild') return takenDown(memory, child, ticket)
  // One that only waits has no start under way that it could be removed from.
  const isWaiting = type === 'deleteChild' && child.wait !== undefined
  if (child.status !== 'stopped' && !isWaiting) return { commands: [refusal(ticket, { type: child.status, id })] }
  if (type === 'restartChild') throw new InternalError('a call was not carried out', request)
  return { children: children.delete(id), commands: [{ type: 'forget', id }, ok(ticket)] }
}

/** The children as OTP lists them: the last one first. */
export function whichChildren({ children }: { readonly children: ChildrenView }): readonly ChildInfo[] {
  return children.all().map(infoOf).reverse()
}

/** What OTP counts: a dynamic supervisor has one spec, however many members. */
export function countChildren({ kind, children }: Pick<Memory, 'kind'> & { readonly children: ChildrenView }): ChildCounts {
  const { size, active, supervisors } = children
  return { specs: kind === 'dynamic' ? 1 : size, active, supervisors, workers: size - supervisors }
}

type TerminateMember = Extract<Asked['request'], { readonly type: 'terminateMember' }>

/** As OTP does it by process id: unknown where children have ids, fine where the member is gone. */
function terminateMember(memory: Memory, request: TerminateMember, ticket: number): Step {
  const { id } = request
  if (memory.kind === 'static') return { commands: [refusal(ticket, { type: 'not_found', id })] }
  const child = memory.children.get(id)
  if (child === undefined || !isMeant(child, request)) return { commands: [ok(ticket)] }
  return takenDown(memory, child, ticket)
}

/** False for a request about an earlier incarnation. */
function isMeant(child: Child, request: Asked['request']): boolean {
  return request.type !== 'terminateMember' || request.incarnation === undefined || request.incarnation === child.incarnation
}

/** A child that runs no more: it keeps its place, or is removed if it is temporary or a member. */
function takenDown(memory: Memory, child: Child, ticket: number): Step {
  const { id } = child.spec
  if (isRemovedWhenDown(memory, child.spec))
    return { children: memory.children.delete(id), commands: [{ type: 'forget', id }, ok(ticket)] }
  const down = { ...child, status: 'stopped', failure: undefined, nextCause: 'sibling', wait: undefined, failures: 0 } as const
  const children = memory.children.update(down)
  return { children, commands: [ok(ticket)] }
}

function infoOf(child: Child): ChildInfo {
  const { spec, status, incarnation } = child
  const unwell = isRunning(child) && child.isUnhealthy ? ({ isHealthy: false } as const) : undefined
  return { id: spec.id, type: spec.type, status, incarnation: isRunning(child) ? incarnation : undefined, ...unwell }
}

function alreadyThere(child: Child): SupervisorProblem {
  const { spec, incarnation } = child
  return isRunning(child) ? { type: 'already_started', id: spec.id, incarnation } : { type: 'already_present', id: spec.id }
}

function ok(ticket: number): Command {
  return { type: 'reply', ticket, reply: { status: 'ok' } }
}

function refusal(ticket: number, error: SupervisorProblem): Command {
  return { type: 'reply', ticket, reply: { status: 'error', error } }
}
