import type { Violation } from '../../protocol/errors.ts'
import { callNames, callRules } from './call-rules.ts'
import { checkpointRule } from './checkpoint-rules.ts'
import { extraNames, extraRule } from './child-extra-rules.ts'
import { stateModes, type ChildOptions } from './child-options.ts'
import type { ChildSpec } from './child-spec.ts'
import { mailboxRule } from './mailbox-rules.ts'
import {
  asOptions,
  isDuration,
  isIntegerFrom,
  isKey,
  isOptions,
  keyRule,
  listed,
  oneOf,
  refuseIf,
  unknownNames,
  type Given,
  type Rule,
} from './option-checks.ts'
import { restartTypes } from './restart-type.ts'

/** What the rules for the options of a child look at. */
export interface ChildSubject {
  /** The beginning of a path: `"shop/carts: "`. */
  readonly at: string
  readonly options: Given
  readonly type: ChildSpec['type']
  /** Of its supervisor. */
  readonly autoShutdown: unknown
  /** The calls that it answers, where they are known. */
  readonly calls?: readonly string[] | undefined
}

export const childNames = [
  'restart',
  'significant',
  'shutdown',
  'state',
  'maxAttempts',
  'checkpoint',
  'hooks',
  'fallback',
  ...callNames,
  'mailbox',
  'args',
  'name',
  'namespace',
  ...extraNames,
] as const satisfies readonly (keyof ChildOptions)[]

/** Options that a supervisor as a child cannot have: it has no state of its own. */
const workerNames = [
  'state',
  'maxAttempts',
  'checkpoint',
  'hooks',
  'fallback',
  ...callNames,
  'mailbox',
  'args',
] as const satisfies readonly (keyof ChildOptions)[]

const hookNames = ['init', 'restart', 'term'] as const

/** The rules for the options of a child in the order in which they are checked: those of OTP in its order, then ours. */
export const childRules: readonly Rule<ChildSubject>[] = [
  ({ at, options }) => oneOf(`${at}restart`, options['restart'], restartTypes),

  ({ at, options: { significant } }) =>
    refuseIf(significant !== undefined && typeof significant !== 'boolean', {
      path: `${at}significant`,
      rule: 'must be true or false',
      value: significant,
    }),

  ({ at, options: { significant }, autoShutdown = 'never' }) =>
    refuseIf(significant === true && autoShutdown === 'never', {
      path: `${at}significant`,
      rule: 'is only for children of a supervisor with automatic shutdown',
      value: significant,
      remedy: 'Set autoShutdown of the supervisor to "any_significant" or "all_significant"',
    }),

  ({ at, options: { significant, restart = 'permanent' } }) =>
    refuseIf(significant === true && restart === 'permanent', {
      path: `${at}significant`,
      rule: 'is not for a permanent child, which never ends for good',
      value: significant,
      remedy: 'Set restart to "transient" or "temporary"',
    }),

  ({ at, options: { type } }) =>
    refuseIf(type !== undefined, { path: `${at}type`, rule: 'is not an option: it follows from what is started', value: type }),

  ({ at, options: { shutdown } }) =>
    refuseIf(shutdown !== undefined && shutdown !== 'kill' && !isDuration(shutdown), {
      path: `${at}shutdown`,
      rule: 'must be milliseconds >= 0, a text such as "5s", "infinity" or "kill"',
      value: shutdown,
      ...(shutdown === 'brutal_kill' ? { remedy: 'Did you mean "kill"?' } : {}),
    }),

  ({ at, options, type }) =>
    workerNames
      .filter((name) => type === 'supervisor' && options[name] !== undefined)
      .map((name) => ({ path: `${at}${name}`, rule: 'is only for workers; this child is a supervisor', value: options[name] })),

  ({ at, options }) => oneOf(`${at}state`, options['state'], stateModes),

  ({ at, options: { maxAttempts } }) =>
    refuseIf(maxAttempts !== undefined && !isIntegerFrom(1, maxAttempts), {
      path: `${at}maxAttempts`,
      rule: 'must be an integer >= 1',
      value: maxAttempts,
    }),

  ({ at, options: { maxAttempts, state } }) =>
    refuseIf(maxAttempts !== undefined && (state === 'volatile' || state === 'checkpointed'), {
      path: `${at}maxAttempts`,
      rule: 'is only for state: "durable"',
      value: maxAttempts,
      remedy: `A message that ends a ${String(state)} child is a dead letter at once`,
    }),

  checkpointRule,

  ({ at, options: { hooks } }) =>
    refuseIf(hooks !== undefined && !isOptions(hooks), {
      path: `${at}hooks`,
      rule: `must be an object with some of the functions ${listed(hookNames, 'and')}`,
      value: hooks,
    }),

  ({ at, options: { hooks } }) => unknownNames(`${at}hooks.`, hooks, hookNames),

  ({ at, options }) => {
    const hooks = asOptions(options['hooks'])
    return hookNames
      .filter((name) => hooks[name] !== undefined && typeof hooks[name] !== 'function')
      .map((name) => ({ path: `${at}hooks.${name}`, rule: 'must be a function', value: hooks[name] }))
  },

  ({ at, options: { fallback } }) =>
    refuseIf(fallback !== undefined && !isOptions(fallback), {
      path: `${at}fallback`,
      rule: 'must be an object with a function for each call that is answered',
      value: fallback,
      remedy: 'Write fallback: { price: ({ input, reason }) => 0 }',
    }),

  ({ at, options, calls }) =>
    calls === undefined ? [] : unknownNames(`${at}fallback.`, options['fallback'], calls).map(notACall),

  ({ at, options }) =>
    Object.entries(asOptions(options['fallback']))
      .filter(([, answer]) => typeof answer !== 'function')
      .map(([name, value]) => ({ path: `${at}fallback.${name}`, rule: 'must be a function', value })),

  ...callRules,
  mailboxRule,

  ({ at, options: { name } }) => refuseIf(name !== undefined && !isKey(name), { path: `${at}name`, rule: keyRule, value: name }),

  ({ at, options: { name, namespace } }) => {
    const path = `${at}namespace`
    if (namespace !== undefined && name === undefined)
      return [{ path, rule: 'is only for a child that has a name', value: namespace }]
    return refuseIf(namespace !== undefined && !isKey(namespace), { path, rule: keyRule, value: namespace })
  },

  extraRule,
]

function notACall(violation: Violation): Violation {
  const remedy = violation.remedy?.replace('The options are', 'Its calls are')
  return { ...violation, rule: 'is not a call of this actor', ...(remedy !== undefined && { remedy }) }
}
