import type { Step } from '../runtime/behavior.ts'
import type { Refusal } from './handlers.ts'

/** The step of a message that is refused by a declared error. */
export function refusedStep(state: unknown, { code, message, details, next }: Refusal<unknown>): Step<unknown> {
  return { state: next === undefined ? state : next.state, outcome: { status: 'refused', refusal: code, message, details } }
}

/** The step of a message that cannot be handled: nothing is changed by it. */
export function invalidStep(state: unknown, problem: string): Step<unknown> {
  return { state, outcome: { status: 'refused', refusal: 'invalid', message: problem, details: undefined } }
}
