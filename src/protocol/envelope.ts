import type { ActorId } from './actor-id.ts'

/**
 * What kind of message an envelope holds: a request with an answer, one without, one with an answer in parts, or one that names no
 * handler.
 */
export type MessageKind = 'call' | 'cast' | 'stream' | 'info'

/** What goes with a message besides its input, such as the id of a trace: texts by their names. */
export type MessageHeaders = Readonly<Record<string, string>>

/** A message on its way, as it can be stored or sent over a wire: plain data only. */
export interface Envelope {
  readonly kind: MessageKind
  /** The handler it is for; of an `info` its topic. */
  readonly name: string
  /** What the handler gets. */
  readonly input: unknown
  /** Who sent it; nothing for a sender outside every actor. */
  readonly sender: ActorId | undefined
  /** The caller's own id of the request: the same id gets the same reply and is applied once. */
  readonly key: string | undefined
  /** What goes with it; set by middleware. */
  readonly headers?: MessageHeaders | undefined
}
