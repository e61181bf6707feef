import type { ActorId } from '../protocol/actor-id.ts'
import type { Context, TimerRef } from '../runtime/context.ts'
import type { Codec } from '../serialization/codec.ts'
import type { Gathered, LevelPlace } from './entry.ts'
import { LevelFileError } from './errors.ts'
import { gather } from './gather.ts'
import type { Intervals } from './intervals.ts'
import { fileOnDisk, type LevelFile } from './level-file.ts'
import { levelOfText, textOfLevel } from './level-file-text.ts'
import { LevelMemory } from './level-memory.ts'

/** What a level is made with, checked and with every default filled in. */
export interface LevelSettings {
  readonly level: number
  readonly file: LevelFile | undefined
  readonly intervals: Intervals
  readonly answerWithinMs: number
  readonly codec: Codec
}

/** What came of the last save. */
export type Saved =
  | { readonly status: 'saved'; readonly file: string; readonly count: number; readonly atMs: number }
  | { readonly status: 'failed'; readonly problem: string; readonly atMs: number }

/** What a level survives. Whatever it is, the levels above have what they were told. */
export interface Survives {
  /** Its own crash, and those of the actors that it keeps checkpoints of. */
  readonly crash: 'everything'
  /** The death of the process, and a loss of power. */
  readonly process: 'nothing' | 'what was saved'
  /** The loss of the machine, as far as the file is on it. */
  readonly node: 'nothing'
}

/** A level at one moment. */
export interface LevelInfo {
  readonly id: ActorId
  readonly level: number
  /** How many checkpoints it has, those of the levels below included. */
  readonly size: number
  readonly superior: LevelPlace | undefined
  readonly inferiors: readonly LevelPlace[]
  readonly intervals: Intervals
  readonly file: string | undefined
  /** How often it has asked the levels below, and what came of the last time. */
  readonly updates: number
  readonly gathered: Gathered | undefined
  readonly saves: number
  readonly saved: Saved | undefined
  readonly survives: Survives
}

/** A level at work. It outlives the incarnations of its actor: what it has is in memory, and stays there. */
export class Level {
  readonly settings: LevelSettings
  memory: LevelMemory
  intervals: Intervals
  #timers: TimerRef[] = []
  #updates = 0
  #saves = 0
  #gathered: Gathered | undefined = undefined
  #saved: Saved | undefined = undefined
  #isUpdating = false
  #ctx: Context
  /** One save or load at a time. */
  #filing: Promise<unknown> = Promise.resolve()

  constructor(settings: LevelSettings, source: string, ctx: Context) {
    this.#ctx = ctx
    this.settings = settings
    this.memory = new LevelMemory(source)
    this.intervals = settings.intervals
  }

  /** Sets the timers of an incarnation, in place of those that it has. A level that has nothing to do by itself has none. */
  arm(ctx: Context): void {
    this.#ctx = ctx
    for (const timer of this.#timers) ctx.cancelTimer(timer)
    this.#timers = []
    const { isOn, updateMs, saveMs } = this.intervals
    if (!isOn) return
    if (updateMs !== Infinity && this.memory.inferiors.size > 0) this.#timers.push(ctx.interval(updateMs, 'updateNow'))
    if (saveMs !== Infinity && this.settings.file !== undefined) this.#timers.push(ctx.interval(saveMs, 'saveNow'))
  }

  /** Asks the levels below, and takes over what has changed. */
  async gather(except?: ActorId): Promise<Gathered> {
    this.#updates += 1
    const { memory, settings } = this
    const ctx = this.#ctx
    const port = ctx.unowned ?? ctx
    const gathered = await gather({ memory, port, limitMs: settings.answerWithinMs, except, now: () => ctx.now() })
    this.#gathered = gathered
    return gathered
  }

  /** By the interval: not again while the last one is under way. */
  update(): void {
    if (this.#isUpdating) return
    this.#isUpdating = true
    // Nothing in it rejects.
    void this.gather().then(() => {
      this.#isUpdating = false
    })
  }

  /** Writes all of it into a file: its own, if none is named. Rejects with LevelFileError. */
  save(name?: string): Promise<Saved> {
    return this.#inTurn(async () => {
      this.#saves += 1
      try {
        const file = this.#fileOf(name)
        const entries = this.memory.all()
        await file.write(textOfLevel(entries, this.settings.codec))
        return (this.#saved = { status: 'saved', file: file.name, count: entries.length, atMs: this.#ctx.now() })
      } catch (error) {
        this.#saved = { status: 'failed', problem: error instanceof Error ? error.message : String(error), atMs: this.#ctx.now() }
        throw error
      }
    })
  }

  /** Takes what is in a file in place of what is in memory; gives how much. Nothing if there is no such file. */
  load(name?: string): Promise<number | undefined> {
    return this.#inTurn(async () => {
      const file = this.#fileOf(name)
      const text = await file.read()
      if (text === undefined) return undefined
      const entries = levelOfText(text, file.name, this.settings.codec)
      this.memory.replace(entries)
      return entries.length
    })
  }

  show(): LevelInfo {
    const { memory, intervals, settings } = this
    const { level, file } = settings
    return {
      id: this.#ctx.id,
      level,
      size: memory.size,
      superior: memory.superior,
      inferiors: [...memory.inferiors.values()].map((inferior) => ({ id: inferior.id, level: inferior.level })),
      intervals,
      file: file?.name,
      updates: this.#updates,
      gathered: this.#gathered,
      saves: this.#saves,
      saved: this.#saved,
      survives: { crash: 'everything', process: file === undefined ? 'nothing' : 'what was saved', node: 'nothing' },
    }
  }

  #fileOf(name: string | undefined): LevelFile {
    const file = name === undefined ? this.settings.file : fileOnDisk(name)
    if (file === undefined) throw new LevelFileError('none', undefined, 'it has no file, and none was named')
    return file
  }

  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const done = this.#filing.then(run)
    this.#filing = done.catch(() => undefined)
    return done
  }
}
