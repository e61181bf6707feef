import type { ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { FencedError, StoreError, type StoreProblem } from '../runtime/errors.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { ActorTable } from './actor-table.ts'
import { nextPruning } from './bounds.ts'
import type { Connection, Upkeep } from './connection.ts'
import type { CopyListener } from './copy-progress.ts'
import { Limits } from './limits.ts'
import { Journal } from './journal.ts'
import type { LinkBounds } from './link-journal.ts'
import type { ActorRow } from './records.ts'
import { StoredValues } from './stored-values.ts'

/** One operation of a group. */
export interface Work {
  /** The actor whose memory goes on from what the operation writes, and is not to be trusted if that fails. */
  readonly actor: ActorId | undefined
  readonly work: (journal: Journal) => unknown
}

export type Result = { readonly isDone: true; readonly value: unknown } | { readonly isDone: false; readonly error: unknown }

/** What is kept in memory of a store while it is open. */
interface Session {
  readonly actors: ActorTable
  readonly journal: Journal
  readonly limits: Limits | undefined
}

/**
 * Writes operations together: one transaction, one sync to the disk. An operation that is refused for its own fault fails
 * alone; if the transaction fails, every one of the group does.
 *
 * Then nothing that was read or written before is believed: the store is closed and opened again. It says whether the group is in
 * it: a commit that reports an error may have been written, and counts as what it is. If not, whoever's memory goes on from the
 * group has to be opened again. While the store cannot be opened everything is refused, and the next group tries again.
 */
export class GroupWriter {
  readonly #clock: Clock
  #connection: Connection
  /** Nothing while the store is closed after a failure. */
  #session: Session | undefined
  /** Actors whose last commit failed: what they hold in memory may be ahead of the store, or behind it. */
  readonly #lost = new Set<ActorId>()
  /** Actors that run, as far as the store can tell. */
  readonly #openActors = new Set<ActorId>()
  /** What would show that a group was written of which nobody could be told that. */
  #doubt: Proof | undefined
  /** Why nothing can be written any more. */
  #end: CoppiceError | undefined
  readonly #firstEpoch: number
  readonly #linkBounds = new Map<string, LinkBounds>()
  #groups = 0
  /** When it was last seen that the file is where it was. */
  #lookedAtMs = -Infinity
  /** When it is looked next for what is not kept any more. */
  #pruneAtMs: number | undefined

  constructor(connection: Connection, clock: Clock) {
    this.#clock = clock
    this.#connection = connection
    this.#firstEpoch = connection.info.epoch
    this.#session = this.#begin(connection)
  }

  /** Of the newest opening. */
  get info(): StoreInfo {
    return this.#connection.info
  }

  get end(): CoppiceError | undefined {
    return this.#end
  }

  /** These actors have to be opened again before they may commit. */
  lose(actors: Iterable<ActorId>): void {
    for (const id of actors) this.#lost.add(id)
  }

  /** `markOf` gives a mark of the group for whoever opens the store next; if it throws, the group has failed. */
  write(group: readonly Work[], markOf?: (results: readonly Result[]) => string): readonly Result[] {
    let results: readonly Result[] = []
    let proof: Proof | undefined
    try {
      const { actors, journal, limits } = this.#open()
      const wallMs = this.#clock.wallNow()
      this.#checkPlace(wallMs)
      limits?.beginGroup()
      const { records, again, upkeep } = this.#connection
      records.begin()
      this.#checkEpoch()
      results = group.map(({ work }) => attempt(work, journal))
      const row = actors.write()
      // Not with the first group: who only looks at the store changes nothing.
      this.#pruneAtMs ??= nextPruning(wallMs, true)
      if (upkeep !== undefined && wallMs >= this.#pruneAtMs) this.#pruneAtMs = nextPruning(wallMs, upkeep.prune(wallMs))
      if (markOf === undefined && row !== undefined) proof = { row }
      else {
        const mark = markOf === undefined ? this.#nextMark() : markOf(results)
        again?.mark.put(mark)
        proof = { mark }
      }
      records.commit()
      actors.settle()
      return results
    } catch (error) {
      const failure = this.#fail(error, proof)
      if (failure === undefined) return results
      this.lose(group.flatMap(({ actor }) => (actor === undefined ? [] : [actor])))
      return group.map(() => ({ isDone: false, error: failure }))
    }
  }

  /** Copies what is committed into a new file, and what is committed meanwhile too. */
  async copyTo(path: string, told: CopyListener): Promise<void> {
    const { info, copyTo, failure } = this.#connection
    if (this.#session === undefined || copyTo === undefined)
      throw new StoreError({ problem: 'closed', location: info.location, message: 'is not open; nothing was copied' })
    try {
      await copyTo(path, told)
    } catch (error) {
      throw failure(error, 'nothing was copied')
    }
  }

  /** Takes nothing more, and lets go of the store. */
  close(): void {
    const { info, again, release } = this.#connection
    const { location } = info
    const wasOpen = this.#session !== undefined
    this.#session = undefined
    this.#end ??= new StoreError({ problem: 'closed', location, message: 'is closed; nothing was written' })
    if (!wasOpen) return
    try {
      again?.mark.drop()
    } finally {
      release()
    }
  }

  /** No other opening has the same. */
  #nextMark(): string {
    this.#groups += 1
    return JSON.stringify({ link: this.#firstEpoch, upTo: this.#groups })
  }

  #begin({ records, info, upkeep }: Connection): Session {
    const actors = new ActorTable(records, { lost: this.#lost, open: this.#openActors })
    const values = new StoredValues(superjsonCodec(), info.location)
    const { location } = info
    const limits = limitsOf(upkeep, location)
    const { epoch } = info
    const [clock, linkBounds] = [this.#clock, this.#linkBounds]
    return { actors, limits, journal: new Journal({ records, actors, values, clock, location, limits, epoch, linkBounds }) }
  }

  /** Looks now and then, since looking costs as much as a small group. */
  #checkPlace(wallMs: number): void {
    const { isInPlace, info } = this.#connection
    if (isInPlace === undefined) return
    if (Math.abs(wallMs - this.#lookedAtMs) < lookEveryMs) return
    this.#lookedAtMs = wallMs
    if (isInPlace()) return
    const message = 'was deleted or replaced while it was in use. Stop, and put the right file in its place'
    this.#end = new StoreError({ problem: 'replaced', location: info.location, message: `${message}; ${nothingWritten}` })
    throw this.#end
  }

  #checkEpoch(): void {
    const { records, info } = this.#connection
    const newest = records.epoch()
    if (newest === info.epoch) return
    const store = `store ${JSON.stringify(info.location)}`
    throw new FencedError(`${store} has another owner since it was opened here (epoch ${newest}, ours is ${info.epoch})`)
  }

  /** Why a group was not written; nothing if it was. There is a `proof` if it was to be committed. */
  #fail(error: unknown, proof: Proof | undefined): Error | undefined {
    // It could not be opened.
    if (this.#session === undefined) return error as Error
    this.#rollback()
    this.#session.actors.forget()
    this.#session.journal.renew()
    // Errors of ours say that the database is well, and that it is not ours or was used wrongly.
    if (error instanceof CoppiceError) return error
    const { problem } = this.#connection.failure(error, nothingWritten)
    const outcome = this.#connection.again === undefined ? this.#stay(problem, proof) : this.#startAgain(proof)
    if (outcome === 'written') return undefined
    return this.#connection.failure(error, outcome === 'unknown' ? notKnown : nothingWritten)
  }

  #rollback(): void {
    try {
      this.#connection.records.rollback()
    } catch {
      // SQLite has rolled back by itself, or there was nothing begun.
    }
  }

  /** After a failed sync nobody knows what is on the disk, and what is read back may be only in memory. */
  #stay(problem: StoreProblem, proof: Proof | undefined): Outcome {
    if (problem !== 'io' && problem !== 'damaged') return 'not written'
    this.#end = this.#endedBy(problem, `has failed, and cannot be opened again from here. ${startAnew}`)
    return proof === undefined ? 'not written' : 'unknown'
  }

  #startAgain(proof: Proof | undefined): Outcome {
    this.#letGo()
    try {
      this.#open()
      return proof !== undefined && holds(this.#connection, proof) ? 'written' : 'not written'
    } catch {
      if (this.#session !== undefined) this.#letGo()
      this.#doubt = proof
      return proof === undefined ? 'not written' : 'unknown'
    }
  }

  #letGo(): void {
    this.#session = undefined
    try {
      this.#connection.release()
    } catch {
      // It could not write what is in its log, which whoever opens it next does.
    }
  }

  #open(): Session {
    if (this.#end !== undefined) throw this.#end
    this.#session ??= this.#reopen()
    return this.#session
  }

  #reopen(): Session {
    const { info } = this.#connection
    const next = this.#connected()
    const store = `store ${JSON.stringify(info.location)}`
    if (next.info.epoch !== info.epoch + 1 || next.info.storeId !== info.storeId)
      this.#endWith(next, new FencedError(`${store} failed, and had another owner before it could be opened again`))
    // Whoever was sent something by the group does not know, and whoever asked for it was not told.
    if (this.#doubt !== undefined && this.#isIn(next, this.#doubt))
      this.#endWith(next, this.#endedBy('io', `has failed, and has written a group of which that was not known. ${startAnew}`))
    this.#doubt = undefined
    this.#connection = next
    return this.#begin(next)
  }

  #isIn(next: Connection, proof: Proof): boolean {
    try {
      return holds(next, proof)
    } catch (error) {
      next.release()
      throw this.#connection.failure(error, nothingWritten)
    }
  }

  #endWith(connection: Connection, error: CoppiceError): never {
    connection.release()
    this.#end = error
    throw error
  }

  #endedBy(problem: StoreProblem, text: string): StoreError {
    return new StoreError({ problem, location: this.info.location, message: `${text}; nothing was written` })
  }

  #connected(): Connection {
    const { again, info, failure } = this.#connection
    try {
      // Only what can be opened again is ever closed before its end.
      return again?.reopen() ?? this.#connection
    } catch (error) {
      const { problem, message } = failure(error, nothingWritten)
      const text = `has failed, and cannot be opened again (${message}); ${nothingWritten}`
      throw new StoreError({ problem, location: info.location, message: text, cause: error })
    }
  }
}

