import type { ActorId } from '../../protocol/actor-id.ts'
import type { Duration } from '../../protocol/duration.ts'
import type { GroupRestore } from './group-restore.ts'
import type { AutoShutdown } from './auto-shutdown.ts'
import type { Intensity } from './intensity.ts'
import type { Strategy } from './strategy.ts'

/** How a supervisor treats its children. */
export interface SupervisorOptions extends DynamicOptions {
  /**
   * Whom a failed child takes along: nobody (`one_for_one`, the default), all (`one_for_all`), or those that were started
   * after it (`rest_for_one`).
   */
  readonly strategy?: Strategy
  /**
   * What the children come back with when all of them are restarted together: each with its own last state (`own`, the default),
   * or all with those of the last cut (`cut`, only with `one_for_all`). The first cut is taken when all have started, the next
   * ones by `supervisorOf(…).cut()`. What durable actors have handled since is undone too.
   */
  readonly groupRestore?: GroupRestore
}

/** How a supervisor treats its children, whatever its strategy. */
export interface DynamicOptions {
  /** When it gives up: at the first restart beyond this; 3 restarts within 5 s if not given. */
  readonly intensity?: IntensityOption
  /** Whether it ends by itself when significant children have ended for good; `never` if not given. */
  readonly autoShutdown?: AutoShutdown
  /**
   * Runs at every start of the supervisor, before its first child. Throws `IgnoreError`: there is no supervisor this time, and
   * that is fine; anything else: the start fails. OTP's `Module:init/1`, without the flags and specs that it returns there.
   */
  readonly init?: SupervisorInit
}

/** What a supervisor does before its first child is started; `id` says which one it is. */
export type SupervisorInit = (supervisor: { readonly id: ActorId; readonly incarnation: number }) => void | Promise<void>

/** How often a supervisor restarts before it gives up. */
export interface IntensityOption {
  /** An integer >= 0; 0 allows no restart. */
  readonly restarts: number
  /** More than 0; the window slides. */
  readonly within: Duration
}

/** The options of a supervisor, checked and with every default filled in. */
export interface SupervisorSettings {
  readonly strategy: Strategy
  readonly intensity: Intensity
  readonly autoShutdown: AutoShutdown
}

export const defaultIntensity: IntensityOption = Object.freeze({ restarts: 3, within: '5s' })
