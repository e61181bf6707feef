import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError, type ConfigurationError } from '../protocol/errors.ts'
import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'
import type { CutProblem } from '../runtime/cuts/cut.ts'
import type { SupervisorProblem } from './machine/commands.ts'

/** Why a supervisor did not do what it was asked: recognise the case by `code`. */
export abstract class SupervisorError extends CoppiceError {
  /** The supervisor that was asked. */
  readonly supervisor: ActorId
  /** The child that it was about. */
  readonly childId: string

  constructor(supervisor: ActorId, childId: string, problem: string, options?: ErrorOptions) {
    super(`supervisor ${displayId(supervisor)}, child "${childId}": ${problem}`, options)
    this.supervisor = supervisor
    this.childId = childId
  }
}

/** A child with this id is running already. No child was started, and its spec was not replaced. */
export class AlreadyStartedError extends SupervisorError {
  override readonly name = 'AlreadyStartedError'
  readonly code = 'already_started'
  /** The incarnation that is running. */
  readonly incarnation: number
  constructor(supervisor: ActorId, childId: string, incarnation: number) {
    super(supervisor, childId, `it is running already (incarnation ${incarnation}); no child was started`)
    this.incarnation = incarnation
  }
}

/** The supervisor has a child with this id that is not running. No child was started, and its spec was not replaced. */
export class AlreadyPresentError extends SupervisorError {
  override readonly name = 'AlreadyPresentError'
  readonly code = 'already_present'
  constructor(supervisor: ActorId, childId: string) {
    super(supervisor, childId, 'there is such a child that is not running; no child was started. Restart it, or delete it first')
  }
}

/** The supervisor has no child with this id. Nothing was done. */
export class UnknownChildError extends SupervisorError {
  override readonly name = 'UnknownChildError'
  readonly code = 'not_found'
  constructor(supervisor: ActorId, childId: string) {
    super(supervisor, childId, 'there is no such child; nothing was done')
  }
}

/** The child is running, and what was asked is only for one that is not. Nothing was done. */
export class ChildRunningError extends SupervisorError {
  override readonly name = 'ChildRunningError'
  readonly code = 'running'
  constructor(supervisor: ActorId, childId: string) {
    super(supervisor, childId, 'it is running; nothing was done. Terminate it first')
  }
}

/** The child is being restarted, and what was asked is only for one that is down for good. Nothing was done. */
export class ChildRestartingError extends SupervisorError {
  override readonly name = 'ChildRestartingError'
  readonly code = 'restarting'
  constructor(supervisor: ActorId, childId: string) {
    super(supervisor, childId, 'it is being restarted; nothing was done. Terminate it first to stop the attempts')
  }
}

/**
 * The child was started and failed. It is not tried again (a new child was not kept, a known one stays down), unless it had been
 * waiting for its backoff, which goes on.
 */
export class ChildStartFailedError extends SupervisorError {
  override readonly name = 'ChildStartFailedError'
  readonly code = 'start_failed'
  readonly reason: ExitReason
  constructor(supervisor: ActorId, childId: string, reason: ExitReason, { isTriedAgain = false } = {}) {
    const options = reason.type === 'error' ? { cause: reason.error } : undefined
    const outlook = isTriedAgain ? 'tried again after its backoff' : 'not tried again'
    super(supervisor, childId, `it could not be started (${describeReason(reason)}); it is ${outlook}`, options)
    this.reason = reason
  }
}

/** The supervisor is stopping its children. Nothing was done. */
export class SupervisorStoppingError extends SupervisorError {
  override readonly name = 'SupervisorStoppingError'
  readonly code = 'shutting_down'
  constructor(supervisor: ActorId, childId: string) {
    super(supervisor, childId, 'the supervisor is shutting down; nothing was done')
  }
}

/** What was asked is not for a dynamic supervisor, whose members all have one spec and no id. Nothing was done. */
export class DynamicSupervisorError extends SupervisorError {
  override readonly name = 'DynamicSupervisorError'
  readonly code = 'simple_one_for_one'
  /** What was asked. */
  readonly request: string
  constructor(supervisor: ActorId, childId: string, request: string) {
    const remedy = 'Its members are started and stopped by their keys: start(key, args), stop(key)'
    super(supervisor, childId, `${request} is not for a dynamic supervisor; nothing was done. ${remedy}`)
    this.request = request
  }
}

const cutProblems: Readonly<Record<CutProblem, string>> = {
  busy: 'some had not finished what they were handling in time',
  down: 'some are down, and what they were handling may be lost',
  foreign: 'it is no cut of this supervisor',
  unreadable: 'this program cannot read the state of some',
  missing: 'some of it are not there',
  store: 'the store has not taken it, and everybody comes back with what was committed last',
}

/**
 * There is no cut of a group, or no way back to one. Everybody goes on as before, but for `missing`: then those of the cut who
 * are there have gone back; and for `store`: then all were taken down and started again, each with its own state.
 */
export class CutError extends CoppiceError {
  override readonly name = 'CutError'
  readonly code = 'no_cut'
  readonly supervisor: ActorId
  readonly problem: CutProblem
  /** Who stands in the way. */
  readonly actors: readonly ActorId[]
  constructor(supervisor: ActorId, problem: CutProblem, actors: readonly ActorId[], options?: ErrorOptions) {
    super(`supervisor ${displayId(supervisor)}: ${cutProblems[problem]} (${actors.map(displayId).join(', ')})`, options)
    this.supervisor = supervisor
    this.problem = problem
    this.actors = actors
  }
}

/** None of the attempts at a step has succeeded. The group is as it was before the first one. */
export class GroupAttemptsError extends CoppiceError {
  override readonly name = 'GroupAttemptsError'
  readonly code = 'attempts-exhausted'
  readonly supervisor: ActorId
  /** What each attempt has failed with. */
  readonly errors: readonly unknown[]
  constructor(supervisor: ActorId, errors: readonly unknown[]) {
    const times = errors.length === 1 ? 'the attempt has' : `all ${errors.length} attempts have`
    super(`supervisor ${displayId(supervisor)}: ${times} failed; the group is as it was before`, { cause: errors.at(-1) })
    this.supervisor = supervisor
    this.errors = errors
  }
}

/** The error with which a refused call rejects. */
export function errorOf(supervisor: ActorId, problem: SupervisorProblem): SupervisorError | ConfigurationError | CutError {
  const { id } = problem
  switch (problem.type) {
    case 'already_started':
      return new AlreadyStartedError(supervisor, id, problem.incarnation)
    case 'already_present':
      return new AlreadyPresentError(supervisor, id)
    case 'not_found':
      return new UnknownChildError(supervisor, id)
    case 'running':
      return new ChildRunningError(supervisor, id)
    case 'restarting':
      return new ChildRestartingError(supervisor, id)
    case 'start_failed':
      return new ChildStartFailedError(supervisor, id, problem.reason, problem)
    case 'shutting_down':
      return new SupervisorStoppingError(supervisor, id)
    case 'simple_one_for_one':
      return new DynamicSupervisorError(supervisor, id, problem.request)
    case 'no_cut':
      return new CutError(
        supervisor,
        problem.problem,
        problem.actors,
        problem.cause === undefined ? {} : { cause: problem.cause },
      )
    case 'invalid_spec':
      return problem.error
  }
}
