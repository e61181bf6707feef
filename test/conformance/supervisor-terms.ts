import {
  CallError,
  ConfigurationError,
  SupervisorError,
  type ExitReason,
  type FailedToStart,
  type GaveUp,
} from '../../src/index.ts'
import { Raised } from './reasons.ts'
import type { Term } from './supervisor-case.ts'

/** The term that OTP has for a reason: a give-up loses its cause there. */
export function termOf(reason: ExitReason): Term {
  if (reason.type === 'error') {
    const { error } = reason
    if (error instanceof Raised) return ['EXIT', error.term]
    return error instanceof Error ? `unexpected ${error.stack ?? error.message}` : (error as Term)
  }
  if (reason.type !== 'shutdown' || reason.cause === undefined) return reason.type
  if (isCause(reason.cause, 'reached_max_restart_intensity')) return 'shutdown'
  if (isCause(reason.cause, 'failed_to_start_child'))
    return ['shutdown', ['failed_to_start_child', reason.cause.id, termOf(reason.cause.reason)]]
  return ['shutdown', reason.cause as Term]
}

/** What a call gives that was refused or came to nothing. `nameOf` knows processes by child and incarnation. */
export function failure(error: unknown, nameOf: (child: string, incarnation: number) => string): Term {
  if (error instanceof ConfigurationError) return ['error', brokenRule(error)]
  if (error instanceof CallError) {
    const { code, reason } = error as CallError & { readonly code: string; readonly reason?: ExitReason }
    return ['exit', code === 'noproc' ? 'noproc' : reason === undefined ? `unexpected ${code}` : termOf(reason)]
  }
  if (!(error instanceof SupervisorError)) throw error
  const { code, childId, incarnation, reason } = error as SupervisorError & Failed
  if (code === 'already_started') return ['error', ['already_started', nameOf(childId, incarnation)]]
  return ['error', code === 'start_failed' ? termOf(reason) : code]
}

interface Failed {
  readonly code: string
  readonly incarnation: number
  readonly reason: ExitReason
}

/** With what the start of a whole supervisor fails whose definition breaks a rule. */
export function startProblem(error: ConfigurationError): Term {
  const term = brokenRule(error)
  const name: unknown = Array.isArray(term) ? term[0] : term
  if (name === 'bad_start_spec') return term
  return [ofFlags.includes(name) ? 'supervisor_data' : 'start_spec', term]
}

const ofFlags: readonly unknown[] = ['invalid_strategy', 'invalid_intensity', 'invalid_period', 'invalid_auto_shutdown']

/** OTP's name for the rule that is broken, with the value that breaks it. */
function brokenRule({ path, rule, value }: ConfigurationError): Term {
  const given = value as Term
  if (path.startsWith('checkChildSpecs')) return ['badarg', given]
  if (rule.startsWith('must be made by')) return ['invalid_child_spec', given]
  const option = /[\w.]+$/.exec(path)?.[0] ?? ''
  switch (option) {
    case 'strategy':
      return ['invalid_strategy', given]
    case 'intensity.restarts':
      return ['invalid_intensity', given]
    case 'intensity.within':
      return ['invalid_period', typeof given === 'number' ? given / 1000 : given]
    case 'autoShutdown':
      return ['invalid_auto_shutdown', given]
    case 'id':
      return rule.includes('unique') ? ['duplicate_child_name', given] : 'missing_id'
    case 'start':
      return startFunction(given)
    case 'restart':
      return ['invalid_restart_type', given]
    case 'significant':
      if (rule.includes('automatic shutdown')) return badCombination(['auto_shutdown', 'never'])
      if (rule.includes('permanent')) return badCombination(['restart', 'permanent'])
      return ['invalid_significant', given]
    case 'type':
      return ['invalid_child_type', given]
    case 'shutdown':
      return ['invalid_shutdown', given]
    default:
      return `unexpected ${path} ${rule}`
  }
}

function badCombination(other: Term): Term {
  return ['bad_combination', { list: [other, ['significant', true]] }]
}

function startFunction(value: unknown): Term {
  // The templates of a dynamic supervisor, of which there must be one.
  if (Array.isArray(value)) return ['bad_start_spec', { list: (value as readonly string[]).map((id) => ({ spec: id })) }]
  return value === undefined ? 'missing_start' : ['invalid_mfa', value as Term]
}

function isCause<Type extends (FailedToStart | GaveUp)['type']>(
  cause: unknown,
  type: Type,
): cause is Extract<FailedToStart | GaveUp, { readonly type: Type }> {
  return typeof cause === 'object' && cause !== null && 'type' in cause && cause.type === type
}
