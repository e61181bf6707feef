import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import type { LevelPlace } from './entry.ts'

/** A level that was asked for is not there, or does not answer. What was reached below it is done. */
export class LevelUnavailableError extends CoppiceError {
  override readonly name = 'LevelUnavailableError'
  readonly code = 'level-unavailable'
  readonly wanted: number | 'any'
  /** The highest level that has answered. */
  readonly reached: number | undefined

  constructor(wanted: number | 'any', { reached, why, cause }: { reached: number | undefined; why: string; cause?: unknown }) {
    const asked = wanted === 'any' ? 'any level' : `level ${wanted}`
    const got = reached === undefined ? 'no level was reached' : `level ${reached} was reached`
    super(`${asked} is not available: ${why}; ${got}`, cause === undefined ? undefined : { cause })
    this.wanted = wanted
    this.reached = reached
  }
}

/** Levels can only be attached upwards. Nothing was attached. */
export class LevelOrderError extends CoppiceError {
  override readonly name = 'LevelOrderError'
  readonly code = 'level-order'
  readonly inferior: LevelPlace
  readonly superior: LevelPlace

  constructor(inferior: LevelPlace, superior: LevelPlace) {
    super(`${said(inferior)} cannot be attached to ${said(superior)}: a level is attached to a higher one; nothing was attached`)
    this.inferior = inferior
    this.superior = superior
  }
}

/** The attachment would close a circle. Nothing was attached. */
export class LevelCycleError extends CoppiceError {
  override readonly name = 'LevelCycleError'
  readonly code = 'level-cycle'
  /** From the level that was to be attached up to itself. */
  readonly path: readonly ActorId[]

  constructor(path: readonly ActorId[]) {
    super(`levels cannot be attached in a circle: ${path.map(displayId).join(' -> ')}; nothing was attached`)
    this.path = path
  }
}

/** What is wrong with the file of a level. */
export type LevelFileProblem =
  /** There is none. */
  | 'none'
  | 'unreadable'
  /** It is torn or was changed. */
  | 'damaged'
  /** A newer version of coppice has written it. */
  | 'newer'
  /** It is a directory, a symbolic link, or no store. */
  | 'no file'
  /** Somebody else has written it since: what is in it now is not what this level had, and it is left alone. */
  | 'replaced'
  /** There is no room left. */
  | 'full'
  | 'read-only'
  /** For another reason. */
  | 'not written'

/** The file of a level could not be read or written. What the level has in memory is as it was. */
export class LevelFileError extends CoppiceError {
  override readonly name = 'LevelFileError'
  readonly code = 'level-file'
  readonly problem: LevelFileProblem
  readonly file: string | undefined

  constructor(problem: LevelFileProblem, file: string | undefined, why: string, options?: ErrorOptions) {
    super(
      `${file === undefined ? 'the level' : `the file "${file}" of a level`}: ${why}; what is in memory is as it was`,
      options,
    )
    this.problem = problem
    this.file = file
  }
}

function said({ id, level }: LevelPlace): string {
  return `${displayId(id)} (level ${level})`
}
