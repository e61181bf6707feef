import type { ActorId } from '../protocol/actor-id.ts'
import type { Envelope, MessageKind } from '../protocol/envelope.ts'
import type { Journaled, Outcome } from './persistence.ts'

/** Who waits for the answer to a call in this process. Only the first settlement counts. */
export interface Caller {
  /** False once it has given up, by its deadline, its signal or its end: a settlement would reach nobody. */
  readonly isWaiting: boolean
  settle(outcome: Outcome): void
  fail(error: Error): void
}

/** A message in the mailbox of an actor: an envelope, and what is known of it in this process. */
export class Message implements Envelope {
  readonly kind: MessageKind
  readonly name: string
  readonly input: unknown
  readonly sender: ActorId | undefined
  readonly key: string | undefined
  /** Who waits for the answer here, if anybody. */
  caller: Caller | undefined
  /** Its number in the journal; 0 if it is in none. */
  seq: number
  /** How often handling it has been begun, this time included. */
  attempt: number
  /** The incarnation that it is meant for; 0 for any. Mail of an incarnation that has ended is dropped. */
  readonly incarnation: number

  constructor(envelope: Envelope, caller: Caller | undefined, incarnation: number) {
    this.kind = envelope.kind
    this.name = envelope.name
    this.input = envelope.input
    this.sender = envelope.sender
    this.key = envelope.key
    this.caller = caller
    this.seq = 0
    this.attempt = 0
    this.incarnation = incarnation
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
