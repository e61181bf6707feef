import type { ActorId } from '../protocol/actor-id.ts'
import type { Duration, DurationOrInfinity } from '../protocol/duration.ts'
import type { MessageHeaders } from '../protocol/envelope.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { MessageId } from '../protocol/message-id.ts'
import type { RefData } from '../protocol/ref-data.ts'
import type { Callable, RequestInput, RequestOptions } from './requests.ts'
import type { Effect, EffectOutcome } from './effects/effect.ts'
import type { Askable, LinkedActors } from './linked/linked-ref.ts'
import type { GroupMember } from './group-member.ts'
import type { MessageInfo } from './message.ts'
import type { InNamespace, NamedActor } from './names.ts'
import type { Random } from './random.ts'
import type { CheckpointOptions, CheckpointTaken } from './checkpoint-request.ts'
import type { SupervisedSpawnOptions } from './supervised-options.ts'
import type { Received, ReceivedOf, ReceiveOptions, WantedMessages } from './receiving/received.ts'
import type { PartsOptions, PartStream } from './streams/part-stream.ts'

/** How long a caller waits, and what else belongs to a request. */
export interface CallOptions {
  /**
   * How long to wait for the reply; 5 s if not given, `"infinity"` waits for ever. A call that is made while a call is handled
   * never waits longer than the caller of that one. Never less than this; from 100 ms on it counts from the next turn of the event
   * loop, so that code which blocks the loop behind the call does not use it up.
   */
  readonly timeout?: DurationOrInfinity
  /**
   * Until when to wait at most, in milliseconds since 1970, as `ctx.now()` and `ctx.deadline` give them; what is earlier counts. A
   * call whose deadline has passed rejects with `timeout` at once, and nothing is sent.
   */
  readonly deadline?: number
  /**
   * The message need not be handled any more when the wait was given up before its turn came: it is a dead letter then. `false` if
   * not given, as in OTP. A durable actor handles what it has accepted in any case.
   */
  readonly dropExpired?: boolean
  /**
   * How often the message is handled again, if the actor ends while it handles it, or if the store does not take it; as long as the
   * caller waits. An integer >= 0 or `Infinity`; what is given here counts before what the handler says, and that before what the
   * child says; 0 if nobody does. It keeps its place before what came later, and waiting for a restart costs none. The handler
   * sees `ctx.attempt`. What a lost attempt did outside happens again. A durable actor has `maxAttempts` for its crashes; here a
   * call with an `id` is tried again too when its answer was lost, and is applied once.
   */
  readonly retries?: number
  /** What becomes of it while the actor is down: it waits (`queue`), or rejects with `unavailable` at once. What the child says if not given. */
  readonly whenDown?: 'queue' | 'reject'
  /** Gives up the wait when aborted; the message may still be handled. */
  readonly signal?: AbortSignal
  /**
   * An id of the caller's own. A journaled actor applies messages with the same id once, and answers each with the same reply,
   * also in a later process. Without a journal it has no effect.
   */
  readonly id?: string
}

/** What belongs to a message without an answer. */
export interface CastOptions {
  /** How long to wait for room in a mailbox with `full: 'wait'`; 5 s if not given, `"infinity"` waits for ever. */
  readonly timeout?: DurationOrInfinity
  /** As {@link CallOptions.id}. */
  readonly id?: string
}

/** How long to wait for an actor to be up. */
export interface WhenUpOptions {
  /** As long as it takes if not given: the wait ends in any case when the actor is gone for good. */
  readonly timeout?: DurationOrInfinity
  /** Gives up the wait when aborted. */
  readonly signal?: AbortSignal
}

