import type { ActorId } from '../protocol/actor-id.ts'
import type { Context, TimerRef } from '../runtime/context.ts'
import type { Store } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import type { Entry, Gathered, LevelPlace } from './entry.ts'
import { LevelFileError } from './errors.ts'
import { gather } from './gather.ts'
import type { Intervals } from './intervals.ts'
import { fileOnDisk, type LevelFile } from './level-file.ts'
import { levelOfText, textOfLevel } from './level-file-text.ts'
import { loadFromStore, saveInStore } from './level-store.ts'
import { LevelMemory } from './level-memory.ts'

/** What a level is made with, checked and with every default filled in. */
export interface LevelSettings {
  readonly level: number
  readonly file: LevelFile | undefined
  /** In place of a file. */
  readonly store: Store | undefined
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
  /** The name of its file, or of that of its store as soon as that was open. */
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
  /** Where its store is. */
  #location: string | undefined = undefined
  #isUpdating = false
  #ctx: Context
  /** One save or load at a time. */
  #filing: Promise<unknown> = Promise.resolve()

  constructor(settings: LevelSettings, source: string, ctx: Context) {
    this.#ctx = ctx
    this.settings = settings
    this.memory = new LevelMemory(source, { countsUnsaved: settings.store !== undefined })
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
    if (saveMs !== Infinity && this.isKept) this.#timers.push(ctx.interval(saveMs, 'saveNow'))
  }

  /** True if what it has outlives the process. */
  get isKept(): boolean {
    return this.settings.file !== undefined || this.settings.store !== undefined
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

  /** Writes all of it into a file: its own, if none is named; into its store what has changed. Rejects with LevelFileError. */
  save(name?: string): Promise<Saved> {
    return this.#inTurn(async () => {
      this.#saves += 1
      try {
        const entries = this.memory.all()
        const file = await this.#write(name, entries)
        return (this.#saved = { status: 'saved', file, count: entries.length, atMs: this.#ctx.now() })
      } catch (error) {
        this.#saved = { status: 'failed', problem: error instanceof Error ? error.message : String(error), atMs: this.#ctx.now() }
        throw error
      }
    })
  }

  /** Takes what is in a file in place of what is in memory; gives how much. Nothing if there is no such file. */
  load(name?: string): Promise<number | undefined> {
    return this.#inTurn(async () => {
      const { store } = this.settings
      const isOfStore = name === undefined && store !== undefined
      const entries = isOfStore ? await loadFromStore(store) : await this.#read(this.#fileOf(name))
      if (entries === undefined) return undefined
      this.memory.replace(entries)
      if (isOfStore) this.memory.saved(this.memory.unsaved())
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
      file: file?.name ?? this.#location,
      updates: this.#updates,
      gathered: this.#gathered,
      saves: this.#saves,
      saved: this.#saved,
      survives: { crash: 'everything', process: this.isKept ? 'what was saved' : 'nothing', node: 'nothing' },
    }
  }

  async #write(name: string | undefined, entries: readonly Entry[]): Promise<string> {
    const { store, codec } = this.settings
    if (name === undefined && store !== undefined) {
      const unsaved = this.memory.unsaved()
      this.#location = await saveInStore(store, unsaved)
      this.memory.saved(unsaved)
      return this.#location
    }
    const file = this.#fileOf(name)
    await file.write(textOfLevel(entries, codec))
    return file.name
  }

  async #read(file: LevelFile): Promise<readonly Entry[] | undefined> {
    const text = await file.read()
    return text === undefined ? undefined : levelOfText(text, file.name, this.settings.codec)
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
