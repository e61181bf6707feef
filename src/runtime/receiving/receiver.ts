import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { Life } from '../anatomy.ts'
import type { ClockTimer } from '../clock.ts'
import { CrashedError, ExitError } from '../errors.ts'
import type { Caller, Message } from '../message.ts'
import { noHeaders } from '../middleware-chain.ts'
import { passing } from '../passing.ts'
import { endAskedBy } from '../requested-end.ts'
import { ReceiveError, ReceiveTimeoutError } from './receive-errors.ts'
import type { Match, MessageTaker, Received } from './received.ts'

/** A message that was taken, and who waits for its answer. */
interface Taken {
  readonly message: Message
  readonly caller: Caller | undefined
}

interface Wait {
  readonly match: Match
  readonly resolve: (received: Received) => void
  readonly reject: (error: Error) => void
  readonly timer: ClockTimer | undefined
  /** What the message that fits is taken as. */
  fitting: { readonly input: unknown } | undefined
}

/**
 * What a turn that has asked for other messages waits for, and has taken. The messages belong to the turn: they are handled with
 * it, and lost with it. One for each incarnation that has ever asked.
 */
export class Receiver implements MessageTaker {
  readonly #life: Life
  #taken: Taken[] = []
  #wait: Wait | undefined = undefined

  constructor(life: Life) {
    this.#life = life
  }

  receive(match: Match, timeoutMs: number): Promise<Received> {
    const { cell, id } = this.#life
    if (this.#wait !== undefined)
      return Promise.reject(new ReceiveError(id, 'this turn waits for a message already; wait for one after the other'))
    return new Promise((resolve, reject) => {
      const late = (): void => this.#fail(new ReceiveTimeoutError(id, timeoutMs))
      const timer = timeoutMs === Infinity ? undefined : cell.world.clock.setTimer(Math.max(0, timeoutMs), late)
      this.#wait = { match, resolve, reject, timer, fitting: undefined }
      const found = cell.mailbox.takeFirst((message) => this.#fits(message))
      if (found !== undefined) this.#take(found)
    })
  }

  offer(message: Message): boolean {
    if (this.#wait === undefined || !this.#fits(message)) return false
    this.#take(message)
    return true
  }

  end(reason: ExitReason): void {
    this.#fail(new ExitError(reason))
  }

  turnDone(): void {
    this.#taken = []
    if (this.#wait !== undefined) this.#fail(new ReceiveError(this.#life.id, 'the turn that waited is over'))
  }

  turnLost(reason: ExitReason): void {
    const { cell, deferred, id } = this.#life
    for (const { message, caller } of this.#taken.reverse()) {
      if (message.kind === 'info') continue
      if (caller !== undefined) {
        // One that was answered has had what it asked for.
        if (!deferred.delete(caller)) continue
        message.caller = caller
        if (message.call?.takeRetry() === true) {
          cell.mailbox.putBack(message)
          continue
        }
        caller.fail(new CrashedError(id, message.name, reason))
      }
      cell.world.deadLetter(id, message, 'crashed')
    }
    this.#taken = []
  }

  #fits(message: Message): boolean {
    const life = this.#life
    if (this.#wait === undefined || message.kind === 'stream') return false
    if (message.incarnation !== 0 && message.incarnation !== life.number) return false
    // A request to end is heard: it ends the wait, and the turn with it.
    if (message.kind === 'info' && (message.name === 'stop' || message.name === 'exit')) {
      const asked = endAskedBy(life, message)
      if (asked !== undefined) {
        life.requestStop(asked)
        return false
      }
    }
    if (message.call?.isDropped === true) return false
    const wait = this.#wait
    try {
      wait.fitting = wait.match(this.#received(message, message.input))
    } catch (error) {
      this.#fail(error as Error)
    }
    return wait.fitting !== undefined
  }

  #take(message: Message): void {
    const wait = this.#wait
    this.#wait = undefined
    wait?.timer?.cancel()
    message.attempt += 1
    const { caller } = message
    this.#taken.push({ message, caller })
    if (caller !== undefined) this.#life.deferred.add(caller)
    message.caller = undefined
    wait?.resolve(this.#received(message, wait.fitting?.input, caller))
  }

  #received({ kind, name, sender, headers = noHeaders }: Message, input: unknown, caller?: Caller): Received {
    const life = this.#life
    const reply = (value: unknown): void => {
      if (caller === undefined || !life.deferred.delete(caller)) return
      caller.settle(passing(life, { status: 'replied', value }))
    }
    return { kind: kind as Received['kind'], name, input, sender, headers, reply }
  }

  #fail(error: Error): void {
    const wait = this.#wait
    this.#wait = undefined
    wait?.timer?.cancel()
    wait?.reject(error)
  }
}
