import type { ActorId } from '../protocol/actor-id.ts'
import type { Duration } from '../protocol/duration.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Checkpointable } from './checkpointable.ts'
import type { Context, Referable } from './context.ts'
import type { Message } from './message.ts'
import type { CheckpointInfo, Outcome } from './persistence.ts'

/** Where the state of a new incarnation comes from: built anew, from memory, or from a checkpoint. */
export type StateSource = 'initial' | 'memory' | 'checkpoint' | 'given'

/**
 * Why an incarnation starts: the first ever; the one before ended (`exit`) or was taken down with a sibling (`sibling`); asked
 * for by a call (`request`) or by the action of a monitor (`monitor`); or the process in which it lived has ended (`process`).
 */
export type StartCause = 'first' | 'exit' | 'sibling' | 'request' | 'monitor' | 'process'

/** What a handler makes of one message: plain data, carried out by the runtime after it is committed. */
export interface Step<State> {
  /** The state from now on. */
  readonly state: State
  /** What the sender of a call gets. A call that gets nothing now is answered later, or not at all. */
  readonly outcome?: Outcome
  /** The behavior from the next message on. */
  readonly behavior?: Behavior
  /** Ends the incarnation after this turn. */
  readonly stop?: ExitReason
  /**
   * Carried out when the turn is committed, once at most: never again for a turn that is handled or replayed again, and not at all
   * if the incarnation has ended meanwhile. What it throws ends the incarnation; the turn stays committed.
   */
  readonly after?: () => void
}

/** The state that a starting actor may go on from. */
export interface Offered<State> {
  readonly state: State
  /** The behavior that the state belongs to. */
  readonly behavior: string
  readonly source: 'memory' | 'checkpoint'
  /** The number of the checkpoint, if it is one. */
  readonly checkpoint: number | undefined
  readonly frontier: number
}

/** How an incarnation begins; made by the methods of {@link StartContext}. */
export type StartPlan =
  | { readonly type: 'resume' }
  | { readonly type: 'from'; readonly checkpoint: number }
  | { readonly type: 'fresh'; readonly args?: { readonly value: unknown } }
  | { readonly type: 'become'; readonly behavior: Behavior; readonly state: unknown }

/** What a starting hook may return: a plan, or nothing to resume. */
// A hook that ends without a return statement is typed as returning void.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type PlanResult = StartPlan | undefined | void

/** What the hooks `init` and `restart` get, whatever the cause of the start. */
export interface StartContext<State, Args> {
  readonly id: ActorId
  /** The number of the incarnation that begins; 1 is the first ever. */
  readonly incarnation: number
  /** How many starts of this actor came before in this process, failed ones included. */
  readonly attempt: number
  readonly cause: StartCause
  /** Why the incarnation before ended; nothing at the first start ever. */
  readonly reason: ExitReason | undefined
  /** The arguments of the child spec. */
  readonly args: Args
  /** The state with the highest frontier that was found; nothing at the first start ever. */
  readonly offered: Offered<State> | undefined
  /** What the store keeps of this actor, newest first. */
  readonly checkpoints: readonly CheckpointInfo[]
  /** Aborted when the start is given up. */
  readonly signal: AbortSignal
  /** Waits so long by the system's clock, which a simulation moves; rejects when the start is given up. */
  sleep(time: Duration): Promise<void>
  /** Goes on with what is offered; with `initial(args)` where nothing is. The same as returning nothing. */
  resume(): StartPlan
  /** Goes on from one of {@link checkpoints}. */
  from(checkpoint: CheckpointInfo | number): StartPlan
  /** Begins anew with `initial`, with the arguments of the child spec or others. */
  fresh(args?: Args): StartPlan
  /** Begins with another behavior, bound to `state`. */
  become(behavior: Behavior, state: unknown): StartPlan
}

