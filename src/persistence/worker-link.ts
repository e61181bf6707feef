import type { ActorId } from '../protocol/actor-id.ts'
import { InternalError } from '../protocol/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import type { CopyListener } from './copy-progress.ts'
import { errorFromText } from './link-errors.ts'
import { LinkCopies } from './link-copies.ts'
import { LinkQueue, type Outcome } from './link-queue.ts'
import { linkCodec, readReply, repliesFromText } from './link-replies.ts'
import type { FromThread, Reply, Written } from './link-words.ts'
import { memoryOf, type Answers, type Operation, type OperationOf, type OperationType } from './operation.ts'
import type { OperationStore } from './operation-store.ts'
import { connectMemory, type FilePlace } from './sqlite-opening.ts'
import { StoreThread } from './store-thread.ts'

/** So many threads may die in a row without having written anything; after one more the store is given up. */
const threadsInVain = 8

/** A group of which so many threads have died is given up: it may be what kills them. */
const threadsPerGroup = 3

/**
 * How long a thread that takes over waits for the file. The one before is gone by then, and so are its locks; this is for
 * whoever looks at the file at that very moment.
 */
const takeOverBusyMs = 2_000

const lostThread = 'has lost its thread, and gets another. Ask again'

interface World {
  readonly clock: Clock
  readonly scheduler: Scheduler
}

interface Waiter {
  resolve(): void
  reject(error: Error): void
}

/** A store in a file that a thread of its own reads and writes. */
export async function openWorkerLink(place: FilePlace, world: World): Promise<OperationStore> {
  // This thread keeps the driver loaded: the process would unload it with each store thread that goes, and load it anew.
  connectMemory().close()
  const link = new WorkerLink(place, world)
  await link.open()
  return link
}

/**
 * Sends operations to a store thread, a group at a time, and settles them when they are acknowledged.
 *
 * If the thread dies, another takes the file over and says whether the group under way was written: if it was, it is
 * acknowledged as if nothing had happened; if not, it is written now. So nobody is in doubt about what was written, and nobody
 * has to start again. Only a group of which several threads have died is given up: it is not in the file, and who committed in it
 * has to be opened again, as after any commit that failed.
 *
 * The thread keeps the process running while somebody waits for it, and not otherwise.
 */
class WorkerLink implements OperationStore {
  readonly #place: FilePlace
  readonly #world: World
  readonly #codec = linkCodec()
  readonly #queue = new LinkQueue()
  readonly #copies = new LinkCopies()
  /** Actors whose last commit failed: a thread that takes over has to know. */
  readonly #lost = new Set<ActorId>()
  #thread: StoreThread | undefined
  #info: StoreInfo | undefined
  /** The epoch of the first thread. */
  #firstEpoch: number | undefined
  #isPostDue = false
  #inVain = 0
  /** The thread has been sent the group under way. */
  #isWriting = false
  /** How many threads have died of the group under way. */
  #deathsOfGroup = 0
  /** Why nothing is taken any more. */
  #end: StoreError | undefined
  #opening: Waiter | undefined
  #closing: Waiter | undefined
  #closed: Promise<void> | undefined
  /** What the thread said last, before it went by itself. */
  #lastWord: { readonly error: Error | undefined } | undefined

  constructor(place: FilePlace, world: World) {
    this.#place = place
    this.#world = world
  }