/** A way to send messages: from outside every actor, or on behalf of one. */
export interface Port {
  /** Sends a request and waits for the answer. */
  call(to: ActorId, name: string, input: unknown, options?: CallOptions): Promise<unknown>
  /** Asks for an answer in parts, which are sent as they are asked for. */
  stream(to: ActorId, name: string, input: unknown, options?: PartsOptions): PartStream<unknown>
  /**
   * Sends a message. For a journaled actor the promise resolves when the message is in the journal, else at once; it need not
   * be awaited. Where the mailbox is full, see `mailbox` of the child's options.
   */
  cast(to: ActorId, name: string, input: unknown, options?: CastOptions): Promise<void>
  /**
   * Asks an actor to end, behind what is queued, and waits until it has. Rejects if it ended otherwise. OTP's `gen_server:stop`.
   * A supervised actor is started again if its restart type says so.
   */
  stopActor(to: ActorId, reason?: ExitReason, options?: StopOptions): Promise<void>
  /**
   * Resolves with the number of its incarnation when an actor is up, at once if it is. Rejects with `noproc` when it is gone for
   * good, and with `timeout` or `aborted` as asked for.
   */
  whenUp(id: ActorId, options?: WhenUpOptions): Promise<number>
  /**
   * Asks an actor for a checkpoint behind what is queued. Resolves when the state is durable that everything has led to that was
   * sent to it before. Rejects with a `CheckpointError` if nothing is kept of it or it fails, and with a `CallError` if the actor
   * is gone, or the time is over. A durable actor has one of every turn.
   */
  checkpointActor(to: ActorId, options?: CheckpointOptions): Promise<CheckpointTaken>
  /** True if messages to this actor go through its journal: it is durable, started or not. */
  isJournaled(to: ActorId): boolean
  /** Waits so long by the system's clock, which a simulation moves; rejects with the signal's reason when that is aborted. */
  sleep(time: Duration, signal?: AbortSignal): Promise<void>
  /** What an actor shows of itself, at once; nothing if it does not run or has nothing to show. */
  show?(id: ActorId): unknown
  /** Whose actors these are; see `RefData`. */
  systemId?(): string
  /** A way to the same actors on behalf of nobody, which does not end with an incarnation. */
  readonly unowned?: Port
  /** A number that this system gives out once in the life of its process: for keys that nobody else has. */
  nextNumber(): number
}

/** How long to wait for the end of an actor. */
export interface StopOptions {
  /** For ever if not given, as in OTP; the request stays in the queue. */
  readonly timeout?: DurationOrInfinity
  /**
   * Whether its supervisor may start it again; `true` if not given. With `false` it stays down when it has ended, as after
   * `terminateChild`, whatever its restart type.
   */
  readonly restart?: boolean
}

/** What a spawn is made with. */
export interface SpawnOptions extends InNamespace {
  /** A name for the new actor, registered before `initial` runs. */
  readonly name?: string
  /**
   * What comes of it if there is an actor with this name, or this key: `error` (if not given), or `return`, which gives that one
   * when it is up, and leaves the arguments aside. However many ask at once, there is one actor.
   */
  readonly ifExists?: 'error' | 'return'
  /**
   * Makes it a child of the system's own supervisor, which restarts it as often as it takes; it ends with the process. The key is
   * one of the system's then. Without it, as in OTP, nobody starts it again.
   */
  readonly supervised?: boolean | SupervisedSpawnOptions
  /**
   * As {@link supervised}, and it outlives the process: it is recorded in the store, and the next process that is started with
   * its kind in `detached` has it again, under its name and with its last checkpoint. It goes on until it is ended by hand:
   * `ref.stop(reason, { restart: false })`, or `app.kill(ref, { restart: false })`. Ray's detached actors.
   */
  readonly detached?: boolean | SupervisedSpawnOptions
}

