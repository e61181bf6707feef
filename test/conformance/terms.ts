import {
  CallError,
  crash,
  killed,
  noproc,
  normal,
  shutdown,
  shutdownBecause,
  SpawnError,
  type ExitReason,
} from '../../src/index.ts'
import type { Term } from './signal-case.ts'

/** An uncaught error of a case. */
export class Raised extends Error {
  readonly term: Term
  constructor(term: Term) {
    super('raised by the case')
    this.term = term
  }
}

export function reasonOf(term: Term): ExitReason {
  if (term === 'normal') return normal
  if (term === 'shutdown') return shutdown
  if (term === 'killed') return killed
  if (term === 'noproc') return noproc
  if (Array.isArray(term) && term.length === 2 && term[0] === 'shutdown') return shutdownBecause(term[1])
  return crash(term)
}

export function termOf(reason: ExitReason): Term {
  if (reason.type === 'shutdown') return reason.cause === undefined ? 'shutdown' : ['shutdown', reason.cause as Term]
  if (reason.type !== 'error') return reason.type
  const { error } = reason
  if (error instanceof Raised) return [error.term, '*stack*']
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
