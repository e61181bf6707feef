import type { ChildRecord } from './child-order.ts'
import type { StateValue } from './hosted-logic.ts'
import type { StoredRef } from './stand-in.ts'

/**
 * The state of a machine: xstate's persisted snapshot as plain data, with the children and the delayed events that belong to it.
 * This is what is checkpointed, what hooks are offered, and what steps of `migrate` start from.
 */
export interface MachineState {
  readonly status: 'active' | 'done'
  readonly value: StateValue
  /** With references to other actors as data. */
  readonly context: unknown
  readonly historyValue: Readonly<Record<string, readonly { readonly id: string }[]>>
  /** What is invoked and spawned, by its id. */
  readonly children: Readonly<Record<string, ChildRecord>>
  /** Delayed events that have not come yet, by the id of their sending. */
  readonly timers: Readonly<Record<string, TimerRecord>>
  /** How many ids the machine has given out. */
  readonly booked: number
  /** Of a machine that is done, if it has any. */
  readonly output?: unknown
}

/** One delayed event. */
export interface TimerRecord {
  /** Counts up in one machine: a later one of the same id has another number. */
  readonly number: number
  /** Wall clock, milliseconds since 1970. */
  readonly dueAtMs: number
  /** Whom it goes to; the machine itself if not given. */
  readonly to?: StoredRef
  readonly event: { readonly type: string }
}

/** The topic of a message that a delayed event is due. */
export const timerTopic = 'xstate.timer'