  get info(): StoreInfo {
    if (this.#info === undefined) throw new InternalError('a store was used before it was open')
    return this.#info
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject }
      this.#startThread(this.#place)
    })
  }

  submit<Type extends OperationType, T>(make: () => OperationOf<Type>, read?: (answer: Answers[Type]) => T): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    // What an operation comes to is told by its type alone.
    const answer = this.#queue.add(make, (value) => (read === undefined ? value : read(value as Answers[Type])))
    this.#postSoon()
    return answer as Promise<T>
  }

  async copy(path: string, told: CopyListener): Promise<void> {
    if (this.#end !== undefined) throw this.#end
    const thread = this.#thread
    if (thread?.isOpen !== true) throw this.#failure('io', `${lostThread}; nothing was copied`)
    const copied = this.#copies.begin(told, (number) => thread.copy(number, path))
    this.#hold()
    return copied
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve, reject) => {
      this.#closing = { resolve, reject }
      this.#end ??= this.#failure('closed', 'is closed; nothing was written')
      if (this.#thread === undefined) resolve()
      else this.#post()
    })
    return this.#closed
  }

  /** Once in a slice of the event loop: what is asked for in between goes with it. */
  #postSoon(): void {
    if (this.#isPostDue || this.#queue.underWay !== undefined) return
    this.#isPostDue = true
    this.#world.scheduler.defer('store commit', () => {
      this.#isPostDue = false
      this.#post()
    })
  }

  #post(): void {
    const thread = this.#thread
    if (thread?.isOpen === true && this.#queue.underWay === undefined) {
      const batch = this.#queue.next()
      if (batch !== undefined) {
        this.#deathsOfGroup = 0
        this.#write(batch)
      } else if (this.#closing !== undefined) thread.close()
    }
    this.#hold()
  }

  #write(batch: { readonly upTo: number; readonly operations: readonly Operation[] }): void {
    this.#isWriting = true
    this.#thread?.write({ ...batch, wallMs: this.#world.clock.wallNow() })
  }

  #hold(): void {
    this.#thread?.hold(!this.#queue.isEmpty || !this.#copies.isEmpty || this.#closing !== undefined)
  }

  #startThread(place: FilePlace): void {
    this.#isWriting = false
    const order = { place, link: this.#firstEpoch, lost: [...this.#lost] }
    this.#thread = new StoreThread(order, { said: (word) => this.#hear(word), gone: (why, cause) => this.#lose(why, cause) })
  }

  #hear(word: FromThread): void {
    switch (word.type) {
      case 'opened':
        this.#begin(word.info)
        this.#goOn(word.last)
        return this.#post()
      case 'written':
        this.#info = word.info
        this.#acknowledge(word)
        return this.#post()
      case 'copying':
        return this.#copies.progress(word.number, word)
      case 'copied':
        this.#copies.end(word.number, word.error && errorFromText(this.#codec, word.error))
        return this.#hold()
      case 'refused':
      case 'closed':
        this.#lastWord = { error: word.error && errorFromText(this.#codec, word.error) }
    }
  }

  #begin(info: StoreInfo): void {
    this.#info = info
    this.#firstEpoch ??= info.epoch
    this.#opening?.resolve()
    this.#opening = undefined
  }

  /** A thread has taken over: the group under way is in the file, or has to be written, or is not to be tried again. */
  #goOn(last: Written | undefined): void {
    const batch = this.#queue.underWay
    if (batch === undefined) return
    if (last?.upTo === batch.upTo) this.#acknowledge(last)
    else if (this.#deathsOfGroup < threadsPerGroup) this.#write(batch)
    else {
      const problem = `has lost ${this.#deathsOfGroup} threads that wrote one group; nothing of this group was written`
      this.#failGroup(batch.operations, this.#failure('io', problem))
      this.#thread?.lose([...this.#lost])
    }
  }

  #acknowledge({ upTo, replies }: Written): void {
    const batch = this.#queue.underWay
    if (batch?.upTo !== upTo)
      throw new InternalError('a store thread acknowledged what it was not asked', { upTo, asked: batch?.upTo })
    this.#inVain = 0
    const outcomes = repliesFromText(replies).map((reply) => this.#outcomeOf(reply))
    this.#noteLost(batch.operations, outcomes)
    this.#queue.acknowledge(outcomes)
  }

  #failGroup(operations: readonly Operation[], error: StoreError): void {
    const outcomes = operations.map((): Outcome => ({ isDone: false, error }))
    this.#noteLost(operations, outcomes)
    this.#queue.acknowledge(outcomes)
  }

  #outcomeOf(reply: Reply): Outcome {
    try {
      return { isDone: true, value: readReply(this.#codec, reply) }
    } catch (error) {
      return { isDone: false, error }
    }
  }

  /** As the store itself does it for the groups that fail in its hands. */
  #noteLost(operations: readonly Operation[], outcomes: readonly Outcome[]): void {
    operations.forEach((operation, i) => {
      const id = memoryOf(operation)
      const outcome = outcomes[i]
      if (id === undefined || outcome === undefined) return
      if (!outcome.isDone && outcome.error instanceof StoreError) this.#lost.add(id)
      else if (outcome.isDone && operation.type === 'open') this.#lost.delete(id)
    })
  }

  /** The thread is gone: as it was told to, because it could not have the file, or dead. */
  #lose(why: string, cause: unknown): void {
    const lastError = this.#lastWord?.error
    this.#lastWord = undefined
    this.#thread = undefined
    this.#copies.fail(this.#failure('io', `${lostThread}; nothing was copied`, cause))
    if (this.#opening !== undefined) {
      this.#opening.reject(lastError ?? this.#failure('io', `was not opened: its thread died (${why})`, cause))
      return
    }
    if (this.#closing !== undefined && this.#queue.isEmpty) {
      if (lastError === undefined) this.#closing.resolve()
      else this.#closing.reject(lastError)
      return
    }
    if (lastError !== undefined) this.#giveUp(`lost its thread, and cannot be opened again: ${lastError.message}`, lastError)
    else this.#replace(why, cause)
  }

  #replace(why: string, cause: unknown): void {
    this.#inVain += 1
    if (this.#inVain > threadsInVain) {
      this.#giveUp(`has lost ${this.#inVain} threads in a row (${why})`, cause)
      return
    }
    if (this.#isWriting && this.#queue.underWay !== undefined) this.#deathsOfGroup += 1
    this.#startThread({ ...this.#place, mustExist: true, busyMs: Math.max(this.#place.busyMs, takeOverBusyMs) })
    this.#hold()
  }

  /** Nobody can say whether the group under way was written; what waits was not. */
  #giveUp(problem: string, cause: unknown): void {
    this.#end ??= this.#failure('io', `${problem}; nothing was written. Start again to go on from what is on the disk`, cause)
    const unknown = this.#failure('io', `${problem}; it is not known whether what was asked for last was written`, cause)
    this.#failGroup(this.#queue.underWay?.operations ?? [], unknown)
    this.#queue.rejectWaiting(this.#end)
    this.#closing?.resolve()
  }

  #failure(problem: StoreProblem, message: string, cause?: unknown): StoreError {
    return new StoreError({ problem, location: this.#place.path, message, cause })
  }
}