/** What a spawn by an actor is made with. */
export interface SpawnFromActorOptions extends SpawnOptions {
  /** Links from the first moment, as `start_link`: the starter is the parent, whose exit signals end the new actor through `term`. */
  readonly link?: boolean
  /** Monitors from the first moment, as `start_monitor`; nothing is told of a start that failed. */
  readonly monitor?: boolean
  /**
   * The new actor ends with `shutdown`, in order, when the incarnation that spawns it ends, whatever the reason; the next one
   * that spawns under its key or name waits until it has. Without it, as in OTP, it outlives who spawned it.
   */
  readonly owned?: boolean
  /** With `owned`: it goes on over restarts of its owner, and ends when that is gone for good. */
  readonly survivesOwnerRestart?: boolean
  /** How long the start may take; the new actor is killed then. For ever if not given. */
  readonly timeout?: DurationOrInfinity
}

/** What came of a spawn. */
export interface Spawned<Ref> {
  readonly ref: Ref
  /** Given if it was asked for. */
  readonly monitor: MonitorRef | undefined
}

/** A definition that an actor can be spawned from. */
export interface Spawnable<Args, Ref> extends MemberReferable<Args, Ref> {
  readonly behavior: { readonly name: string }
}

/** The right to answer a call later. Only the first answer counts. */
export interface Deferred {
  /**
   * False when an answer would reach nobody: the caller has stopped to wait, by its deadline or its signal, or was an actor
   * that has ended since; or the message was no call. What is handed over then is lost.
   */
  readonly isAwaited: boolean
  reply(value: unknown): void
}

/** Something that makes typed references to actors, such as what `actor()` gives. */
export interface Referable<Ref> {
  reference(port: Port, id: ActorId): Ref
}

/** Something that makes typed references to the members of a dynamic supervisor. */
export interface MemberReferable<Args, Ref> extends Referable<Ref> {
  /** Only for the type: what a member is started with. */
  readonly memberArgs?: Args
}

/** A timer that an actor has set. */
export interface TimerRef {
  readonly id: string
}

