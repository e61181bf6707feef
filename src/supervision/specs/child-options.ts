import type { CallMethods, CallsIn, InputArgument } from '../../behaviors/actor-ref.ts'
import type { CallHandler } from '../../behaviors/handlers.ts'
import type { DurationOrInfinity } from '../../protocol/duration.ts'
import type { StateMode } from '../../runtime/actor-spec.ts'
import type { Hooks } from '../../runtime/behavior.ts'
import type { CheckpointSettings } from '../../runtime/checkpoint-settings.ts'
import type { FallbackCall, Fallbacks } from '../../runtime/fallback.ts'
import type { CallDefaults } from './call-rules.ts'
import type { MailboxSettings } from '../../runtime/mailbox-gate.ts'
import type { CheckpointOption } from './checkpoint-option.ts'
import type { ChildExtraOptions, ChildExtras } from './child-extras.ts'
import type { ShutdownLimit } from './child-spec.ts'
import type { MailboxOption } from './mailbox-option.ts'
import type { RestartType } from './restart-type.ts'

export const stateModes: readonly StateMode[] = ['volatile', 'checkpointed', 'durable']

/** What is replied for each call that is answered while the actor is down. What it throws is the cause of a `FallbackError`. */
export type FallbackOptions<Handlers> = {
  readonly [Name in keyof CallMethods<Handlers>]?: CallsIn<Handlers>[Name & keyof CallsIn<Handlers>] extends CallHandler<
    infer Input,
    infer Reply
  >
    ? (call: FallbackCall<InputArgument<Input> extends [] ? undefined : Input>) => Reply | Promise<Reply>
    : never
}

/** How one child is started, restarted and stopped. */
export interface ChildOptions<State = unknown, Args = unknown, Handlers = unknown> extends ChildExtraOptions, CallDefaults {
  /** Which exits bring it back: every one (`permanent`, the default), abnormal ones (`transient`), none (`temporary`). */
  readonly restart?: RestartType
  /**
   * How long it may take to stop, its hook `term` included, before it is killed: 5 s for a worker, `infinity` for a supervisor
   * if not given. `kill` does not ask.
   */
  readonly shutdown?: DurationOrInfinity | 'kill'
  /** Whether automatic shutdown of its supervisor depends on it; not for `permanent` children. `false` if not given. */
  readonly significant?: boolean
  /**
   * How much of its state outlives an incarnation: the last state in memory (`volatile`), what was checkpointed
   * (`checkpointed`, the default with a store), or every turn (`durable`). Workers only.
   */
  readonly state?: StateMode
  /** For `durable`: a message whose handling has crashed the child so often is a dead letter; an integer >= 1, 3 if not given. */
  readonly maxAttempts?: number
  /** When checkpoints are taken, besides the one at every end. Not for `volatile`. */
  readonly checkpoint?: CheckpointOption<State>
  /** Put over the hooks of the behavior, one by one. */
  readonly hooks?: Hooks<State, Args>
  /**
   * Answers calls while the child is down, by the name of the handler: while it waits for its restart, and for good where it
   * stays down. Never while an incarnation runs. The other calls wait, or reject with `noproc`; so do those with an `id` to a
   * `durable` child. What was accepted into a journal is handled by the child itself, later.
   */
  readonly fallback?: FallbackOptions<Handlers>
  /**
   * How many messages may wait, and what happens when so many do: no limit if not given. What the runtime sends (signals,
   * notices, timers) and what the child sends to itself is never counted and never dropped. Workers only.
   */
  readonly mailbox?: MailboxOption
  /** What the behavior builds its first state from. */
  readonly args?: Args
  /** A name to claim in the system; it stays with the child over restarts. */
  readonly name?: string
  /** Where its name is looked for; names of different namespaces never meet. The one without a name, if not given. */
  readonly namespace?: string
}

/** The options of a child, checked and with every default filled in. */
export interface ChildSettings {
  readonly restart: RestartType
  /** `Infinity` waits for ever. */
  readonly shutdown: ShutdownLimit
  readonly significant: boolean
  /** Nothing where it depends on whether there is a store. */
  readonly state: StateMode | undefined
  readonly maxAttempts: number
  readonly checkpoints: CheckpointSettings | undefined
  readonly hooks: Hooks<unknown, unknown> | undefined
  readonly fallback: Fallbacks | undefined
  readonly calls: CallDefaults
  readonly mailbox: MailboxSettings | undefined
  readonly args: unknown
  readonly name: string | undefined
  /** What it has beyond OTP. */
  readonly extras: ChildExtras
}

export const defaultMaxAttempts = 3
export const defaultShutdown = { worker: '5s', supervisor: 'infinity' } as const
