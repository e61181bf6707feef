import { isActorPath } from '../protocol/linked-id.ts'
import type { LinkedMessage, LinkId, LinkMark, LinkPeer } from '../runtime/linked/link-store.ts'
import type { LinkRefusal } from './events.ts'

/** The version of what follows. Another one is refused, and never guessed. */
export const protocolVersion = 1

/** The longest text that is taken, in UTF-16 units: one message with the largest input, and what stands around it. */
export const longestFrame = 80 * 1024 * 1024

/** Which life of which store: an answer to another one is none. */
export type Life = Pick<LinkPeer, 'epoch' | 'opening'>

/** What one end tells the other. Each says who it is from. */
export type Frame = { readonly who: LinkPeer } & (
  | {
      readonly type: 'hello'
      /** Whom it has met, who need not say hello again. */
      readonly met: Life | undefined
      /** It wants to hear a hello. */
      readonly asks: boolean
      /** It has been told that it is refused. */
      readonly isTold: boolean
    }
  | { readonly type: 'refused'; readonly of: Life; readonly why: LinkRefusal }
  | { readonly type: 'data'; readonly messages: readonly LinkedMessage[] }
  /** How far pairs have come, and behind which of them something is missing. */
  | { readonly type: 'ack'; readonly of: Life; readonly marks: readonly LinkMark[]; readonly gaps: readonly LinkMark[] }
  /** Of these pairs the sender has nothing up to the marks any more. */
  | { readonly type: 'oldest'; readonly of: Life; readonly page: number; readonly marks: readonly LinkMark[] }
  /** What the receiver says of that: pairs that have come so far, and pairs that are broken, since they have not. */
  | {
      readonly type: 'compared'
      readonly of: Life
      readonly page: number
      readonly marks: readonly LinkMark[]
      readonly broken: readonly LinkMark[]
    }
)

type Body = Frame extends infer Each ? (Each extends Frame ? Omit<Each, 'who'> : never) : never

/** The text of a frame. */
export function frameText(who: LinkPeer, body: Body): string {
  const head = [protocolVersion, body.type, who.storeId, who.epoch, who.opening]
  return JSON.stringify([...head, ...bodyOf(body)])
}

function bodyOf(body: Body): readonly unknown[] {
  switch (body.type) {
    case 'hello':
      return [body.met && lifeOut(body.met), body.asks, body.isTold].map((value) => value ?? null)
    case 'refused':
      return [lifeOut(body.of), body.why]
    case 'data':
      return [body.messages.map(messageOut)]
    case 'ack':
      return [lifeOut(body.of), body.marks.map(markOut), body.gaps.map(markOut)]
    case 'oldest':
      return [lifeOut(body.of), body.page, body.marks.map(markOut)]
    case 'compared':
      return [lifeOut(body.of), body.page, body.marks.map(markOut), body.broken.map(markOut)]
  }
}

const lifeOut = ({ epoch, opening }: Life): unknown => [epoch, opening]
const markOut = ({ from, to, last }: LinkMark): unknown => [from, to, last.epoch, last.n]
const messageOut = ({ from, to, id, prev, kind, name, input, key }: LinkedMessage): unknown => [
  from,
  to,
  id.epoch,
  id.n,
  prev.epoch,
  prev.n,
  kind,
  name,
  input,
  key,
]

/** Something came that is no frame; `version` if it is one of another version of the protocol. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
  readonly who: LinkPeer | undefined
  constructor(problem: string, who?: LinkPeer) {
    super(problem)
    this.who = who
  }
}

/**
 * Reads what has come from outside: arrays of texts, numbers and switches, of which everything is checked, and nothing else.
 *
 * @throws {FrameError} if it is none.
 */
export function readFrame(text: string): Frame {
  if (text.length > longestFrame) throw new FrameError(`it has ${text.length} characters, and at most ${longestFrame} are taken`)
  const [version, type, storeId, epoch, opening, ...rest] = list(parsed(text), 'it')
  const who = { storeId: shortText(storeId), epoch: whole(epoch), opening: shortText(opening) }
  if (version !== protocolVersion) throw new FrameError('it is of another version of the protocol', who)
  switch (type) {
    case 'hello': {
      const [met, asks, isTold] = rest
      return { type, who, met: met === null ? undefined : life(met), asks: flag(asks), isTold: flag(isTold) }
    }
    case 'refused': {
      const [of, why] = rest
      if (why !== 'other store' && why !== 'went back' && why !== 'version')
        throw new FrameError('it refuses for no known reason')
      return { type, who, of: life(of), why }
    }
    case 'data':
      return { type, who, messages: list(rest[0], 'its messages').map(message) }
    case 'ack':
      return { type, who, of: life(rest[0]), marks: marks(rest[1]), gaps: marks(rest[2]) }
    case 'oldest':
      return { type, who, of: life(rest[0]), page: whole(rest[1]), marks: marks(rest[2]) }
    case 'compared':
      return { type, who, of: life(rest[0]), page: whole(rest[1]), marks: marks(rest[2]), broken: marks(rest[3]) }
    default:
      throw new FrameError('it is of no known type')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FrameError('it is no JSON')
  }
}

function message(value: unknown): LinkedMessage {
  const [from, to, epoch, n, prevEpoch, prevN, kind, name, input, key] = list(value, 'a message')
  if (kind !== 'call' && kind !== 'cast') throw new FrameError('a message is neither a call nor a cast')
  return {
    ...pair(from, to),
    id: linkId(epoch, n),
    prev: linkId(prevEpoch, prevN),
    kind,
    name: shortText(name),
    input: wellFormed(input, longestFrame),
    key: key === null ? null : shortText(key),
  }
}

function marks(value: unknown): readonly LinkMark[] {
  return list(value, 'its marks').map((mark) => {
    const [from, to, epoch, n] = list(mark, 'a mark')
    return { ...pair(from, to), last: linkId(epoch, n) }
  })
}

function pair(from: unknown, to: unknown): { readonly from: string; readonly to: string } {
  const [sender, receiver] = [wellFormed(from, longestName), wellFormed(to, longestName)]
  if (sender !== '' && !isActorPath(sender)) throw new FrameError('a sender is no actor')
  if (!isActorPath(receiver)) throw new FrameError('a receiver is no actor')
  return { from: sender, to: receiver }
}

const life = (value: unknown): Life => {
  const [epoch, opening] = list(value, 'a life')
  return { epoch: whole(epoch), opening: shortText(opening) }
}

const linkId = (epoch: unknown, n: unknown): LinkId => ({ epoch: whole(epoch), n: whole(n) })

const longestName = 4_096

const shortText = (value: unknown): string => wellFormed(value, longestName)

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new FrameError(`${what} is no list`)
}

function whole(value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw new FrameError('a number in it is none')
}

function flag(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new FrameError('a switch in it is none')
}

/** A database has no place for half a character, nor for U+0000. */
function wellFormed(value: unknown, most: number): string {
  if (typeof value !== 'string') throw new FrameError('a text in it is none')
  if (value.length > most) throw new FrameError('a text in it is too long')
  if (/[\p{Surrogate}\0]/u.test(value)) throw new FrameError('a text in it is not well-formed')
  return value
}
