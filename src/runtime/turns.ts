import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Match, Received } from './receiving/received.ts'
import { messageInfo, type Message, type MessageInfo } from './message.ts'

/** How one incarnation works through its mailbox: each message in a turn of its own, one after the other. */
export interface Turns {
  /**
   * Handles at most `budget` messages; true if more can be handled now. Only called while the incarnation is idle, and on its
   * behalf, see `Attribution`.
   */
  run(budget: number): boolean
  /** The message whose handling is going on, or was when the incarnation ended. */
  readonly current: Message | undefined
  /** The number of the journaled message whose handling crashed the incarnation. */
  readonly blamed: number | undefined
  /** The same, unless that attempt has been counted before it began. */
  readonly uncounted: number | undefined
  /** A journaled message that has been taken out of the mailbox and is not committed yet. */
  find(seq: number): Message | undefined
  /** A stop has been asked for: what only waits is given up. */
  hurry?(): void
  /** Asks for a checkpoint after the turn that is under way. */
  wantCheckpoint(): void
  /** What is being kept elsewhere, or told of that, at this moment; nothing if nothing is. */
  settled?(): Promise<unknown> | undefined
  /** Checkpoints whose state is kept elsewhere, and that are not kept any more. */
  tellExpired?(numbers: readonly number[]): void
  /** Puts the message aside whose turn is under way, once that is done. */
  putAside(): void
  /** Takes another message into the turn that is under way, when there is one that matches. */
  receive(match: Match, timeoutMs: number): Promise<Received>
  /** The incarnation has ended: what becomes of the messages that it had taken. */
  abandon(reason: ExitReason): void
}

/** The message that an incarnation was at when it ended, or that crashed it at its commit; nothing if there was none. */
export function messageAtEnd(turns: Turns): MessageInfo | undefined {
  const message = turns.current ?? (turns.blamed === undefined ? undefined : turns.find(turns.blamed))
  return message === undefined ? undefined : messageInfo(message)
}
