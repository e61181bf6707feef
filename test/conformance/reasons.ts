import { crash, killed, noproc, normal, shutdown, shutdownBecause, type ExitReason } from '../../src/index.ts'
import type { Term } from './supervisor-case.ts'

/** An uncaught error of a case. */
export class Raised extends Error {
  readonly term: Term
  constructor(term: Term) {
    super('raised by the case')
    this.term = term
  }
}

/** The reason that stands for a term of a case. */
export function reasonOf(term: Term): ExitReason {
  if (term === 'normal') return normal
  if (term === 'shutdown') return shutdown
  if (term === 'killed') return killed
  if (term === 'noproc') return noproc
  if (Array.isArray(term) && term.length === 2 && term[0] === 'shutdown') return shutdownBecause(term[1])
  return crash(term)
}
