import { CoppiceError } from '../protocol/errors.ts'
import type { Behavior } from './behavior.ts'

/** The state in a checkpoint does not fit the code. The checkpoint is left as it is. */
export class StateVersionError extends CoppiceError {
  override readonly name = 'StateVersionError'
  readonly code = 'state-version'
}

/** A step of `migrate` has thrown, which is the cause. The checkpoint is left as it is. */
export class StateMigrationError extends CoppiceError {
  override readonly name = 'StateMigrationError'
  readonly code = 'state-migration'
  readonly behavior: string
  /** The version from which the step leads to the next. */
  readonly version: number
  constructor(behavior: string, version: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`the step of "${behavior}" from version ${version} to ${version + 1} has thrown (${why}); nothing was changed`, {
      cause,
    })
    this.behavior = behavior
    this.version = version
  }
}

/** Refuses what was written by newer code: nobody here knows what is in it. */
export function refuseNewer(behavior: Behavior, stored: { readonly version: number }): void {
  if (stored.version <= behavior.version) return
  throw new StateVersionError(
    `the stored state of "${behavior.name}" has version ${stored.version}, this code knows ${behavior.version}; run the newer code, nothing was changed`,
  )
}

/** Brings a stored state up to the version of the behavior, one pure step after the other. */
export function migrateState(behavior: Behavior, stored: { readonly state: unknown; readonly version: number }): unknown {
  refuseNewer(behavior, stored)
  let state = stored.state
  for (let version = stored.version; version < behavior.version; version += 1) {
    const step = behavior.migrate?.[version]
    if (step === undefined)
      throw new StateVersionError(
        `the stored state of "${behavior.name}" has version ${version}, and there is no step to ${version + 1}; add migrate: { ${version}: (old) => … }`,
      )
    state = take(step, state, { behavior: behavior.name, version })
  }
  return state
}

function take(
  step: (state: unknown) => unknown,
  state: unknown,
  at: { readonly behavior: string; readonly version: number },
): unknown {
  try {
    return step(state)
  } catch (error) {
    throw new StateMigrationError(at.behavior, at.version, error)
  }
}
