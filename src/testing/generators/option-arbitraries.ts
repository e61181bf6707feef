import { constantFrom, integer, record, tuple, type Arbitrary } from 'fast-check'
import type { AutoShutdown } from '../../supervision/specs/auto-shutdown.ts'
import type { ChildOptions } from '../../supervision/specs/child-options.ts'
import type { RestartType } from '../../supervision/specs/restart-type.ts'
import type { Strategy } from '../../supervision/specs/strategy.ts'
import type { SupervisorOptions } from '../../supervision/specs/supervisor-options.ts'
import type { StateMode } from '../../runtime/actor-spec.ts'
import { fields } from './slots.ts'

/**
 * What the options of generated children are made of. The first of each list is what a failure is shrunk towards, after no
 * option.
 */
export interface ChildChoices {
  readonly restart?: readonly RestartType[]
  readonly shutdown?: readonly NonNullable<ChildOptions['shutdown']>[]
  /** None if not given: then the store decides, if there is one. */
  readonly state?: readonly StateMode[]
  /** `false` if not given: only children of a supervisor with `autoShutdown` may be significant. */
  readonly significant?: boolean
}

/**
 * What the options of generated supervisors are made of. What is chosen is always given, and shrunk towards the first of its
 * list.
 */
export interface SupervisorChoices {
  readonly strategy?: readonly Strategy[]
  /** Restarts that are allowed; 0 to 5 if not given. */
  readonly restarts?: readonly [least: number, most: number]
  readonly within?: readonly `${number}${'ms' | 's'}`[]
  readonly autoShutdown?: readonly AutoShutdown[]
}

/** How generated children are supervised, as {@link childOptions} gives it. */
export type GeneratedChildOptions = Pick<ChildOptions, 'restart' | 'shutdown' | 'state' | 'significant'>

/** How generated supervisors work, as {@link supervisorOptions} gives it. */
export type GeneratedSupervisorOptions = Pick<SupervisorOptions, 'strategy' | 'intensity' | 'autoShutdown'>

/**
 * Options of children, each of which is valid. Shrinks towards no options, which is what OTP has by default.
 *
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { checkChildSpecs } from 'coppice'
 * import { childOptions } from 'coppice/fast-check'
 * import { scripted } from 'coppice/testing'
 *
 * fc.assert(fc.property(childOptions(), (options) => checkChildSpecs({ a: scripted({}, options) })))
 * ```
 */
export function childOptions(choices: ChildChoices = {}): Arbitrary<GeneratedChildOptions> {
  const { restart, shutdown, state, significant } = choices
  const optional = fields<GeneratedChildOptions>({
    ...(restart === undefined && { restart: constantFrom('transient', 'temporary', 'permanent') }),
    ...(shutdown === undefined && { shutdown: constantFrom('kill', '10ms', '200ms') }),
    ...(significant === true && { significant: constantFrom(true) }),
  })
  const chosen = record({
    ...(restart && { restart: constantFrom(...restart) }),
    ...(shutdown && { shutdown: constantFrom(...shutdown) }),
    ...(state && { state: constantFrom(...state) }),
  })
  return tuple(chosen, optional).map(([some, others]) => withoutContradiction({ ...some, ...others }))
}

/** Options of supervisors, each of which is valid. Shrinks towards no options, which is what OTP has by default. */
export function supervisorOptions(choices: SupervisorChoices = {}): Arbitrary<GeneratedSupervisorOptions> {
  const { strategy, restarts, within, autoShutdown } = choices
  const [min, max] = restarts ?? [0, 5]
  const intensity = record({
    restarts: integer({ min, max }),
    within: constantFrom(...(within ?? (['1s', '100ms', '20ms'] as const))),
  })
  const isChosen = restarts !== undefined || within !== undefined
  const optional = fields<GeneratedSupervisorOptions>({
    ...(strategy === undefined && { strategy: constantFrom('one_for_all', 'rest_for_one', 'one_for_one') }),
    ...(!isChosen && { intensity }),
    ...(autoShutdown === undefined && { autoShutdown: constantFrom('any_significant', 'all_significant', 'never') }),
  })
  const chosen = record({
    ...(strategy && { strategy: constantFrom(...strategy) }),
    ...(isChosen && { intensity }),
    ...(autoShutdown && { autoShutdown: constantFrom(...autoShutdown) }),
  })
  return tuple(chosen, optional).map(([some, others]) => ({ ...some, ...others }))
}

/** A permanent child is never significant. */
function withoutContradiction({ significant, ...options }: GeneratedChildOptions): GeneratedChildOptions {
  const { restart = 'permanent' } = options
  return significant === true && restart !== 'permanent' ? { ...options, significant } : options
}
