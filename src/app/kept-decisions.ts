import { rootId, type ActorId } from '../protocol/actor-id.ts'
import type { Clock, ClockTimer } from '../runtime/clock.ts'
import { FencedError, StoreError } from '../runtime/errors.ts'
import type { EventSink } from '../runtime/events.ts'
import type { Persistence } from '../runtime/persistence.ts'
import type { DecisionLog, DecisionRecord } from '../supervision/shell/decision-log.ts'
import { noteOf, recordOf } from './decision-notes.ts'
import { Pace } from './pace.ts'

/** What happens to the decisions that a store keeps. */
export type KeptDecisionsEvent =
  /** A decision of an earlier process cannot be read, and is passed over. */
  | {
      readonly type: 'decision damaged'
      readonly id: ActorId
      readonly epoch: number
      readonly number: number
      readonly problem: string
    }
  /** The store did not take the newest decisions of this supervisor, or, of the root, did not give those of earlier processes. */
  | { readonly type: 'decisions not kept'; readonly id: ActorId; readonly error: unknown }

export interface KeptDecisionsParts {
  readonly persistence: Persistence
  readonly clock: Clock
  readonly sink: EventSink<KeptDecisionsEvent>
  /** How many of each supervisor. */
  readonly keep: number
}

/** In decisions. A few are written down at once; of a storm the newest, as often as nobody notices. */
const pace = { atOnce: 20, perSecond: 80 }

/**
 * Writes the newest decisions of every supervisor to the store, and reads those of the processes before. A decision waits for
 * nobody: one write is under way at a time, and takes along what is new by then. What the store refuses is told of and harms
 * nobody; it is offered again with the next decision.
 */
export class KeptDecisions {
  readonly #persistence: Persistence
  readonly #clock: Clock
  readonly #sink: EventSink<KeptDecisionsEvent>
  readonly #keep: number
  /** It stays the same where the store has to be opened again. */
  readonly #epoch: number
  readonly #pace = new Pace(pace)
  readonly #changed = new Set<DecisionLog>()
  /** A write is going to be, or under way. */
  #isPlanned = false
  #writing: Promise<void> | undefined
  #timer: ClockTimer | undefined
  #isClosing = false
  /** Nothing is written any more. */
  #isOver = false

  constructor({ persistence, clock, sink, keep }: KeptDecisionsParts) {
    this.#persistence = persistence
    this.#clock = clock
    this.#sink = sink
    this.#keep = keep
    this.#epoch = persistence.info.epoch
  }

  /** What the processes before have decided. Never rejects: without it, everything else works as well. */
  async read(): Promise<readonly DecisionRecord[]> {
    try {
      const { notes, damaged } = await this.#persistence.exits()
      for (const { supervisor: id, ...rest } of damaged) this.#sink.emit({ type: 'decision damaged', id, ...rest })
      return notes.flatMap((note) => {
        const record = recordOf(note)
        if (record !== undefined) return [record]
        const { supervisor: id, epoch, number } = note
        this.#sink.emit({ type: 'decision damaged', id, epoch, number, problem: 'it is not one of a decision' })
        return []
      })
    } catch (error) {
      this.#refused(rootId, error)
      // What is written there would endanger what is written with it.
      this.#isOver = true
      return []
    }
  }

  /** A log has news. */
  readonly note = (log: DecisionLog): void => {
    if (this.#isOver) return
    this.#changed.add(log)
    if (this.#isPlanned) return
    this.#isPlanned = true
    // Behind what goes on now: who was started for the decision is mostly known by then.
    void Promise.resolve().then(() => this.#write())
  }

  /** Writes what is left. Nothing is taken after that. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#timer?.cancel()
    await this.#writing
    if (!this.#isOver) await this.#writeAll()
    this.#isOver = true
  }

  #write(): void {
    this.#timer = undefined
    if (this.#isOver || this.#isClosing) return
    let news = 0
    for (const log of this.#changed) news += log.newsCount
    const waitMs = this.#pace.take(news, this.#clock.now())
    if (waitMs > 0) this.#timer = this.#clock.setTimer(waitMs, () => this.#write(), { keepsAlive: false })
    else this.#writing = this.#writeAll().then((isDone) => this.#next(isDone))
  }

  #next(isDone: boolean): void {
    this.#writing = undefined
    this.#isPlanned = false
    const [log] = this.#changed
    // What was refused is not tried again by itself: a disk that is full stays so for a while.
    if (log !== undefined && isDone) this.note(log)
  }

  /** True if nothing was refused. */
  async #writeAll(): Promise<boolean> {
    const logs = [...this.#changed]
    this.#changed.clear()
    const results = await Promise.all(logs.map((log) => this.#writeOne(log)))
    return results.every(Boolean)
  }

  async #writeOne(log: DecisionLog): Promise<boolean> {
    let records: readonly DecisionRecord[] = []
    try {
      records = log.takeNews()
      if (records.length === 0) return true
      const notes = records.map((record) => noteOf(record, this.#epoch))
      await this.#persistence.noteExits(log.supervisor, notes, this.#keep)
      return true
    } catch (error) {
      this.#refused(log.supervisor, error)
      if (error instanceof StoreError) {
        log.putBack(records)
        this.#changed.add(log)
      }
      return false
    }
  }

  #refused(id: ActorId, error: unknown): void {
    this.#sink.emit({ type: 'decisions not kept', id, error })
    const isFinal = error instanceof StoreError && (error.problem === 'closed' || error.problem === 'damaged')
    if (isFinal || error instanceof FencedError) this.#isOver = true
  }
}
