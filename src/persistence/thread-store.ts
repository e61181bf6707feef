import type { ActorId } from '../protocol/actor-id.ts'
import type { Clock } from '../runtime/clock.ts'
import { InternalError } from '../protocol/errors.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { ActorTable } from './actor-table.ts'
import { carryOut } from './carry-out.ts'
import { GroupWriter, type Result } from './group-writer.ts'
import { Journal } from './journal.ts'
import { linkCodec, repliesToText } from './link-replies.ts'
import type { ThreadOrder, ToThread, Written } from './link-words.ts'
import { memoryOf } from './operation.ts'
import { LastGroup } from './sqlite-last-group.ts'
import { fileOpening, openDatabase } from './sqlite-opening.ts'
import { StoredValues } from './stored-values.ts'

/** The store as its thread has it: every message is a group. */
export class ThreadStore {
  readonly info: StoreInfo
  /** The last group of the same link that is in the file. */
  readonly last: Written | undefined
  readonly #codec: Codec = linkCodec()
  readonly #actors: ActorTable
  readonly #journal: Journal
  readonly #writer: GroupWriter
  readonly #lastGroup: LastGroup
  readonly #release: () => void
  /** What the wall clock of the link said when it sent the group. */
  #wallMs = 0

  constructor({ place, link, lost }: ThreadOrder) {
    const { handle, records, info, failure, release } = openDatabase(fileOpening(place))
    const { epoch, location } = info
    const actors = new ActorTable(records)
    actors.lose(lost)
    this.#actors = actors
    const values = new StoredValues(superjsonCodec(), location)
    this.info = info
    this.#journal = new Journal({ records, actors, values, clock: this.#clock() })
    this.#writer = new GroupWriter({ records, actors, epoch, location, failure })
    this.#lastGroup = new LastGroup(handle, link ?? epoch)
    this.last = this.#lastGroup.read()
    this.#release = release
  }

  write({ upTo, wallMs, operations }: Extract<ToThread, { type: 'write' }>): Written {
    this.#wallMs = wallMs
    const works = operations.map((operation) => ({
      actor: memoryOf(operation),
      work: () => carryOut(this.#journal, operation),
    }))
    const noted = (results: readonly Result[]): Written => ({ upTo, replies: repliesToText(this.#codec, operations, results) })
    let written: Written | undefined
    const results = this.#writer.write(works, (inTransaction) => {
      written = noted(inTransaction)
      this.#lastGroup.put(written)
    })
    // Where the commit itself failed, something else came of the group than would have.
    return written !== undefined && results.some(({ isDone }) => isDone) ? written : noted(results)
  }

  /** These actors have to be opened again before they may commit. */
  lose(actors: readonly ActorId[]): void {
    this.#actors.lose(actors)
  }

  close(): void {
    if (this.#writer.end === undefined) this.#lastGroup.drop()
    this.#writer.close()
    this.#release()
  }

  /** A store reads the wall clock, and this one that of the link: a thread has no time of its own. */
  #clock(): Clock {
    const no = (): never => {
      throw new InternalError('a store reads no clock but the one on the wall, and sets no timers')
    }
    return { now: no, wallNow: () => this.#wallMs, setTimer: no }
  }
}
