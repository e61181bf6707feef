import { CoppiceError } from '../protocol/errors.ts'
import type { Behavior } from './behavior.ts'

/** The state in a checkpoint does not fit the code. The checkpoint is left as it is. */
export class StateVersionError extends CoppiceError {
  override readonly name = 'StateVersionError'
  readonly code = 'state-version'
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
    state = step(state)
  }
  return state
}
