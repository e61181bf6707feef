import type { CheckpointEvery, OnLoadFailure } from '../../runtime/checkpoint-settings.ts'
import type { CheckpointOption } from './checkpoint-option.ts'
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

/** What the rules for checkpoints look at. */
export interface CheckpointSubject {
  /** The beginning of a path: `"shop/carts: "`. */
  readonly at: string
  readonly options: Given
}

const names = ['every', 'should', 'keep', 'maxBytes', 'onLoadFailure'] as const satisfies readonly (keyof CheckpointOption)[]
const everyNames = ['turns', 'time', 'bytes'] as const satisfies readonly (keyof CheckpointEvery)[]

/** The rule for the option `checkpoint`. Most have none, and there may be many of them. */
export const checkpointRule: Rule<CheckpointSubject> = (subject) =>
  subject.options['checkpoint'] === undefined ? [] : rules.flatMap((rule) => rule(subject))

/** In the order in which they are checked. */
const rules: readonly Rule<CheckpointSubject>[] = [
  ({ at, options: { checkpoint } }) =>
    refuseIf(!isOptions(checkpoint), {
      path: `${at}checkpoint`,
      rule: 'must be an object such as { every }',
      value: checkpoint,
      remedy: 'Write checkpoint: { every: 100 }, in turns',
    }),

  ({ at, options: { checkpoint } }) => unknownNames(`${at}checkpoint.`, checkpoint, names),

  ({ at, options: { checkpoint } }) => {
    const { every } = asOptions(checkpoint)
    return refuseIf(every !== undefined && !isOptions(every) && !isIntegerFrom(1, every), {
      path: `${at}checkpoint.every`,
      rule: 'must be an integer >= 1, or some of { turns, time, bytes }',
      value: every,
    })
  },

  ({ at, options: { checkpoint } }) => unknownNames(`${at}checkpoint.every.`, asOptions(checkpoint)['every'], everyNames),

  ({ at, options: { checkpoint } }) => {
    const { every } = asOptions(checkpoint)
    return refuseIf(isOptions(every) && everyNames.every((name) => every[name] === undefined), {
      path: `${at}checkpoint.every`,
      rule: 'must say at least one of { turns, time, bytes }',
      value: every,
    })
  },

  ({ at, options: { checkpoint } }) => {
    const every = asOptions(asOptions(checkpoint)['every'])
    return (['turns', 'bytes'] as const).flatMap((name) =>
      refuseIf(every[name] !== undefined && !isIntegerFrom(1, every[name]), {
        path: `${at}checkpoint.every.${name}`,
        rule: 'must be an integer >= 1',
        value: every[name],
      }),
    )
  },

  ({ at, options: { checkpoint } }) => {
    const { time } = asOptions(asOptions(checkpoint)['every'])
    return refuseIf(time !== undefined && !isPeriod(time), {
      path: `${at}checkpoint.every.time`,
      rule: 'must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"',
      value: time,
    })
  },

  ({ at, options: { checkpoint } }) => {
    const { should } = asOptions(checkpoint)
    return refuseIf(should !== undefined && typeof should !== 'function', {
      path: `${at}checkpoint.should`,
      rule: 'must be a function that gives true or false',
      value: should,
    })
  },

  ({ at, options: { checkpoint, state } }) =>
    refuseIf(state === 'durable' && asOptions(checkpoint)['should'] !== undefined, {
      path: `${at}checkpoint.should`,
      rule: 'is only for state: "checkpointed"',
      value: asOptions(checkpoint)['should'],
      remedy: 'Leave it out: of a durable child every turn is kept',
    }),

  ({ at, options: { checkpoint } }) => {
    const { keep } = asOptions(checkpoint)
    return refuseIf(keep !== undefined && !isIntegerFrom(2, keep), {
      path: `${at}checkpoint.keep`,
      rule: 'must be an integer >= 2',
      value: keep,
      ...(keep === 1 ? { remedy: 'The newest may be damaged: there must be one to fall back to' } : {}),
    })
  },

  ({ at, options: { checkpoint } }) => {
    const { maxBytes } = asOptions(checkpoint)
    return refuseIf(maxBytes !== undefined && !isIntegerFrom(1, maxBytes), {
      path: `${at}checkpoint.maxBytes`,
      rule: 'must be an integer >= 1',
      value: maxBytes,
    })
  },

  ({ at, options: { checkpoint } }) =>
    oneOf(`${at}checkpoint.onLoadFailure`, asOptions(checkpoint)['onLoadFailure'], ['older', 'fail'] satisfies OnLoadFailure[]),

  ({ at, options: { checkpoint, state } }) =>
    refuseIf(state === 'volatile', {
      path: `${at}checkpoint`,
      rule: 'is not for state: "volatile", of which nothing is stored',
      value: checkpoint,
      remedy: 'Set state to "checkpointed" or "durable"',
    }),
]