/** What code inside an actor may do. It belongs to one incarnation: when that has ended, whatever is tried through it is dropped. */
export interface Context extends Port {
  readonly id: ActorId
  readonly incarnation: number
  /** Aborted with the exit reason when the incarnation ends. */
  readonly signal: AbortSignal
  /** Identifies the message being handled; the same in every attempt. */
  readonly messageId: MessageId
  /** Until when the caller of the call being handled waits, milliseconds since 1970; nothing if nobody waits with a limit. */
  readonly deadline: number | undefined
  /**
   * Aborted when the caller of the call being handled gives up, by its deadline or its own signal, and when the incarnation ends;
   * for what is no call, {@link signal}.
   */
  readonly callSignal: AbortSignal
  /** What came with the message being handled; set by middleware of its sender, and changed by that of the receiver. */
  readonly headers: MessageHeaders
  /** How often handling this message has been begun, this time included: 1 is the first. */
  readonly attempt: number
  /** Who has sent the message being handled; nothing if it came from outside or is a notice. */
  readonly sender: ActorId | undefined
  /** Wall clock, milliseconds since 1970. */
  now(): number
  readonly random: Random
  /**
   * A typed reference to the actor at `path` (from the root of the tree), or to that of another reference or its data, whose messages are sent on behalf of this one. Inside a
   * durable turn they leave after the commit, and `call` is refused: it cannot be undone.
   *
   * @throws {ForeignRefError} if it is the reference of another system
   */
  ref<Ref>(definition: Referable<Ref>, path: string | RefData | { readonly id: ActorId; toJSON(): RefData }): Ref
  /**
   * The actors of the store at the other end of a link, to which messages go through the outbox: inside a durable turn with its
   * commit, otherwise in a transaction of their own. See guides/links.md.
   *
   * @throws {ConfigurationError} if `start` was given no link of this name
   */
  linked(link: string): LinkedActors
  /**
   * Starts the member `key` of the dynamic supervisor at `path` unless it is there, and refers to it. Inside a durable turn the
   * member is part of the commit: it is started after it, also in the next process.
   */
  member<Args, Ref>(definition: MemberReferable<Args, Ref>, path: string, key: string, args: Args): Ref
  /** Sends a message to this actor itself; inside a durable turn with the commit. */
  sendSelf(name: string, input?: unknown): void
  /** Sends a message to this actor after a delay. The timer ends with the incarnation; that of a durable actor is kept in the store. */
  sendAfter(delay: Duration, name: string, input?: unknown): TimerRef
  /**
   * Runs `run` once after a delay, beside the turns: it sees no state, and what it throws ends the incarnation. Never when the
   * incarnation has ended. Inside a durable turn it is refused: a function can be in no commit.
   */
  setTimeout(run: () => unknown, delay: Duration): TimerRef
  /**
   * Sends this incarnation a message to a cast handler at the end of each interval (> 0), until it is cancelled or the incarnation
   * ends. No message comes while the one before still waits, and missed ones are left out. A durable actor uses `sendAfter`, whose
   * timer is in the commit: for it this is refused.
   */
  interval(every: Duration, name: string, input?: unknown): TimerRef
  cancelTimer(timer: TimerRef): void
  /**
   * `fetch` that is aborted when the incarnation ends, or by the signal that is given. Inside a durable turn it is refused: what was
   * asked of somebody outside cannot be taken back when the turn is dropped. A simulation finds it, as it finds `fetch`.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /**
   * Tells this actor once, by a message of topic `down`, when the incarnation that runs now ends; at once if none runs. With an
   * `action` that is run in place of the message. Inside a durable turn an action is refused: it would be part of no commit.
   */
  monitor(target: ActorId | NamedActor, options?: MonitorOptions): MonitorRef
  /** Ends a monitor, and with `flush` takes back its notice. True if it was active still: what OTP gives with `info`. */
  demonitor(monitor: MonitorRef, options?: { readonly flush: boolean }): boolean
  /** Ties the lives of two actors together: an abnormal end of one ends the other, unless it traps exits. */
  link(id: ActorId): void
  unlink(id: ActorId): void
  /**
   * Sends an exit signal; the reason `normal` is ignored unless the receiver traps exits. One to oneself acts before this
   * returns: where it ends the actor, it does not return. OTP's `exit/2`.
   */
  exit(id: ActorId, reason: ExitReason): void
  /** Ends an actor with the reason `killed`, also one that traps exits. OTP's `exit(Pid, kill)`. */
  kill(id: ActorId): void
  /** Switches trapping for this incarnation; gives what it was. OTP's `process_flag(trap_exit, Flag)`. */
  trapExits(flag: boolean): boolean
  /** Starts an actor outside the declared tree, below this one. It is volatile, and nobody starts it again. */
  spawn<Args, Ref>(
    definition: Spawnable<Args, Ref>,
    key: string,
    args: Args,
    options?: SpawnFromActorOptions,
  ): Promise<Spawned<Ref>>
  /**
   * Asks another actor; its answer comes as a cast, to the handler `then`, with an {@link Answer}. Nobody waits meanwhile: it closes no
   * circle. Gives the id that the answer carries. Inside a durable turn it is part of the commit, and the answer of a durable actor
   * is part of that one's commit: it comes once, also in a later process. The answer to an incarnation without a journal that has
   * ended is dropped.
   */
  request<Calls, Name extends keyof Calls & string>(
    to: Callable<Calls> | Askable<Calls>,
    name: Name,
    input: RequestInput<Calls[Name]>,
    options: RequestOptions,
  ): string
  /**
   * Does something outside the store (a request, a mail, a file) while a durable actor handles a message. That it is about to be
   * done is committed first, with everything that was handled before; then `run` is run, with a key that stays the same; what it
   * came to is committed, and given back here whenever the message is handled again. So `run` is not run a second time, unless
   * `ifUnknown` says so, or `probe` that it was not done.
   *
   * If the incarnation or the process ended before the outcome was written, nobody here knows it: the outcome is `unknown` then.
   * The actor handles nothing else meanwhile. The handler has to await it.
   *
   * @param name what it is, its own within the handling of one message; not empty.
   * @throws {EffectError} as a rejection, if the actor is not durable, or the message is a notice of the runtime, which is handled
   *   once and has no place in the journal; nothing was done.
   * @throws {ConfigurationError} as a rejection, if it is not made as it must be; nothing was done.
   * @throws {NotStorableError} as a rejection, if the value of `run` cannot be stored: it was done, and its outcome is unknown.
   */
  effect<Value>(name: string, effect: Effect<Value>): Promise<EffectOutcome<Value>>
  /**
   * Hands the call being handled on: the other actor answers the caller, who waits as long as it did before. The handler then
   * returns `noReply()`. Not inside a durable turn, whose reply is part of the commit.
   */
  forward<Calls, Name extends keyof Calls & string>(to: Callable<Calls>, name: Name, input: RequestInput<Calls[Name]>): void
  /** Takes over the answer to the call being handled; the handler then returns `noReply()`. */
  defer(): Deferred
  /** Runs a cast handler of this actor directly after this turn, before anything that is queued. OTP's `continue`. */
  continueWith(name: string, input?: unknown): void
  /** Runs a cast handler of this actor if nothing else has come within so long after this turn; once. OTP's idle timeout. */
  idleTimeout(delay: Duration, name: string, input?: unknown): void
  /**
   * Puts the message that is being handled aside, once its turn is done: who called goes on waiting, and what the handler
   * replies is dropped (return `noReply()`). The state that it returns counts. Inside a durable turn it is refused. After a
   * restart, what was put aside is queued again.
   *
   * @throws {StashError} if as many are put aside as `mailbox.stash` of the child allows, or no message is being handled.
   */
  stash(): void
  /**
   * Waits, in an async handler of `actor`, for another message: the first that matches of those that are queued, else of those that
   * come. The others keep their order. Erlang's `receive`.
   *
   * The message belongs to this turn: it is handled when the turn is done, and lost with it if it crashes. A call that was taken
   * is answered by its `reply`. It passes no middleware. Where the actor is asked to stop, or is ended, the wait rejects with that. A
   * durable turn is refused, and so is everything but handlers of `actor`.
   *
   * @param wanted names with a schema each (`message<T>()` names a type only), which give the message its type: what does not fit is
   *   left; or names; or a function that says `true`.
   * @throws {ReceiveTimeoutError} as a rejection, if none has come in time.
   * @throws {ReceiveError} as a rejection, if none can be waited for here.
   */
  receive<Wanted extends WantedMessages>(wanted: Wanted, options?: ReceiveOptions): Promise<ReceivedOf<Wanted>>
  receive<const Name extends string>(wanted: Name | readonly Name[], options?: ReceiveOptions): Promise<Received<Name>>
  receive(wanted: (message: Received) => boolean, options?: ReceiveOptions): Promise<Received>
  /** Puts every message that was put aside back before what is queued, in the order in which they came. */
  unstashAll(): void
  /**
   * Claims a name for this actor or another one, kept over restarts. False if the name is used, or if the actor has a name
   * already or does not run.
   */
  register(name: string, id?: ActorId, options?: InNamespace): boolean
  /** Frees a name, whoever has it; false if nobody has. */
  unregister(name: string, options?: InNamespace): boolean
  /** Who has a name; nothing if nobody has. */
  whereis(name: string, options?: InNamespace): NameOwner | undefined
  /**
   * Joins a group: this incarnation, until it leaves or ends. Any number of actors may join under one name, as in OTP's `pg`; what
   * it joins with is told to whoever looks, so that a group also serves as a registry with several actors under one key.
   * Joining again changes the value.
   */
  join(group: string, value?: unknown, options?: KeepOption): void
  /** Leaves a group; false if it was no member. */
  leave(group: string): boolean
  /** The members of a group, in the order in which they joined. */
  membersOf(group: string): readonly GroupMember[]
  /**
   * Casts to every member of a group; gives how many there are. If one of them has no such handler, or the input does not fit,
   * it throws an `InvalidMessageError`, and nothing was sent.
   */
  broadcast(group: string, name: string, input?: unknown): number
  /**
   * From now on this incarnation is told what is published under a topic: by its cast handler of the name that is given, else
   * by a message of topic `published` for `info`.
   */
  subscribe(topic: string, handler?: string, options?: KeepOption): void
  /** False if it had not subscribed. */
  unsubscribe(topic: string): boolean
  /** Tells every subscriber of a topic; gives how many there are. */
  publish(topic: string, value: unknown): number
  /** Ends this incarnation once the turn is done, as `normal` or with a reason. */
  stop(reason?: ExitReason): void
  /**
   * Tells the supervisor whether this actor is well, which a new incarnation is taken to be. Siblings whose `gate` it is are not
   * restarted while it is not. Inside a durable turn told with the commit.
   */
  reportHealth(isHealthy: boolean): void
  /** Takes a checkpoint as soon as this turn is committed. An actor without a store has none to take: nothing happens. */
  checkpoint(): void
}

