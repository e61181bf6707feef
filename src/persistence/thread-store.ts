import type { ActorId } from '../protocol/actor-id.ts'
import { InternalError } from '../protocol/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { carryOut } from './carry-out.ts'
import type { Connection, Mark } from './connection.ts'
import type { CopyListener } from './copy-progress.ts'
import { GroupWriter, type Result, type Work } from './group-writer.ts'
import { linkCodec, repliesToText } from './link-replies.ts'
import type { ThreadOrder, ToThread, Written } from './link-words.ts'
import { memoryOf } from './operation.ts'

/**
 * The store as its thread has it: every message is a group. What came of the last one is its mark: whoever takes over from a
 * thread that died reads there whether the group that was under way is in the file, and what to answer.
 */
export class ThreadStore {
  /** The last group of the same link that is in the file. */
  readonly last: Written | undefined
  readonly #codec: Codec = linkCodec()
  readonly #writer: GroupWriter
  readonly #link: number
  /** What the wall clock of the link said when it sent the group. */
  #wallMs = 0

  constructor(connection: Connection, { link = connection.info.epoch, lost }: Pick<ThreadOrder, 'link' | 'lost'>) {
    this.#link = link
    this.last = lastOf(connection.again?.mark, link)
    this.#writer = new GroupWriter(connection, this.#clock())
    this.#writer.lose(lost)
  }

  get info(): StoreInfo {
    return this.#writer.info
  }

  write({ upTo, wallMs, operations }: Extract<ToThread, { type: 'write' }>): Written {
    this.#wallMs = wallMs
    const works = operations.map((operation): Work => ({
      actor: memoryOf(operation),
      work: (journal) => carryOut(journal, operation),
    }))
    const noted = (results: readonly Result[]): Written => ({ upTo, replies: repliesToText(this.#codec, operations, results) })
    let written: Written | undefined
    const results = this.#writer.write(works, (inTransaction) => {
      written = noted(inTransaction)
      return JSON.stringify({ link: this.#link, ...written })
    })
    // Where the commit itself failed, something else came of the group than would have.
    return written !== undefined && results.some(({ isDone }) => isDone) ? written : noted(results)
  }

  /** These actors have to be opened again before they may commit. */
  lose(actors: readonly ActorId[]): void {
    this.#writer.lose(actors)
  }

  copy(path: string, told: CopyListener): Promise<void> {
    return this.#writer.copyTo(path, told)
  }

  close(): void {
    this.#writer.close()
  }

  /** A store reads the wall clock, and this one that of the link: a thread has no time of its own. */
  #clock(): Clock {
    const no = (): never => {
      throw new InternalError('a store reads no clock but the one on the wall, and sets no timers')
    }
    return { now: no, wallNow: () => this.#wallMs, setTimer: no }
  }
}

function lastOf(mark: Mark | undefined, link: number): Written | undefined {
  const text = mark?.read()
  if (text === undefined) return undefined
  const { link: writer, upTo, replies } = JSON.parse(text) as Written & { readonly link: number }
  return writer === link ? { upTo, replies } : undefined
}
