/**
 * Why an incarnation ended. Plain data, so that it can travel and be stored.
 *
 * `normal`, `shutdown` (with or without a cause) are orderly; everything else is abnormal. Follows OTP: `error` stands for
 * any other term, with the term or the thrown value in `error`.
 */
export type ExitReason =
  | { readonly type: 'normal' }
  | { readonly type: 'shutdown'; readonly cause?: unknown }
  | { readonly type: 'killed' }
  | { readonly type: 'noproc' }
  | { readonly type: 'noconnection' }
  | { readonly type: 'error'; readonly error: unknown }

export const normal: ExitReason = Object.freeze({ type: 'normal' })
export const shutdown: ExitReason = Object.freeze({ type: 'shutdown' })
export const killed: ExitReason = Object.freeze({ type: 'killed' })
export const noproc: ExitReason = Object.freeze({ type: 'noproc' })
/** The process in which the incarnation lived is gone: it had no time to say why. */
export const noconnection: ExitReason = Object.freeze({ type: 'noconnection' })

/** The reason of an incarnation that ended because `error` was thrown, or with any term of the user's own. */
export function crash(error: unknown): ExitReason {
  return { type: 'error', error }
}

/** An orderly end with a cause, OTP's `{shutdown, Cause}`. */
export function shutdownBecause(cause: unknown): ExitReason {
  return { type: 'shutdown', cause }
}

/** True for every reason but `normal` and `shutdown`: what makes a supervisor restart a transient child. */
export function isAbnormal(reason: ExitReason): boolean {
  return reason.type !== 'normal' && reason.type !== 'shutdown'
}

/** A reason in a few words for a person, without a stack: `"crash: no such table"`. */
export function describeReason(reason: ExitReason): string {
  if (reason.type === 'error') return `crash: ${describeCause(reason.error)}`
  if (reason.type === 'shutdown' && reason.cause !== undefined) return `shutdown: ${describeCause(reason.cause)}`
  return reason.type
}

/** What a supervisor says of the child that it ends for. */
function isNested(cause: unknown): cause is { readonly type: string; readonly id: string; readonly reason: ExitReason } {
  if (typeof cause !== 'object' || cause === null) return false
  const { type, id, reason } = cause as Record<string, unknown>
  return typeof type === 'string' && typeof id === 'string' && typeof reason === 'object' && reason !== null && 'type' in reason
}

function describeCause(cause: unknown): string {
  if (cause instanceof Error) return cause.message === '' ? cause.name : cause.message
  if (typeof cause === 'string') return cause
  if (isNested(cause)) return `"${cause.id}" ${cause.type.replaceAll('_', ' ')}: ${describeReason(cause.reason)}`
  try {
    return JSON.stringify(cause) ?? String(cause)
  } catch {
    return Object.prototype.toString.call(cause)
  }
}
