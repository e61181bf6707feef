import type { ActorId } from '../protocol/actor-id.ts'
import { noReply, type HandlerKit } from '../behaviors/handlers.ts'
import { message } from '../behaviors/schema.ts'
import type { DeltaQuestion, Entry, Gathered, LevelPlace } from './entry.ts'
import type { LevelFileProblem } from './errors.ts'
import { LevelFileError } from './errors.ts'
import type { IntervalOptions } from './intervals.ts'
import { changedIntervals } from './intervals.ts'
import type { Level, Saved } from './level.ts'

/** What the actor of a level has for a state. */
export interface LevelState {
  readonly level: Level
}

/** What is kept under a key, and where to go on. */
export interface Taken {
  readonly entry: Entry
  readonly at: LevelPlace
  readonly superior: LevelPlace | undefined
  /** Given where the level has asked those below. */
  readonly gathered?: Gathered
}

/** What a level has under a key, and where to go on. */
export interface Found {
  readonly at: LevelPlace
  readonly superior: LevelPlace | undefined
  readonly entry: Entry | undefined
  readonly before: Entry | undefined
}

/** What came of reading or writing a file: an error cannot be answered later as such. */
export type Filed<Result> =
  | { readonly status: 'done'; readonly result: Result }
  | { readonly status: 'failed'; readonly problem: LevelFileProblem; readonly file: string | undefined; readonly cause: unknown }

interface Named {
  readonly origin: ActorId
  readonly key: string
}

/** The messages of a level. All of them are plain data, so that the next level may be anywhere. */
export function levelHandlers({ call, cast }: HandlerKit<LevelState>) {
  const placeOf = (level: Level, id: ActorId): LevelPlace => ({ id, level: level.settings.level })
  return {
    /** A checkpoint that is given to this level first. */
    put: call(message<{ readonly key: string; readonly value: unknown }>(), ({ state: { level }, input, ctx }) => {
      const entry = level.memory.put(ctx.id, input.key, input.value, ctx.now())
      return { reply: { entry, at: placeOf(level, ctx.id), superior: level.memory.superior } satisfies Taken }
    }),
    /** The same without an answer. */
    note: cast(message<{ readonly key: string; readonly value: unknown }>(), ({ state: { level }, input, ctx }) => {
      level.memory.put(ctx.id, input.key, input.value, ctx.now())
    }),
    /** A checkpoint from the level below. The one that was asked for asks its other inferiors too. */
    take: call(
      message<{ readonly entry: Entry; readonly from: ActorId; readonly wanted: number }>(),
      ({ state: { level }, input: { entry, from, wanted }, ctx }) => {
        level.memory.take(entry)
        const taken: Taken = { entry, at: placeOf(level, ctx.id), superior: level.memory.superior }
        if (level.settings.level < wanted) return { reply: taken }
        const asker = ctx.defer()
        void level.gather(from).then((gathered) => asker.reply({ ...taken, gathered }))
        return noReply()
      },
    ),
    get: call(message<Named>(), ({ state: { level }, input: { origin, key }, ctx }) => {
      const kept = level.memory.get(origin, key)
      const found: Found = {
        at: placeOf(level, ctx.id),
        superior: level.memory.superior,
        entry: kept?.entry,
        before: kept?.before,
      }
      return { reply: found }
    }),
    keys: call(message<ActorId>(), ({ state: { level }, input }) => ({ reply: level.memory.keys(input) })),
    forget: call(message<Named & { readonly mark: Entry | undefined }>(), ({ state: { level }, input, ctx }) => {
      const { origin, key, mark } = input
      const wasThere = level.memory.get(origin, key) !== undefined
      const left = mark ?? level.memory.forget(origin, key, ctx.now())
      if (mark !== undefined) level.memory.take(mark)
      return { reply: { wasThere, mark: left, at: placeOf(level, ctx.id), superior: level.memory.superior } }
    }),
    /** What has changed since the level above was told. */
    delta: call(message<DeltaQuestion>(), ({ state: { level }, input }) => ({ reply: level.memory.since(input) })),
    update: call(({ state: { level }, ctx }) => {
      const asker = ctx.defer()
      void level.gather().then((gathered) => asker.reply(gathered))
      return noReply()
    }),
    place: call(({ state: { level }, ctx }) => ({
      reply: { at: placeOf(level, ctx.id), superior: level.memory.superior },
    })),
    adopt: call(message<LevelPlace>(), ({ state: { level }, input, ctx }) => {
      if (!level.memory.inferiors.has(input.id))
        level.memory.inferiors.set(input.id, { ...input, told: { source: undefined, upTo: 0 } })
      level.arm(ctx)
      return { reply: undefined }
    }),
    letGo: call(message<ActorId>(), ({ state: { level }, input, ctx }) => {
      level.memory.inferiors.delete(input)
      level.arm(ctx)
      return { reply: undefined }
    }),
    goUnder: call(message<LevelPlace | undefined>(), ({ state: { level }, input }) => {
      level.memory.superior = input
      return { reply: undefined }
    }),
    setIntervals: call(message<IntervalOptions>(), ({ state: { level }, input, ctx }) => {
      level.intervals = changedIntervals('intervals', level.intervals, input)
      level.arm(ctx)
      return { reply: level.intervals }
    }),
    save: call(message<string | undefined>(), ({ state: { level }, input, ctx }) => {
      const asker = ctx.defer()
      void filed(level.save(input)).then((done: Filed<Saved>) => asker.reply(done))
      return noReply()
    }),
    load: call(message<string | undefined>(), ({ state: { level }, input, ctx }) => {
      const asker = ctx.defer()
      void filed(level.load(input)).then((done: Filed<number | undefined>) => asker.reply(done))
      return noReply()
    }),
    updateNow: cast(({ state: { level } }) => level.update()),
    // What came of it is in what the level shows.
    saveNow: cast(({ state: { level } }) => void level.save().catch(() => undefined)),
  }
}

async function filed<Result>(work: Promise<Result>): Promise<Filed<Result>> {
  try {
    return { status: 'done', result: await work }
  } catch (cause) {
    const known = cause instanceof LevelFileError ? cause : undefined
    return { status: 'failed', problem: known?.problem ?? 'not written', file: known?.file, cause }
  }
}