/**
 * What shows that a group was written: the row of an actor as nothing but this group has left it, which costs nothing, or a mark,
 * which is a page more in each commit.
 */
type Proof = { readonly row: ActorRow } | { readonly mark: string }

function holds({ records, again }: Connection, proof: Proof): boolean {
  if ('mark' in proof) return again?.mark.read() === proof.mark
  const { id, incarnation, nextSeq, nextCheckpoint } = proof.row
  const row = records.actor(id)
  return row?.incarnation === incarnation && row.nextSeq === nextSeq && row.nextCheckpoint === nextCheckpoint
}

/** Nothing where there is none, so that accepting asks for nothing. */
function limitsOf(upkeep: Upkeep | undefined, location: string): Limits | undefined {
  if (upkeep === undefined) return undefined
  const { bounds } = upkeep
  if (bounds.maxFileBytes === Infinity && bounds.maxQueued === Infinity) return undefined
  return new Limits({ bounds, usedBytes: () => upkeep.usedBytes(), location })
}

/** How often it is looked whether the file is still there, by the wall clock. */
const lookEveryMs = 250

/** What came of a group whose transaction has failed. */
type Outcome = 'written' | 'not written' | 'unknown'

const startAnew = 'Start again to go on from what is on the disk'
const nothingWritten = 'nothing of this group was written'
const notKnown = 'it is not known whether this group was written'

/** Errors of coppice are the fault of the operation and come before it changes anything; all others end the group. */
function attempt(work: Work['work'], journal: Journal): Result {
  try {
    return { isDone: true, value: work(journal) }
  } catch (error) {
    if (error instanceof CoppiceError) return { isDone: false, error }
    throw error
  }
}
