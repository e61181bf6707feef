import { CoppiceError } from '../protocol/errors.ts'
import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'

/** A tree could not be started: one of its children could not. Everything that had been started was stopped again. */
export class TreeStartError extends CoppiceError {
  override readonly name = 'TreeStartError'
  readonly code = 'tree-start'
  /** Which child, and why; the reasons of nested supervisors nest. */
  readonly reason: ExitReason
  /** The children from the root down to the one that failed. */
  readonly path: readonly string[]

  constructor(reason: ExitReason) {
    const { path, origin } = originOf(reason)
    const cause = origin.type === 'error' ? { cause: origin.error } : undefined
    super(
      `the tree was not started: ${path.join('/')} could not be started (${describeReason(origin)}); nothing is running`,
      cause,
    )
    this.reason = reason
    this.path = path
  }
}

/** Follows the failure down to the child that it began with. */
function originOf(reason: ExitReason): { readonly path: readonly string[]; readonly origin: ExitReason } {
  const path: string[] = []
  let origin = reason
  for (let failed = failedChild(origin); failed !== undefined; failed = failedChild(origin)) {
    path.push(failed.id)
    origin = failed.reason
  }
  return { path, origin }
}

function failedChild(reason: ExitReason): { readonly id: string; readonly reason: ExitReason } | undefined {
  if (reason.type !== 'shutdown') return undefined
  const cause = reason.cause as { readonly type?: unknown; readonly id?: string; readonly reason?: ExitReason } | undefined
  if (cause?.type !== 'failed_to_start_child' || cause.id === undefined || cause.reason === undefined) return undefined
  return { id: cause.id, reason: cause.reason }
}
