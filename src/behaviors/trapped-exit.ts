import type { Step } from '../runtime/behavior.ts'
import type { TrappedExit } from '../runtime/context.ts'

/** What a kind that traps exits only to leave in order does with a notice: an exit signal ends it, everything else is dropped. */
export function stepOfNotice<State>(state: State, name: string, input: unknown): Step<State> {
  if (name !== 'exit') return { state }
  const { reason } = input as TrappedExit
  return reason.type === 'normal' ? { state } : { state, stop: reason }
}
