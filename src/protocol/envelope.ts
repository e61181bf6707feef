import type { ActorId } from './actor-id.ts'

/** What kind of message an envelope holds: a request with an answer, one without, or one that names no handler. */
export type MessageKind = 'call' | 'cast' | 'info'

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
}
