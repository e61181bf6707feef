import type { ActorCell } from '../actor-cell.ts'
import { ownCopy } from '../own-copy.ts'
import type { Message } from '../message.ts'
import type { CutMember, CutMessage, CutRequest } from './cut.ts'
import type { CutNumbers } from './cut-numbers.ts'

/** The requests of a group whose messages may be in its mail, by the promises of their answers. */
export type RequestsByAnswer = ReadonlyMap<Promise<unknown>, CutRequest>

/** What an actor is at this moment, between two turns; nothing of one that does not run, or begins anew each time. */
export function memberOf(cell: ActorCell, numbers: CutNumbers, requests: RequestsByAnswer): CutMember | undefined {
  const { life, id, mailbox, spec } = cell
  if (life === undefined || life.behavior.startsAnew === true || cell.isFleeting) return undefined
  const { number: incarnation, behavior, state, frontier } = life
  const waiting = [...cell.putAsideNow, ...mailbox.all(), ...(mailbox.gate?.line ?? [])]
  const mail = waiting.filter((message) => isMail(message, incarnation)).map((message) => mailOf(message, numbers, requests))
  const timers = life
    .timersNow()
    .map((timer) => ({ ...timer, envelope: { ...timer.envelope, input: ownCopy(timer.envelope.input) } }))
  const { name, version } = behavior
  const member = { id, incarnation, behavior: name, version, mode: spec.mode, state: ownCopy(state), frontier }
  return {
    ...member,
    mail,
    timers,
    requests: [...(life.asked?.values() ?? [])].map(({ request, then, to }) => ({ request, then, to })),
  }
}

function mailOf(message: Message, numbers: CutNumbers, requests: RequestsByAnswer): CutMessage {
  const { kind, name, input, sender, key, headers, seq, caller } = message
  const answer = (caller as { readonly promise?: Promise<unknown> } | undefined)?.promise
  const asked = answer && requests.get(answer)
  const envelope = { kind, name, input: ownCopy(message.sent ?? input), sender, key, headers }
  const asks = asked && { asks: { request: asked.request, then: asked.then } }
  return { ...envelope, number: numbers.of(message), seq, ...asks }
}

/** What the runtime tells an incarnation means nothing to the next one. What it has sent to itself is mail. */
function isMail(message: Message, incarnation: number): boolean {
  return message.kind !== 'info' && (message.incarnation === 0 || message.incarnation === incarnation)
}
