import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { CallOptions, Port } from '../runtime/context.ts'
import type { Entry, LevelPlace } from './entry.ts'
import { LevelUnavailableError } from './errors.ts'
import type { Found, Taken } from './level-handlers.ts'

/** How far a checkpoint goes. */
export interface LevelCheckpointOptions extends CallOptions {
  /** The level to be reached, an integer >= 1; the one that is asked if not given. */
  readonly level?: number
  /** Rejects if that level is not reached. */
  readonly strict?: boolean
}

/** How far a checkpoint came. */
export interface Checkpointed {
  /** The highest level that has it. */
  readonly level: number
  /** Counts up as long as the first level has its memory. */
  readonly number: number
  /** Inferiors of the level that was asked for which did not answer in time: what it has of them is older. */
  readonly missing: readonly ActorId[]
  /** True if some were missing. */
  readonly isPartial: boolean
}

/** Where a checkpoint is looked for. */
export interface RestoreOptions extends CallOptions {
  /** Exactly this level, or the nearest that has it. `'any'` if not given. */
  readonly level?: number | 'any'
}

/** What was found. */
export interface Restored {
  readonly value: unknown
  /** The level that had it. */
  readonly level: number
  readonly number: number
  /** Wall clock, milliseconds since 1970. */
  readonly takenAtMs: number
  /** What that level had before, while it has it. */
  readonly before: { readonly value: unknown; readonly number: number; readonly takenAtMs: number } | undefined
}

/** How far up a checkpoint is forgotten. */
export interface LevelForgetOptions extends CallOptions {
  /** Up to this level; as far as levels go if not given. */
  readonly upTo?: number
}

/** Gives a value to the first level, and from there to each above, up to the one that is wanted. */
export async function checkpointUpwards(
  port: Port,
  id: ActorId,
  { key, value, options }: { readonly key: string; readonly value: unknown; readonly options: LevelCheckpointOptions },
): Promise<Checkpointed> {
  const { level, strict = false, ...call } = options
  checkLevel(level)
  let taken = (await port.call(id, 'put', { key, value }, call)) as Taken
  const { entry } = taken
  const wanted = level ?? taken.at.level
  let problem: unknown
  while (taken.at.level < wanted && taken.superior !== undefined) {
    try {
      taken = (await port.call(taken.superior.id, 'take', { entry, from: taken.at.id, wanted }, call)) as Taken
    } catch (cause) {
      problem = cause
      break
    }
  }
  const reached = taken.at.level
  if (strict && reached < wanted) throw unreached(wanted, taken, problem)
  const missing = taken.gathered?.missing ?? []
  return { level: reached, number: entry.number, missing, isPartial: missing.length > 0 }
}

/** Looks in one level after the other. */
export async function restoreUpwards(
  port: Port,
  origin: ActorId,
  { key, options }: { readonly key: string; readonly options: RestoreOptions },
): Promise<Restored | undefined> {
  const { level: wanted = 'any', ...call } = options
  if (wanted !== 'any') checkLevel(wanted)
  let reached: LevelPlace | undefined
  for (let next: ActorId | undefined = origin; next !== undefined;) {
    let found: Found
    try {
      found = (await port.call(next, 'get', { origin, key }, call)) as Found
    } catch (cause) {
      throw new LevelUnavailableError(wanted, { reached: reached?.level, why: `${next} does not answer`, cause })
    }
    reached = found.at
    if (wanted === 'any' ? found.entry !== undefined : reached.level === wanted) return restored(found)
    if (wanted !== 'any' && reached.level > wanted) break
    next = found.superior?.id
  }
  if (wanted === 'any') return undefined
  throw new LevelUnavailableError(wanted, { reached: reached?.level, why: 'there is no such level on the way up' })
}

/** Forgets in one level after the other. Each above the first that had it gets the mark of that one. */
export async function forgetUpwards(
  port: Port,
  origin: ActorId,
  { key, options }: { readonly key: string; readonly options: LevelForgetOptions },
): Promise<boolean> {
  const { upTo = Infinity, ...call } = options
  if (upTo !== Infinity) checkLevel(upTo)
  let wasThere = false
  let mark: Entry | undefined
  for (let next: LevelPlace | undefined = { id: origin, level: 1 }; next !== undefined && next.level <= upTo;) {
    const left = (await port.call(next.id, 'forget', { origin, key, mark }, call)) as Forgotten
    wasThere ||= left.wasThere
    mark = left.mark
    next = left.superior
  }
  return wasThere
}

interface Forgotten {
  readonly wasThere: boolean
  readonly mark: Entry | undefined
  readonly superior: LevelPlace | undefined
}

function restored({ at, entry, before }: Found): Restored | undefined {
  if (entry === undefined) return undefined
  const { value, number, takenAtMs } = entry
  const older = before && { value: before.value, number: before.number, takenAtMs: before.takenAtMs }
  return { value, level: at.level, number, takenAtMs, before: older }
}

function unreached(wanted: number, { at, superior }: Taken, cause: unknown): LevelUnavailableError {
  const why = superior === undefined ? `nothing is above ${at.id}` : `${superior.id} does not answer`
  return new LevelUnavailableError(wanted, { reached: at.level, why, cause })
}

function checkLevel(level: unknown): void {
  if (level === undefined || (Number.isSafeInteger(level) && (level as number) >= 1)) return
  throw new ConfigurationError({ path: 'level', rule: 'must be an integer >= 1', value: level })
}
