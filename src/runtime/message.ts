import type { ActorId } from '../protocol/actor-id.ts'
import type { Envelope, MessageHeaders, MessageKind } from '../protocol/envelope.ts'
import { ownCopy } from './own-copy.ts'
import type { Journaled, Outcome } from './persistence.ts'

/** Who waits for the answer to a call in this process. Only the first settlement counts. */
export interface Caller {
  /** False once it has given up, by its deadline, its signal or its end: a settlement would reach nobody. */
  readonly isWaiting: boolean
  settle(outcome: Outcome): void
  fail(error: Error): void
}

/** The turn in which a call is made. */
export interface CallOrigin {
  readonly id: ActorId
  readonly message: Message
}

/** A call as its receiver sees it. */
export interface CallInfo {
  /** Until when its caller waits, by the clock that never jumps. */
  readonly dueMs: number
  /** True once its caller waits no more without having been answered. */
  readonly isGivenUp: boolean
  /** Aborted when its caller gives up. */
  readonly signal: AbortSignal
  /** It need not be handled when its caller has given up. */
  readonly isDropped: boolean
  /** It is handled again when it is lost. */
  readonly isRetried: boolean
  /** True, and counted, if it may be tried once more. */
  takeRetry(): boolean
}

/** A call that has not been answered yet. */
export interface Waiting {
  readonly target: ActorId
}

/** A message in the mailbox of an actor: an envelope, and what is known of it in this process. */
export class Message implements Envelope {
  readonly kind: MessageKind
  readonly name: string
  /** What the handler gets; its own, to do with as it likes. */
  input: unknown
  readonly sender: ActorId | undefined
  readonly key: string | undefined
  readonly headers: MessageHeaders | undefined
  /** What was sent, where it may be handled more than once. */
  sent: unknown
  /** Who waits for the answer here, if anybody. */
  caller: Caller | undefined
  /** What is known of the call that it is in this process; it stays when somebody else takes over the answer. */
  call: CallInfo | undefined
  /** The calls that were made while it was handled and are not answered yet. */
  waits: Waiting[] | undefined
  /** Its number in the journal; 0 if it is in none. */
  seq: number
  /** How often handling it has been begun, this time included. */
  attempt: number
  /** The incarnation that it is meant for; 0 for any. Mail of an incarnation that has ended is dropped. */
  incarnation: number

  constructor(envelope: Envelope, caller: Caller | undefined, incarnation: number) {
    this.kind = envelope.kind
    this.name = envelope.name
    this.input = envelope.input
    this.sender = envelope.sender
    this.key = envelope.key
    this.headers = envelope.headers
    this.sent = undefined
    this.caller = caller
    this.call = undefined
    this.waits = undefined
    this.seq = 0
    this.attempt = 0
    this.incarnation = incarnation
  }

  /** Every attempt at handling it gets what was sent, whatever the one before has done to its input. */
  renewInput(): void {
    this.sent ??= this.input
    this.input = ownCopy(this.sent)
  }
}

/** A message that comes from the journal: nobody in this process waits for its answer yet. */
export function messageOf(journaled: Journaled): Message {
  const message = new Message(journaled.envelope, undefined, 0)
  message.seq = journaled.seq
  message.attempt = journaled.attempts
  return message
}

/** A message of the runtime itself, for one incarnation only. */
export function systemMessage(name: string, input: unknown, incarnation: number): Message {
  return new Message({ kind: 'info', name, input, sender: undefined, key: undefined }, undefined, incarnation)
}

/** Lets one more caller wait for the answer to `message`. */
export function addCaller(message: Message, caller: Caller): void {
  const first = message.caller
  message.caller =
    first === undefined
      ? caller
      : {
          get isWaiting() {
            return first.isWaiting || caller.isWaiting
          },
          settle: (outcome) => {
            first.settle(outcome)
            caller.settle(outcome)
          },
          fail: (error) => {
            first.fail(error)
            caller.fail(error)
          },
        }
}

/** What an event tells of a message. */
export interface MessageInfo {
  readonly kind: string
  readonly name: string
  /** Who sent it; nothing if it came from outside every actor. */
  readonly sender: ActorId | undefined
  /** Its number in the journal; 0 if it was never in one. */
  readonly seq: number
  /** How often handling it has been begun, this time included. */
  readonly attempt: number
}

/** Makes the {@link MessageInfo} of a message. */
export function messageInfo(message: Message): MessageInfo {
  const { kind, name, sender, seq, attempt } = message
  return { kind, name, sender, seq, attempt }
}

/** A message in a few words for a person: `call "add" from shop/web, number 12 in the journal, attempt 2`. */
export function describeMessage({ kind, name, sender, seq, attempt }: MessageInfo): string {
  const origin = kind === 'info' ? 'of the runtime' : `from ${sender ?? 'outside'}`
  const place = seq === 0 ? '' : `, number ${seq} in the journal`
  return `${kind} "${name}" ${origin}${place}${attempt < 2 ? '' : `, attempt ${attempt}`}`
}
