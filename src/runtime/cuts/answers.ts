import type { ActorId } from '../../protocol/actor-id.ts'
import type { Envelope } from '../../protocol/envelope.ts'
import type { Life, World } from '../anatomy.ts'
import { Message, type Caller } from '../message.ts'
import { answerOf, failureOf, type Answer } from '../requests.ts'
import { UnavailableError } from '../errors.ts'
import type { Cut, CutMember, CutMessage, CutRequest } from './cut.ts'

/** Brings the answers to what the members of a cut had asked to those who take their place. */
export class Answers {
  readonly #world: World
  /** The requests that are in the mail of the cut. */
  readonly #inMail: ReadonlySet<string>
  /** The incarnations that have begun with the cut. */
  readonly #lives = new Map<ActorId, number>()

  constructor(world: World, { members }: Cut) {
    this.#world = world
    this.#inMail = new Set(members.flatMap(({ mail }) => mail.flatMap(({ asks }) => asks?.request ?? [])))
  }

  begun({ id, number }: Life): void {
    this.#lives.set(id, number)
  }

  /** Who waits for the answer to a message of the mail; nothing if it asks nothing. */
  callerOf({ asks, sender }: CutMessage, by: ActorId): Caller | undefined {
    if (asks === undefined || sender === undefined) return undefined
    const { request, then } = asks
    const tell = (answer: Answer): void => this.#tell(sender, { then, answer, by })
    return {
      isWaiting: true,
      settle: (outcome) => tell(answerOf(request, outcome)),
      fail: (error) => tell(failureOf(request, error)),
    }
  }

  /** What a member is told of what it had asked, where the answer is nobody's to give any more. */
  failuresFor({ id, requests }: CutMember): readonly Envelope[] {
    return requests.filter(({ request }) => !this.#inMail.has(request)).map((request) => failure(id, request))
  }

  #tell(to: ActorId, { then, answer, by }: { readonly then: string; readonly answer: Answer; readonly by: ActorId }): void {
    const { router } = this.#world
    const key = keyOf(answer.request)
    if (router.isJournaled(to))
      void router.cast(to, { name: then, input: answer, sender: by }, { id: key }).catch(() => undefined)
    else {
      const envelope = { kind: 'cast', name: then, input: answer, sender: by, key: undefined } as const
      // An answer means nothing to an incarnation that follows.
      router.deliver(to, new Message(envelope, undefined, this.#lives.get(to) ?? 0))
    }
  }
}

function failure(id: ActorId, { request, then, to }: CutRequest): Envelope {
  const why = 'its group has gone back to a cut, in which the answer was not'
  const input = failureOf(request, new UnavailableError(to, then, why))
  return { kind: 'cast', name: then, input, sender: to, key: keyOf(request) }
}

function keyOf(request: string): string {
  return `~answer/${request}`
}
