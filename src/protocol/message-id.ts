import type { ActorId } from './actor-id.ts'

/**
 * The identity of a journaled message: the same in every attempt to handle it, also after a restart of the process. Give it
 * to what lies outside the store (HTTP, mail) as an idempotency key.
 */
export type MessageId = string

/** The identity of the message with number `seq` in the journal of `actor` in the store `storeId`. */
export function messageId(storeId: string, actor: ActorId, seq: number): MessageId {
  return `${storeId}/${seq}/${actor}`
}
