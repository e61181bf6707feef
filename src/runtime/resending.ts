import type { Cell } from './anatomy.ts'
import { DeadLetterError, obstacleTo, type DeadLetter } from './dead-letters.ts'
import type { Deadlines } from './deadlines.ts'
import { inJournal, InvalidMessageError, UnavailableError } from './errors.ts'
import { messageOf } from './message.ts'
import { PendingCall } from './pending-call.ts'
import type { Journaled } from './persistence.ts'
import type { Router } from './router.ts'

/** How long a call that is sent again waits for its answer. */
const timeoutMs = 5_000

export interface Resending {
  /** Nothing if nobody takes messages under the id of the letter. */
  readonly cell: Cell | undefined
  readonly router: Router
  readonly deadlines: Deadlines
  /** It stays a dead letter. */
  readonly putBack: () => void
}

/**
 * Sends a dead letter of a journal again: the store takes it back into the journal, once. Resolves with the reply to a call, and
 * for others when it is in the journal. What is wrong with it is found before anything is changed.
 */
export async function resend(letter: DeadLetter, { cell, router, deadlines, putBack }: Resending): Promise<unknown> {
  const { id, number, input, message } = letter
  const { kind, name, seq } = message
  const obstacle = obstacleTo(letter, cell && { isDurable: cell.spec.mode === 'durable' })
  const problem = obstacle === undefined ? router.problemWith(id, { kind, name, input }) : undefined
  if (obstacle !== undefined || problem !== undefined || cell === undefined) {
    putBack()
    throw problem === undefined ? new DeadLetterError(number, obstacle) : new InvalidMessageError(id, name, problem)
  }
  const pending =
    kind === 'call'
      ? new PendingCall({ target: id, handler: name, timeoutMs, deadlines, signal: undefined, sender: undefined })
      : undefined
  // As every message that is offered to the journal: what is told of others comes after it.
  cell.journal.beginAccept()
  // In the very turn in which the store answers: what it has taken since comes behind it.
  const taken = cell.store.exhume(id, seq).then(
    (journaled) => {
      if (journaled !== undefined) arrive(journaled, cell, router, pending)
      cell.endAccept()
      if (journaled === undefined) throw new DeadLetterError(number)
    },
    (error: unknown) => {
      cell.endAccept()
      putBack()
      throw refusal(letter, error)
    },
  )
  if (pending === undefined) return taken
  taken.catch((error: unknown) => pending.fail(error as Error))
  return pending.promise
}

function arrive(journaled: Journaled, cell: Cell, router: Router, pending: PendingCall | undefined): void {
  const message = messageOf(journaled)
  message.caller = pending
  message.call = pending
  router.deliverJournaled(cell.id, message)
  // Meanwhile it may have ended for good: whoever starts it again finds the message in its journal.
  if (cell.isRetired && cell.life === undefined) pending?.fail(new UnavailableError(cell.id, message.name, inJournal))
}

function refusal({ id, message }: DeadLetter, cause: unknown): UnavailableError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new UnavailableError(id, message.name, `the store did not take the message again (${why}); nothing was handled`, {
    cause,
    isSent: false,
  })
}
