import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Published } from './context.ts'
import { InvalidMessageError } from './errors.ts'
import type { ActorEvent } from './events.ts'
import type { Groups } from './groups.ts'
import { Message, messageInfo, systemMessage } from './message.ts'
import type { Router } from './router.ts'

/** How messages to many are sent, and by whom. */
export interface Announcer {
  readonly router: Router
  readonly sender: ActorId | undefined
  /** Sends a message to a handler; it has been checked. */
  cast(to: ActorId, name: string, input: unknown): Promise<void>
  /** Puts a notice into a mailbox. */
  tell(to: ActorId, message: Message): void
  emit(event: ActorEvent): void
}

/**
 * Casts to every member of a group. Checks the message for each of them first.
 *
 * @returns how many there are.
 * @throws {InvalidMessageError} if one of them cannot handle it; nothing was sent.
 */
export function broadcast(
  groups: Groups,
  { group, name, input }: { group: string; name: string; input: unknown },
  by: Announcer,
): number {
  const members = groups.members(checkGroup(group))
  for (const { id } of members) {
    const problem = by.router.problemWith(id, { kind: 'cast', name, input })
    if (problem !== undefined) throw new InvalidMessageError(id, name, problem)
  }
  for (const { id } of members) void by.cast(id, name, input).catch(() => undefined)
  return members.length
}

/**
 * Tells every subscriber of a topic: by the handler that it named, else by a message of topic `published`. A subscriber that
 * cannot handle it does not keep it from the others: its copy is a dead letter.
 *
 * @returns how many subscribers there are.
 */
export function publish(topics: Groups, { topic, value }: { topic: string; value: unknown }, by: Announcer): number {
  const subscribers = topics.entries(checkTopic(topic))
  const notice: Published = { topic, value, from: by.sender }
  for (const [{ id, number }, handler] of subscribers) {
    if (typeof handler !== 'string') by.tell(id, systemMessage('published', notice, number))
    else if (by.router.problemWith(id, { kind: 'cast', name: handler, input: value }) === undefined)
      void by.cast(id, handler, value).catch(() => undefined)
    else {
      const message = new Message(
        { kind: 'cast', name: handler, input: value, sender: by.sender, key: undefined },
        undefined,
        number,
      )
      by.emit({ type: 'dead letter', id, message: messageInfo(message), why: 'not accepted' })
    }
  }
  return subscribers.length
}

/** Throws {@link ConfigurationError} unless it can be the name of a group. */
export function checkGroup(group: unknown): string {
  return checkText('group', group)
}

/** Throws {@link ConfigurationError} unless it can be a topic. */
export function checkTopic(topic: unknown): string {
  return checkText('topic', topic)
}

function checkText(path: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw new ConfigurationError({ path, rule: 'must be a text of at least one character', value })
  return value
}
