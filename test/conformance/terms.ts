import { CallError, SpawnError, type ExitReason } from '../../src/index.ts'
import { Raised } from './reasons.ts'
import type { Term } from './signal-case.ts'

export function termOf(reason: ExitReason): Term {
  if (reason.type === 'shutdown') return reason.cause === undefined ? 'shutdown' : ['shutdown', reason.cause as Term]
  if (reason.type !== 'error') return reason.type
  const { error } = reason
  if (error instanceof Raised) return [error.term as Term, '*stack*']
  if (error instanceof CallError) return [termOfFailure(error), '*call*']
  if (error instanceof Error) return `unexpected ${error.stack ?? error.message}`
  return error as Term
}

/** What a failed call, stop or start tells. */
export function termOfFailure(error: unknown): Term {
  if (error instanceof SpawnError) return error.problem === 'timeout' ? 'timeout' : termOf(error.reason)
  if (!(error instanceof CallError)) throw error
  const { code, reason } = error as CallError & { readonly code: string; readonly reason?: ExitReason }
  if (code === 'timeout') return 'timeout'
  if (code === 'calling-self') return 'calling_self'
  return reason === undefined ? `unexpected ${code}` : termOf(reason)
}
