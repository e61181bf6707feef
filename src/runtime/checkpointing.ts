import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import { CheckpointError } from './checkpoint-errors.ts'
import { defaultCheckpoints, type CheckpointContext, type CheckpointSettings } from './checkpoint-settings.ts'
import { CrashedError } from './errors.ts'
import type { Caller, Message } from './message.ts'
import type { CheckpointCause } from './persistence.ts'
import { tellTaken } from './requested-checkpoint.ts'
import { roughSize } from './rough-size.ts'

/** What has come about since a checkpoint was begun. */
interface Unsaved {
  turns: number
  bytes: number
  /** When that was. */
  sinceMs: number
}

const timerId = '~checkpoint'

/** Writes the checkpoints of an actor without a journal: after turns, as the policy, the actor itself or somebody else asks. */
export class Checkpointing {
  readonly #life: Life
  readonly #settings: CheckpointSettings
  #unsaved: Unsaved
  #isAskedFor = false
  #isWriting = false
  #isTimed = false
  /** Who waits for one that is not begun yet. */
  #waiting: Caller[] = []
  #wanted: Extract<CheckpointCause, 'call' | 'policy'> | undefined = undefined

  constructor(life: Life) {
    this.#life = life
    this.#settings = life.cell.spec.checkpoints ?? defaultCheckpoints
    this.#unsaved = this.#nothingUnsaved()
  }

  /** Asks for one after the turn that is under way. */
  ask(): void {
    this.#isAskedFor = true
  }

  /** Somebody waits for one. */
  demand({ caller }: Pick<Message, 'caller'>): void {
    if (caller === undefined) return
    this.#waiting.push(caller)
    this.#want('call')
    // One that is under way may be too old.
    if (this.#waiting.length === 1) this.#life.whenEnded((reason) => this.#failWaiting(reason))
  }

  /** The message has been handled, and what came of it is the state. */
  afterTurn(input: unknown): void {
    const { bytes, timeMs } = this.#settings
    this.#unsaved.turns += 1
    if (bytes !== Infinity) this.#unsaved.bytes += roughSize(input, bytes)
    if (!this.#isDue()) {
      if (timeMs !== Infinity) this.#arm(timeMs)
      return
    }
    const cause = this.#isAskedFor ? 'call' : 'policy'
    this.#isAskedFor = false
    this.#want(cause)
  }

  /** Everything is asked, so that a predicate sees each turn once. */
  #isDue(): boolean {
    const { turns, bytes, should } = this.#settings
    const saysSo = should !== undefined && this.#asks(should)
    return saysSo || this.#isAskedFor || this.#unsaved.turns >= turns || this.#unsaved.bytes >= bytes
  }

  #asks(should: (context: CheckpointContext) => unknown): boolean {
    const life = this.#life
    const { world, id } = life.cell
    const { turns: messages, sinceMs } = this.#unsaved
    const { state, frontier, number: incarnation } = life
    const elapsedMs = world.clock.now() - sinceMs
    try {
      const answer = should({ id, incarnation, state, frontier, messages, elapsedMs })
      if (typeof answer === 'boolean') return answer
      throw new TypeError(`whether a checkpoint is due must be true or false, at once; it is ${describe(answer)}`)
    } catch (error) {
      world.emit({ type: 'checkpoint policy failed', id, incarnation, error })
      return false
    }
  }

  /** Only while something is not kept: who has nothing to do sets no timers. */
  #arm(timeMs: number): void {
    if (this.#isTimed) return
    this.#isTimed = true
    this.#life.setTimer(timerId, timeMs, () => {
      this.#isTimed = false
      this.#want('policy')
    })
  }

  #want(cause: 'call' | 'policy'): void {
    if (this.#wanted !== 'call') this.#wanted = cause
    if (!this.#isWriting) this.#write()
  }

  /** One checkpoint at a time: what is due meanwhile is one with the state of then. */
  #write(): void {
    const cause = this.#wanted
    if (cause === undefined) return
    this.#wanted = undefined
    this.#isWriting = true
    const { cell, behavior, state, frontier, number } = this.#life
    const kept = this.#unsaved
    const callers = this.#waiting
    this.#waiting = []
    this.#unsaved = this.#nothingUnsaved()
    if (this.#isTimed) {
      this.#isTimed = false
      this.#life.cancelTimer(timerId)
    }
    const snapshot = { behavior: behavior.name, version: behavior.version, state, frontier }
    const written = cell.world.persistence
      ?.commit(cell.id, number, { turns: [], checkpoint: { snapshot, cause, limits: this.#settings } })
      .then(
        ({ checkpoint = 0 }) => {
          cell.world.emit({ type: 'checkpointed', id: cell.id, incarnation: number, number: checkpoint, cause })
          for (const caller of callers) tellTaken({ caller }, checkpoint)
        },
        (error: unknown) => {
          this.#isUnsaved(kept)
          cell.world.emit({ type: 'checkpoint failed', id: cell.id, error })
          for (const caller of callers) caller.fail(new CheckpointError(cell.id, 'failed', error))
        },
      )
    void written?.then(() => {
      this.#isWriting = false
      if (this.#life.isActive) this.#write()
    })
  }

  /** A checkpoint that failed is none: what it would have kept counts for the next. */
  #isUnsaved({ turns, bytes, sinceMs }: Unsaved): void {
    this.#unsaved = { turns: this.#unsaved.turns + turns, bytes: this.#unsaved.bytes + bytes, sinceMs }
    if (this.#settings.timeMs !== Infinity && this.#life.isActive) this.#arm(this.#settings.timeMs)
  }

  #failWaiting(reason: ExitReason): void {
    const callers = this.#waiting
    this.#waiting = []
    for (const caller of callers) caller.fail(new CrashedError(this.#life.id, 'checkpoint', reason))
  }

  #nothingUnsaved(): Unsaved {
    return { turns: 0, bytes: 0, sinceMs: this.#life.cell.world.clock.now() }
  }
}

function describe(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'then' in answer ? 'a promise' : typeof answer
}
