import { killed, type ExitReason } from '../protocol/exit-reason.ts'

/**
 * An exit signal on its way to an actor. `exit` comes along a link or was sent as such, `kill` cannot be trapped, `self` is
 * what an actor sends to itself.
 */
export interface ExitSignal {
  readonly type: 'exit' | 'kill' | 'self'
  readonly reason: ExitReason
}

/** What a signal does when it arrives: nothing, become a message, or end the incarnation. */
export type SignalEffect =
  { readonly type: 'ignore' } | { readonly type: 'message' } | { readonly type: 'end'; readonly reason: ExitReason }

/** Follows Erlang: only the trap flag at the moment of arrival counts, `normal` ends nobody but its own sender, `kill` ends all. */
export function effectOf(signal: ExitSignal, trapsExits: boolean): SignalEffect {
  if (signal.type === 'kill') return { type: 'end', reason: killed }
  if (trapsExits) return { type: 'message' }
  if (signal.reason.type === 'normal' && signal.type !== 'self') return { type: 'ignore' }
  return { type: 'end', reason: signal.reason }
}