/** What the hook `term` gets. */
export interface TermContext<State> {
  readonly id: ActorId
  readonly incarnation: number
  /** Why the incarnation ends. */
  readonly reason: ExitReason
  /** The last committed state; what a crashed turn did to it is not in it. */
  readonly state: State
  /** Aborted when the time for `term` is over. */
  readonly signal: AbortSignal
  /** Waits so long by the system's clock, which a simulation moves; rejects when the time for `term` is over. */
  sleep(time: Duration): Promise<void>
  /** A reference whose messages are sent on behalf of this actor, at once: before anybody learns of its end. */
  ref<Ref>(definition: Referable<Ref>, path: string): Ref
  /**
   * Takes a checkpoint of `state`, or of the committed state if none is given, when `term` has ended well. A later call
   * replaces an earlier one.
   */
  checkpoint(state?: State): void
}

/** The three hooks; all optional. */
export interface Hooks<State, Args> {
  /** Runs at every start at which `restart` does not. */
  init?(ctx: StartContext<State, Args>): PlanResult | Promise<PlanResult>
  /** Runs at every start but the first one ever, in place of `init`. */
  restart?(ctx: StartContext<State, Args>): PlanResult | Promise<PlanResult>
  /**
   * Runs when an incarnation ends by itself, is stopped or crashes; not when it is killed. Without it the committed state is
   * checkpointed. What it throws takes the place of the reason, as in OTP.
   */
  term?(ctx: TermContext<State>): void | Promise<void>
}

/**
 * How an actor reacts: a name under which the catalogue knows it, a version of its state, and functions that are given
 * everything they need. The one thing that the runtime knows of `actor`, `machine`, supervisors and the rest.
 */
export interface Behavior<State = unknown, Args = unknown> {
  readonly name: string
  readonly version: number
  /** The first state ever. */
  initial(args: Args, ctx: Context): State | Promise<State>
  /** Says what is wrong with a message before it is sent; nothing if it can be handled. */
  check(message: { readonly kind: string; readonly name: string; readonly input: unknown }): string | undefined
  handle(state: State, message: Message, ctx: Context): Step<State> | PromiseLike<Step<State>>
  /**
   * Called once at the very end of each incarnation that had begun, also of one that was killed: the last moment to let go of what
   * it holds outside of memory. It is not waited for; what fails in it is told by the event `term failed`.
   */
  ended?(state: State, reason: ExitReason): void | Promise<void>
  /** Called in each incarnation as soon as others can reach it, before its first message. What it throws ends the incarnation. */
  begun?(state: State, ctx: Context): void
  readonly hooks: Hooks<State, Args>
  /** The names of the calls that it answers, where they are known beforehand. */
  readonly calls?: readonly string[]
  /** How often a lost call of this name is handled again; nothing where it is not said. */
  readonly retriesOf?: (name: string) => number | undefined
  /** Pure steps from one version of the state to the next: `migrate[1]` makes version 2 of version 1. */
  readonly migrate?: Readonly<Record<number, (old: unknown) => unknown>>
  /** Exit signals become messages of topic `exit` in place of ending the actor. */
  readonly trapsExits?: boolean
  /** A stop waits its turn behind the messages that came before, and arrives as a message of topic `stop`. */
  readonly stopsInOrder?: boolean
  /** The state belongs to one incarnation only: the next one begins with `initial`. */
  readonly startsAnew?: boolean
  /** A turn may take other messages, by `ctx.receive`. */
  readonly receives?: boolean
  /** Its messages and replies are passed as they are, live objects included: for behaviors of the runtime itself. */
  readonly sharesMessages?: boolean
  /** Keeps the states elsewhere than in the store. */
  readonly checkpointable?: Checkpointable<State>
  /** What an incarnation shows of itself to whoever looks, at once and at any moment. */
  show?(state: State): unknown
  /** Calls that only the incarnation can answer that they came to: if it ends, they fail with it and do not wait for the next. */
  isMeantForOne?(message: Message): boolean
}
