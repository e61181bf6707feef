import type { ActorId } from '../protocol/actor-id.ts'
import type { Cell } from './anatomy.ts'
import type { Deadlines } from './deadlines.ts'
import { NoProcError, OverloadedError } from './errors.ts'
import type { DeadLetterCause } from './events.ts'
import type { MailboxGate } from './mailbox-gate.ts'
import type { Message } from './message.ts'
import { PendingCall } from './pending-call.ts'

/** What decides about messages to bounded mailboxes. */
export interface AdmissionParts {
  readonly deadlines: Deadlines
  /** Keeps and tells of a message that will not be handled. */
  readonly deadLetter: (id: ActorId, message: Message, why: DeadLetterCause) => void
}

/** A message that asks for room, and what it does when it has it. */
interface Entering {
  readonly cell: Cell
  readonly gate: MailboxGate
  readonly message: Message
  /** Puts it into the mailbox, or offers it to the journal. */
  readonly enter: () => Promise<void> | undefined
}

interface EnteringCast extends Entering {
  /** How long it may wait for room. */
  readonly timeoutMs: number
}

/** Lets messages into bounded mailboxes, by what their actors want done when they are full. */
export class Admission {
  readonly #parts: AdmissionParts

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /** A call; it is settled here if it is not let in. */
  call(entering: Entering, pending: PendingCall): void {
    const { cell, gate, message, enter } = entering
    if (this.#isFree(entering)) void enter()
    else if (gate.settings.full === 'wait') {
      const waiting = gate.wait(message, {
        admit: () => {
          pending.line = undefined
          void enter()
        },
        refuse: () => pending.fail(new NoProcError(cell.id, message.name, cell.lastExit)),
      })
      pending.line = {
        leave: () => gate.leave(waiting),
        late: () => overloaded(entering),
      }
    } else this.#turnAway(entering)
  }

  /** A cast. Resolves when it is let in, or dropped; rejects if it has waited in vain. It need not be awaited. */
  cast(entering: EnteringCast): Promise<void> {
    const { cell, gate, message, enter, timeoutMs } = entering
    if (this.#isFree(entering)) return enter() ?? Promise.resolve()
    if (gate.settings.full !== 'wait') {
      this.#turnAway(entering)
      // What resolves for a durable actor is in its journal.
      return cell.spec.mode === 'durable' ? heard(Promise.reject(overloaded(entering))) : Promise.resolve()
    }
    const { deadlines, deadLetter } = this.#parts
    const nobody = { signal: undefined, sender: undefined }
    const pending = new PendingCall({ target: cell.id, handler: message.name, timeoutMs, deadlines, ...nobody })
    let entered: Promise<void> | undefined
    const waiting = gate.wait(message, {
      admit: () => {
        pending.line = undefined
        entered = enter()
        pending.settle(done)
      },
      refuse: () => {
        pending.settle(done)
        // A call that was forwarded has a caller too.
        message.caller?.fail(new NoProcError(cell.id, message.name, cell.lastExit))
        deadLetter(cell.id, message, 'stopped')
      },
    })
    pending.line = {
      leave: () => gate.leave(waiting),
      late: () => {
        message.caller?.fail(overloaded(entering))
        deadLetter(cell.id, message, 'overloaded')
        return overloaded(entering)
      },
    }
    return heard(pending.promise.then(() => entered))
  }

  /** True if it may go in now; for that the oldest may have had to go. */
  #isFree({ cell, gate, message }: Entering): boolean {
    if (gate.hasRoom || !gate.counts(message)) return true
    if (gate.settings.full !== 'dropOldest') return false
    const oldest = cell.mailbox.takeFirst((queued) => gate.counts(queued))
    // What is put aside counts as queued again only when it is back.
    if (oldest === undefined) return true
    oldest.caller?.fail(new OverloadedError(cell.id, oldest.name, gate.settings.max, 'dropped for a newer one'))
    this.#parts.deadLetter(cell.id, oldest, 'overloaded')
    return true
  }

  #turnAway(entering: Entering): void {
    const { cell, gate, message } = entering
    const { caller } = message
    caller?.fail(overloaded(entering))
    if (caller === undefined || gate.settings.full === 'dropNewest') this.#parts.deadLetter(cell.id, message, 'overloaded')
  }
}

const done = { status: 'replied', value: undefined } as const

/** A rejection that nobody awaits is no stray failure: it is told by an event too. */
function heard(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined)
  return promise
}

function overloaded({ cell, gate, message }: Entering): OverloadedError {
  return new OverloadedError(cell.id, message.name, gate.settings.max, 'not taken')
}
