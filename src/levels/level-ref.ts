import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { refWith, type CommonRef } from '../behaviors/common-ref.ts'
import type { CallOptions, Port } from '../runtime/context.ts'
import type { Gathered } from './entry.ts'
import { LevelFileError } from './errors.ts'
import { changedIntervals, defaultIntervals, type IntervalOptions, type Intervals } from './intervals.ts'
import type { LevelInfo, Saved } from './level.ts'
import type { Filed } from './level-handlers.ts'
import { attach, detach, type Attachable } from './attaching.ts'
import {
  checkpointUpwards,
  forgetUpwards,
  restoreUpwards,
  type LevelCheckpointOptions,
  type Checkpointed,
  type LevelForgetOptions,
  type RestoreOptions,
  type Restored,
} from './upwards.ts'

/** The address of a level. Its methods reject with a `CallError` where the level itself does not answer. */
export interface LevelRef extends Omit<CommonRef, 'checkpoint'> {
  /**
   * Keeps a value under a key, in place of the one before; a copy, as every message. With a `level` it goes on upwards until that
   * level is reached, or, where there is none, as far as it goes: the answer says how far. The level that was asked for asks its
   * other inferiors for what they have, too.
   *
   * @throws {LevelUnavailableError} with `strict`, if the level was not reached; the levels below it have the value.
   */
  checkpoint(key: string, value: unknown, options?: LevelCheckpointOptions): Promise<Checkpointed>
  /** As {@link checkpoint} at this level, without an answer: what to use after every message. */
  note(key: string, value: unknown): void
  /**
   * What is kept under a key of this level: with a number exactly at that level, with `'any'` (if nothing is said) at the nearest
   * that has it. `undefined` if it is not there.
   *
   * @throws {LevelUnavailableError} if there is no such level, or one on the way does not answer: then nobody knows.
   */
  restore(key: string, options?: RestoreOptions): Promise<Restored | undefined>
  /** Its keys at this level. */
  keys(options?: CallOptions): Promise<readonly string[]>
  /** Forgets what is kept under a key of this level, here and in all levels above, or up to one; true if it was anywhere. */
  forget(key: string, options?: LevelForgetOptions): Promise<boolean>
  /**
   * Puts this level under a higher one, in place of the one before; both know of each other when it resolves.
   *
   * @throws {LevelCycleError} with the path, if that one is under this one already; {@link LevelOrderError} if it is not higher.
   */
  attachTo(superior: Attachable, options?: CallOptions): Promise<void>
  /** Takes it from under the one above; true if there was one. */
  detach(options?: CallOptions): Promise<boolean>
  /** Asks the levels below for what has changed, now. */
  update(options?: CallOptions): Promise<Gathered>
  /** Sets the intervals that are given; resolves with all of them. What is set takes effect at once. */
  setIntervals(intervals: IntervalOptions, options?: CallOptions): Promise<Intervals>
  /**
   * Writes all that it has into its file, or into another one, as a whole.
   *
   * @throws {LevelFileError} if it cannot; the file is as it was.
   */
  save(file?: string, options?: CallOptions): Promise<Saved>
  /**
   * Takes what is in its file, or in another one, in place of what it has; resolves with how many checkpoints there are.
   *
   * @throws {LevelFileError} if there is none, or it is damaged; the level is as it was.
   */
  load(file?: string, options?: CallOptions): Promise<number>
  /** What it is at this moment, and what it survives; answered at once. Nothing if it does not run. */
  inspect(): LevelInfo | undefined
}

/** Makes the reference of a level. */
export function makeLevelRef(port: Port, id: ActorId): LevelRef {
  const ask = <Answer>(name: string, input: unknown, options?: CallOptions): Promise<Answer> =>
    // A level answers with nothing else.
    port.call(id, name, input, options) as Promise<Answer>
  const make = (other: Port): LevelRef => makeLevelRef(other, id)
  return refWith({ port, id, word: 'level', make }, {
    checkpoint: async (key, value, options = {}) => {
      checkKeyOfLevel(key)
      return checkpointUpwards(port, id, { key, value, options })
    },
    note: (key, value) => {
      checkKeyOfLevel(key)
      void port.cast(id, 'note', { key, value }).catch(() => undefined)
    },
    restore: async (key, options = {}) => {
      checkKeyOfLevel(key)
      return restoreUpwards(port, id, { key, options })
    },
    keys: (options) => ask<readonly string[]>('keys', id, options),
    forget: async (key, options = {}) => {
      checkKeyOfLevel(key)
      return forgetUpwards(port, id, { key, options })
    },
    attachTo: (superior, options) => attach(port, id, superior, options),
    detach: (options) => detach(port, id, options),
    update: (options) => ask<Gathered>('update', undefined, options),
    setIntervals: async (intervals, options) => {
      changedIntervals('intervals', defaultIntervals, intervals)
      return ask<Intervals>('setIntervals', intervals, options)
    },
    save: async (file, options) => resultOf(await ask<Filed<Saved>>('save', file, options)),
    load: async (file, options) => {
      const count = resultOf(await ask<Filed<number | undefined>>('load', file, options))
      if (count === undefined) throw new LevelFileError('none', file, 'there is no such file')
      return count
    },
    // Only a level has this name for what it shows, and `id` is one.
    inspect: () => port.show?.(id) as LevelInfo | undefined,
  } satisfies Omit<LevelRef, Exclude<keyof CommonRef, 'checkpoint'>>)
}

function checkKeyOfLevel(key: unknown): void {
  if (typeof key === 'string' && key !== '') return
  throw new ConfigurationError({ path: 'level: key', rule: 'must be a text of at least one character', value: key })
}

function resultOf<Result>(filed: Filed<Result>): Result {
  if (filed.status === 'done') return filed.result
  if (filed.cause instanceof Error) throw filed.cause
  throw new LevelFileError(filed.problem, filed.file, 'it failed', { cause: filed.cause })
}
