import { displayId, type ActorId } from '../../protocol/actor-id.ts'
import type { Violation } from '../../protocol/errors.ts'
import { childNames, childRules } from './child-rules.ts'
import type { ChildSpec } from './child-spec.ts'
import { asOptions, isIntegerFrom, isOptions, refuseIf, unknownNames, type Given, type Rule } from './option-checks.ts'
import { dynamicNames, intensityElsewhere, supervisorRules } from './supervisor-rules.ts'

/** What was given for a partition supervisor. */
export interface PartitionDefinition {
  /** Its place in the tree. */
  readonly at: ActorId
  readonly options: unknown
  /** Of each partition. */
  readonly type: ChildSpec['type']
}

/** What only a partition supervisor has. */
export const partitionNames = ['partitions', 'keyBy'] as const

const elsewhere = {
  ...intensityElsewhere,
  name: 'A partition is known by its number',
  strategy: 'A partition supervisor has none: each partition is restarted alone',
  with_arguments: 'Write args: (index) => …',
  size: 'Did you mean "partitions"?',
} as const

/** Everything that is wrong with the options of a partition supervisor, those of its partitions included, in order. */
export function partitionViolations({ at: id, options: given, type }: PartitionDefinition): readonly Violation[] {
  const at = `${displayId(id)}: `
  const options = asOptions(given)
  const known = [...partitionNames, ...dynamicNames, ...childNames.filter((name) => name !== 'name' && name !== 'namespace')]
  return [
    ...refuseIf(!isOptions(given), {
      path: `${at}options`,
      rule: 'must be an object',
      value: given,
      remedy: 'Write { partitions: 4 }',
    }),
    ...unknownNames(at, given, known, elsewhere),
    ...partitionRules.flatMap((rule) => rule({ at, options })),
    ...supervisorRules.flatMap((rule) => rule({ at, options })),
    ...childRules.flatMap((rule) => rule({ at, options, type, autoShutdown: options['autoShutdown'] })),
  ]
}

const partitionRules: readonly Rule<{ readonly at: string; readonly options: Given }>[] = [
  ({ at, options: { partitions } }) =>
    refuseIf(!isIntegerFrom(1, partitions), { path: `${at}partitions`, rule: 'must be an integer >= 1', value: partitions }),

  ({ at, options: { keyBy } }) =>
    refuseIf(keyBy !== undefined && typeof keyBy !== 'function', {
      path: `${at}keyBy`,
      rule: 'must be a function that makes a text or a number of a key',
      value: keyBy,
    }),
]
