import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import { CheckpointError } from './checkpoint-errors.ts'
import { defaultCheckpoints, type CheckpointContext, type CheckpointSettings } from './checkpoint-settings.ts'
import type { Checkpointable } from './checkpointable.ts'
import { CrashedError } from './errors.ts'
import { ExpiryNotices } from './expiry-notices.ts'
import type { Caller, Message } from './message.ts'
import type { CheckpointCause, Committed } from './persistence.ts'
import { tellTaken } from './requested-checkpoint.ts'
import { roughSize } from './rough-size.ts'
import { saveElsewhere } from './save-elsewhere.ts'

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
  /** No message is handled while a state is saved elsewhere. */
  #isPaused = false
  #writing: Promise<void> | undefined
  #notices: ExpiryNotices | undefined
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

  /** Settles when nothing is under way any more that is now. */
  settled(): Promise<unknown> | undefined {
    const telling = this.#notices?.settled
    return this.#writing === undefined && telling === undefined ? undefined : Promise.all([this.#writing, telling])
  }

  tellExpired(numbers: readonly number[]): void {
    if (numbers.length > 0 || this.#notices !== undefined) (this.#notices ??= new ExpiryNotices(this.#life)).tell(numbers)
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
    const { checkpointable } = this.#life.behavior
    let saysSo = false
    if (should !== undefined) saysSo = this.#asks(should)
    else if (checkpointable !== undefined) saysSo = this.#asks((context) => checkpointable.should(context))
    const hasWaited = this.#wanted !== undefined && !this.#isWriting
    return saysSo || hasWaited || this.#isAskedFor || this.#unsaved.turns >= turns || this.#unsaved.bytes >= bytes
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
    if (!this.#isWriting && !this.#mustWait) this.#write()
  }

  /** What is saved elsewhere may be changed by a turn that is under way. */
  get #mustWait(): boolean {
    return this.#life.behavior.checkpointable !== undefined && this.#life.status !== 'idle'
  }

  /** One checkpoint at a time: what is due meanwhile is one with the state of then. */
  #write(): void {
    const cause = this.#wanted
    if (cause === undefined) return
    this.#wanted = undefined
    this.#isWriting = true
    const { cell, number } = this.#life
    const kept = this.#unsaved
    const callers = this.#waiting
    this.#waiting = []
    // Nobody knows whether what is saved elsewhere will be, once nobody is there to write its number.
    if (this.#life.behavior.checkpointable !== undefined && callers.length > 0)
      this.#life.whenEnded((reason) => failAll(callers, cell.id, reason))
    this.#unsaved = this.#nothingUnsaved()
    if (this.#isTimed) {
      this.#isTimed = false
      this.#life.cancelTimer(timerId)
    }
    this.#writing = this.#commit(cause)
      .then(
        ({ checkpoint = 0, expired = [] }) => {
          cell.world.emit({ type: 'checkpointed', id: cell.id, incarnation: number, number: checkpoint, cause })
          for (const caller of callers) tellTaken({ caller }, checkpoint)
          this.tellExpired(expired)
        },
        (error: unknown) => {
          this.#isUnsaved(kept)
          cell.world.emit({ type: 'checkpoint failed', id: cell.id, error })
          for (const caller of callers) caller.fail(new CheckpointError(cell.id, 'failed', error))
        },
      )
      .then(() => {
        this.#isWriting = false
        this.#writing = undefined
        this.#goOn()
        if (this.#life.isActive && !this.#mustWait) this.#write()
      })
  }

  #commit(cause: CheckpointCause): Promise<Committed> {
    const { cell, behavior, state, frontier, number } = this.#life
    if (behavior.checkpointable !== undefined) return this.#commitElsewhere(behavior.checkpointable, cause)
    const snapshot = { behavior: behavior.name, version: behavior.version, state, frontier }
    return cell.store.commit(cell.id, number, { turns: [], checkpoint: { snapshot, cause, limits: this.#settings } })
  }

  async #commitElsewhere(keeper: Checkpointable, cause: CheckpointCause): Promise<Committed> {
    const life = this.#life
    life.status = 'busy'
    this.#isPaused = true
    const { state, signal } = life
    const checkpoint = await saveElsewhere(life, keeper, { state, cause, signal })
    return life.cell.store.commit(life.id, life.number, { turns: [], checkpoint })
  }

  #goOn(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    if (this.#life.goesOn()) this.#life.cell.wake()
  }

  /** A checkpoint that failed is none: what it would have kept counts for the next. */
  #isUnsaved({ turns, bytes, sinceMs }: Unsaved): void {
    this.#unsaved = { turns: this.#unsaved.turns + turns, bytes: this.#unsaved.bytes + bytes, sinceMs }
    if (this.#settings.timeMs !== Infinity && this.#life.isActive) this.#arm(this.#settings.timeMs)
  }

  #failWaiting(reason: ExitReason): void {
    const callers = this.#waiting
    this.#waiting = []
    failAll(callers, this.#life.id, reason)
  }

  #nothingUnsaved(): Unsaved {
    return { turns: 0, bytes: 0, sinceMs: this.#life.cell.world.clock.now() }
  }
}

function failAll(callers: readonly Caller[], id: ActorId, reason: ExitReason): void {
  for (const caller of callers) caller.fail(new CrashedError(id, 'checkpoint', reason))
}

function describe(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'then' in answer ? 'a promise' : typeof answer
}
