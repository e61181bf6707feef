import { autoShutdowns } from './auto-shutdown.ts'
import {
  asOptions,
  isIntegerFrom,
  isOptions,
  isPeriod,
  oneOf,
  refuseIf,
  unknownNames,
  type Given,
  type Rule,
} from './option-checks.ts'
import { groupRestores } from './group-restore.ts'
import { strategies } from './strategy.ts'
import type { DynamicOptions, SupervisorOptions } from './supervisor-options.ts'

/** What the rules for the options of a supervisor look at. */
export interface SupervisorSubject {
  /** The beginning of a path: `"shop/carts: "`. */
  readonly at: string
  readonly options: Given
}

export const dynamicNames = ['intensity', 'autoShutdown', 'init'] as const satisfies readonly (keyof DynamicOptions)[]
export const supervisorNames = [
  'strategy',
  'groupRestore',
  ...dynamicNames,
] as const satisfies readonly (keyof SupervisorOptions)[]

const writeIntensity = 'Write intensity: { restarts: 3, within: "5s" }'

/** What other supervisors call the parts of an intensity. */
export const intensityElsewhere = {
  period: writeIntensity,
  maxRestarts: writeIntensity,
  max_restarts: writeIntensity,
  maxSeconds: writeIntensity,
  max_seconds: writeIntensity,
} as const

/** The rule for what only a static supervisor has. */
export const strategyRule: Rule<SupervisorSubject> = ({ at, options }) =>
  oneOf(`${at}strategy`, options['strategy'], strategies, {
    simple_one_for_one: 'Children of one kind that come and go belong under a dynamicSupervisor',
  })

/** The rules for what a group comes back with. */
export const groupRestoreRule: Rule<SupervisorSubject> = ({ at, options: { groupRestore, strategy } }) => [
  ...oneOf(`${at}groupRestore`, groupRestore, groupRestores),
  ...refuseIf(groupRestore === 'cut' && strategy !== 'one_for_all', {
    path: `${at}groupRestore`,
    rule: 'must be "own" unless all are restarted together',
    value: groupRestore,
    remedy: 'Set strategy: "one_for_all"',
  }),
]

/** The rules for every supervisor, in the order in which they are checked. */
export const supervisorRules: readonly Rule<SupervisorSubject>[] = [
  ({ at, options: { intensity } }) =>
    refuseIf(intensity !== undefined && !isOptions(intensity), {
      path: `${at}intensity`,
      rule: 'must be { restarts, within }',
      value: intensity,
      remedy: writeIntensity,
    }),

  ({ at, options: { intensity } }) => unknownNames(`${at}intensity.`, intensity, ['restarts', 'within'], intensityElsewhere),

  ({ at, options: { intensity } }) =>
    refuseIf(isOptions(intensity) && !isIntegerFrom(0, intensity['restarts']), {
      path: `${at}intensity.restarts`,
      rule: 'must be an integer >= 0',
      value: asOptions(intensity)['restarts'],
    }),

  ({ at, options: { intensity } }) =>
    refuseIf(isOptions(intensity) && !isPeriod(intensity['within']), {
      path: `${at}intensity.within`,
      rule: 'must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"',
      value: asOptions(intensity)['within'],
    }),

  ({ at, options }) => oneOf(`${at}autoShutdown`, options['autoShutdown'], autoShutdowns),

  ({ at, options: { init } }) =>
    refuseIf(init !== undefined && typeof init !== 'function', { path: `${at}init`, rule: 'must be a function', value: init }),
]