/** The input of a message of topic `published`: what was published under a topic that it has subscribed to. */
export interface Published {
  readonly topic: string
  readonly value: unknown
  /** Who published it; nothing if it came from outside every actor. */
  readonly from: ActorId | undefined
}

/** How long an actor is in a group, or subscribed. */
export interface KeepOption {
  /**
   * With `true` over restarts: each next incarnation is in again when it is up, until it leaves or the actor is gone for good. As
   * long as an incarnation lives if not given, as in OTP. Not into the next process.
   */
  readonly keep?: boolean
}

/** Who has a name: an actor that runs, or one that is down and will come back under it. */
export interface NameOwner {
  readonly id: ActorId
  readonly status: 'running' | 'restarting'
}

/** Identifies one monitor. */
export interface MonitorRef {
  readonly monitor: number
  readonly target: ActorId
}

/** What a monitor does besides telling. */
export interface MonitorOptions {
  /**
   * Run once when the target has ended, in a turn of its own and without the state of who monitors. It may be waited for; what
   * it throws crashes the actor that set the monitor.
   */
  readonly action?: MonitorAction
}

/** What is run when a monitored actor has ended. */
export type MonitorAction = (down: Down, controller: MonitorController) => unknown

/**
 * Starts a monitored actor that has ended anew, at the same identity: a spawned one alone, a child that stays down by its
 * supervisor. Both reject with `RevivalError` if it does not come to be: because its supervisor starts it again by itself,
 * because somebody was quicker, because nothing is left of it, because the start fails. Hooks get the cause `monitor`.
 */
export interface MonitorController {
  /** By its hook `init`; without one it begins with `initial`. */
  init(): Promise<void>
  /** By its hook `restart`, else by `init`; without hooks it goes on with its last behavior and state. */
  restart(): Promise<void>
}

/** The input of a message of topic `down`. */
export interface Down {
  readonly monitor: number
  /** The name by which it was monitored, if it was. */
  readonly name?: string
  /** Who has ended; the name, where nobody had it. */
  readonly id: ActorId
  readonly reason: ExitReason
}

/** The input of a message of topic `exit`: an exit signal that was trapped. */
export interface TrappedExit {
  readonly from: ActorId
  readonly reason: ExitReason
}

/** The input of a message of topic `health`: what a child says of itself to its supervisor. */
export interface HealthReport {
  readonly id: ActorId
  readonly incarnation: number
  readonly isHealthy: boolean
}

/** The input of a message of topic `exited`: what a supervisor learns of its child. */
export interface ChildExited {
  readonly id: ActorId
  readonly incarnation: number
  readonly reason: ExitReason
  /** The message that it was handling; nothing if there was none. */
  readonly message: MessageInfo | undefined
}
