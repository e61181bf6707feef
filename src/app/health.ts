import { childId, rootId, type ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { LastExit } from '../runtime/last-exit.ts'
import type { SupervisorInfo } from '../supervision/shell/supervisor-info.ts'

/** What is not as it should be with one actor. */
export interface HealthProblem {
  readonly id: ActorId
  /**
   * - `restarting`: it is down, and will be started again.
   * - `down`: it failed, and stays down.
   * - `unhealthy`: it has said so by `ctx.reportHealth(false)`.
   * - `stopping`: the tree is being stopped, or ends.
   * - `no budget left`: a supervisor that gives up with the next failure. This alone makes nothing unready.
   */
  readonly problem: 'restarting' | 'down' | 'unhealthy' | 'stopping' | 'no budget left'
  /** Why it ended last, if it did. */
  readonly reason: ExitReason | undefined
}

/** How a tree is. */
export interface Health {
  /** The root runs: there is something that restarts what fails. A process that is not live should be replaced. */
  readonly isLive: boolean
  /** Live, and every declared child is up and well. A process that is not ready should get no requests now. */
  readonly isReady: boolean
  /** In the order of the declaration. */
  readonly problems: readonly HealthProblem[]
}

/** What is looked at. */
export interface HealthParts {
  /** A supervisor as it is now; nothing if it does not run. */
  readonly show: (id: ActorId) => SupervisorInfo | undefined
  readonly lastExit: (id: ActorId) => LastExit | undefined
}

/** Takes the health of a tree: its declared children, and its supervisors. Members of dynamic supervisors come and go. */
export function healthOf(parts: HealthParts): Health {
  const root = parts.show(rootId)
  if (root === undefined) return { isLive: false, isReady: false, problems: [problemOf(parts, rootId, 'down')] }
  const problems = [...problemsOf(parts, root)]
  return { isLive: true, isReady: problems.every(({ problem }) => problem === 'no budget left'), problems }
}

function* problemsOf(parts: HealthParts, info: SupervisorInfo): Generator<HealthProblem> {
  const { id, kind, state, intensity, budgetLeft } = info
  if (state === 'terminating' || state === 'done') yield problemOf(parts, id, 'stopping')
  if (budgetLeft === 0 && intensity.restarts > 0) yield problemOf(parts, id, 'no budget left')
  if (kind === 'dynamic') return
  for (const child of info.children) {
    const at = childId(id, child.id)
    const inner = child.type === 'supervisor' && child.status === 'running' ? parts.show(at) : undefined
    if (inner !== undefined) yield* problemsOf(parts, inner)
    else if (child.status === 'restarting' || (child.type === 'supervisor' && child.status === 'running'))
      yield problemOf(parts, at, 'restarting')
    else if (child.status === 'stopped' && hasFailed(parts, at)) yield problemOf(parts, at, 'down')
    else if (child.isHealthy === false) yield problemOf(parts, at, 'unhealthy')
  }
}

/** One that has done its work, or was taken down, is as it should be. */
function hasFailed({ lastExit }: HealthParts, id: ActorId): boolean {
  return lastExit(id)?.reason.type === 'error'
}

function problemOf({ lastExit }: HealthParts, id: ActorId, problem: HealthProblem['problem']): HealthProblem {
  return { id, problem, reason: lastExit(id)?.reason }
}
