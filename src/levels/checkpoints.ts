import type { ActorId } from '../protocol/actor-id.ts'
import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { actor } from '../behaviors/actor.ts'
import { checkKindName } from '../behaviors/kind-checks.ts'
import type { Kind } from '../behaviors/kind.ts'
import { aCount, aPeriod, checkOptionTable, type OptionTable } from '../behaviors/option-table.ts'
import { uncallable } from '../behaviors/uncallable.ts'
import type { Context, Port } from '../runtime/context.ts'
import type { Store } from '../runtime/persistence.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { changedIntervals, defaultIntervals, type IntervalOptions } from './intervals.ts'
import { fileOnDisk, type LevelFile } from './level-file.ts'
import { Level, type LevelSettings } from './level.ts'
import { levelHandlers, type LevelState } from './level-handlers.ts'
import { makeLevelRef, type LevelRef } from './level-ref.ts'

/** A level of checkpoints; give it to `child`. */
export interface LevelDefinition extends Kind<undefined, LevelState, LevelRef> {
  readonly level: number
  /** What it has is in its own memory, and in its file: there is nothing for a store. */
  readonly childDefaults: { readonly state: 'volatile' }
}

/** How a level works. */
export interface LevelOptions extends IntervalOptions {
  /** An integer >= 1; 1 if not given. A level is attached to a higher one, not to the next. */
  readonly level?: number
  /**
   * Where it saves what it has: written as a whole, at its interval, on request and when it ends. Read when it
   * first starts. A name is that of a file on the disk; a simulation, which has none, is given one that is kept elsewhere.
   */
  readonly file?: string | LevelFile
  /**
   * A store of its own to save what it has in, in place of a file: only what has changed is written. It is open
   * while it is read or written, and must be nobody else's: not the store of the tree, and not that of another level.
   */
  readonly store?: Store
  /** How long a level below may take to answer before it counts as missing; 1 s if not given. */
  readonly answerWithin?: Duration
}

const table: OptionTable = {
  rules: [
    aCount('level', 1),
    { name: 'file', rule: 'must be the name of a file, or { name, read, write }', isRight: isFile },
    { name: 'store', rule: 'must be a store of its own, as sqlite("level.db")', isRight: isStore },
    aPeriod('answerWithin'),
    { name: 'update', rule: '', isRight: () => true },
    { name: 'save', rule: '', isRight: () => true },
    { name: 'isOn', rule: '', isRight: () => true },
  ],
}

/**
 * Defines a level of checkpoints: an actor that keeps the newest value of each key, and the one before. Levels are attached to
 * higher ones, and a checkpoint goes up to the level that was asked for. A higher level asks those below it for what has changed,
 * at intervals, and has what they had when it is they that are lost.
 *
 * As the checkpointing actors of Actors.jl; what was never wired there works here.
 *
 * @param name unique in the program
 * @throws {ConfigurationError} if the name or an option is not what it must be
 * @example
 * ```ts
 * import { checkpoints, child, start, supervisor } from 'coppice'
 *
 * const tree = supervisor({}, {
 *   archive: child(checkpoints('archive', { level: 2 })),
 *   near: child(checkpoints('near')),
 * })
 * const app = await start(tree)
 * const { near, archive } = app.tree
 * await near.attachTo(archive)
 * console.log((await near.checkpoint('cart', { items: 3 }, { level: 2 })).level) // => 2
 * near.note('cart', { items: 4 })
 * console.log((await near.restore('cart'))?.value) // => { items: 4 }
 * console.log((await near.restore('cart', { level: 2 }))?.value) // => { items: 3 }
 * await app.stop()
 * ```
 */
export function checkpoints(name: string, options: LevelOptions = {}): LevelDefinition {
  checkKindName('checkpoints', name)
  const settings = settingsOf(name, options)
  const { level } = settings
  const { behavior } = actor(name, {
    initial: async (_: undefined, ctx): Promise<LevelState> => {
      // Two memories never have the same one, whatever has become of the one before.
      const source = `${ctx.id} ${ctx.now()} ${ctx.random.integer(2 ** 32)}`
      const made = new Level(settings, source, ctx)
      if (made.isKept) await made.load()
      return { level: made }
    },
    handlers: levelHandlers,
    term: async ({ state }) => {
      if (state.level.isKept) await state.level.save()
    },
  })
  const ofLevel = Object.assign(behavior, {
    begun: ({ level: begun }: LevelState, ctx: Context) => begun.arm(ctx),
    show: ({ level: shown }: LevelState) => shown.show(),
  })
  return uncallable({
    name,
    level,
    behavior: ofLevel,
    childDefaults: { state: 'volatile' },
    reference: (port: Port, id: ActorId) => makeLevelRef(port, id),
  })
}

function settingsOf(name: string, options: LevelOptions): LevelSettings {
  const path = `checkpoints "${name}"`
  checkOptionTable(path, options, table)
  const { level = 1, file, store, answerWithin = '1s', ...intervals } = options
  if (file !== undefined && store !== undefined)
    throw new ConfigurationError({
      path: `${path}: store`,
      rule: 'must not be given with a file',
      value: store,
      remedy: 'Take one',
    })
  return {
    level,
    file: typeof file === 'string' ? fileOnDisk(file) : file,
    store,
    intervals: changedIntervals(path, defaultIntervals, intervals),
    answerWithinMs: durationMs(answerWithin, `${path}: answerWithin`),
    codec: superjsonCodec(),
  }
}

function isStore(value: unknown): boolean {
  return typeof (value as Partial<Store> | null)?.open === 'function'
}

function isFile(value: unknown): boolean {
  if (typeof value === 'string') return value !== ''
  const { name, read, write } = (value ?? {}) as Partial<Record<string, unknown>>
  return typeof name === 'string' && typeof read === 'function' && typeof write === 'function'
}
