import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { Life } from '../anatomy.ts'
import type { Context } from '../context.ts'
import { CrashedError, reasonOfThrown } from '../errors.ts'
import { LiveContext } from '../live-context.ts'
import type { Message } from '../message.ts'
import { ownCopy } from '../own-copy.ts'
import { StreamContext } from './stream-context.ts'
import { StreamLink } from './stream-link.ts'

/** What makes parts: a generator, or anything that can be gone through. */
export type Parts<Part> = AsyncIterable<Part, unknown, undefined> | Iterable<Part, unknown, undefined>

/** What runs a handler of a stream. */
export interface StreamRun {
  readonly ctx: Context
  readonly signal: AbortSignal
}

/** How a stream is made. */
export interface Making {
  /** What gives the parts; it begins when the turn is committed. */
  readonly make: (run: StreamRun) => Parts<unknown>
  /** What becomes of the stream when there are no more parts, by the value with which they ended. */
  readonly last: (value: unknown, link: StreamLink) => void
}

/**
 * Binds the stream that a message asks for to the incarnation that handles it. What is given begins it, when the turn is
 * committed: the parts are gone through beside the turns, as far as there is room. What they throw while the stream is open
 * ends the incarnation. Nothing is given where nobody asks for a stream.
 */
export function streamFor(message: Message, within: Context, { make, last }: Making): (() => void) | undefined {
  const link = message.caller
  if (!(within instanceof LiveContext) || !(link instanceof StreamLink)) return undefined
  const { life } = within
  const { signal } = life
  const ended = (): void => link.fail(new CrashedError(life.id, link.handler, signal.reason as ExitReason))
  signal.addEventListener('abort', ended, { once: true, signal: link.signal })
  const ctx = new StreamContext(life, message)
  return () => void pump(life, link, () => make({ ctx, signal: link.signal }), last)
}

async function pump(life: Life, link: StreamLink, make: () => Parts<unknown>, last: Making['last']): Promise<void> {
  const isCopied = life.cell.world.copiesMessages
  try {
    const parts = make()
    const iterator = Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]()
    for (;;) {
      await link.room()
      if (link.isClosed) {
        await iterator.return?.()
        return
      }
      const step = await iterator.next()
      if (step.done === true) {
        last(step.value, link)
        return
      }
      link.push(isCopied ? ownCopy(step.value) : step.value)
    }
  } catch (error) {
    // To throw is how it ends that is not wanted any more.
    if (!link.isClosed && life.isActive) life.end(reasonOfThrown(error), 'orderly')
  }
}
