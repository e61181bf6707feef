import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { ActorSpec } from './actor-spec.ts'
import type { Attribution, Blamed } from './attribution.ts'
import type { Behavior } from './behavior.ts'
import type { Catalogue } from './catalogue.ts'
import type { Clock } from './clock.ts'
import type { KeptTimer, OpenRequest } from './cuts/kept-work.ts'
import type { CutTimer } from './cuts/cut.ts'
import type { Context, Down, MonitorAction, NameOwner, Port, WhenUpOptions } from './context.ts'
import type { Crowd } from './crowd.ts'
import type { ActorEvent, DeadLetterCause } from './events.ts'
import type { Groups } from './groups.ts'
import type { JournalMail } from './journal-mail.ts'
import type { LastExit } from './last-exit.ts'
import type { Links } from './linked/links.ts'
import type { Mailbox } from './mailbox.ts'
import type { Caller, Message, MessageInfo } from './message.ts'
import type { MiddlewareChain } from './middleware-chain.ts'
import type { InNamespace, Names } from './names.ts'
import type { DurableTimer, Persistence } from './persistence.ts'
import type { Random } from './random.ts'
import type { MessageTaker } from './receiving/received.ts'
import type { Router } from './router.ts'
import type { Scheduler } from './scheduler.ts'
import type { ExitSignal } from './signals.ts'
import type { Supervision } from './supervised-spawn.ts'
import type { Turns } from './turns.ts'

/** What stays of an actor when an incarnation ends and the next begins: its place, its mailbox, its memory. */
export interface Cell {
  readonly id: ActorId
  readonly world: World
  readonly mailbox: Mailbox
  readonly spec: ActorSpec
  /** The incarnation that starts, runs or ends now. */
  life: Life | undefined
  /** The number of the newest incarnation. */
  incarnation: number
  /** How many starts there were in this process. */
  starts: number
  memory: Memory | undefined
  readonly lastExit: ExitReason | undefined
  /** How the last incarnation ended, or the last start failed. */
  lastEnd: LastExit | undefined
  /** No incarnation will come unless it is asked for: callers are not kept waiting. */
  isRetired: boolean
  /** Who started the newest incarnation; nothing for one that was spawned, and for the root. */
  supervisor: ActorId | undefined
  /** Nobody starts it again: its place goes with its incarnation. */
  isFleeting: boolean
  /** It is no longer declared: nothing stands for it. */
  isForgotten: boolean
  /** How it is written for a person. */
  readonly label: string
  /** A cut is being taken: it handles one message at a time, and only those that the cut waits for. */
  readonly isHeld: boolean
  /** What it knows of the mail in its journal. */
  readonly journal: JournalMail
  /** The persistence of an actor that has one. */
  readonly store: Persistence
  /** How many messages have been put aside. */
  readonly stashed: number
  putAside(message: Message): void
  /** Puts what was put aside back before what is queued, in its order. */
  unstash(): void
  receive(message: Message): void
  /** Takes a message from the journal, unless it came by recovery already. */
  receiveJournaled(message: Message): void
  /** Lets a caller wait for a message that is in the journal: in the mailbox, in the running group, or still to be recovered. */
  attach(seq: number, caller: Caller): void
  /** The journal has answered to the offer of a message, see `JournalMail.beginAccept`. */
  endAccept(): void
  /** What becomes of the queue when an incarnation has ended. */
  incarnationEnded(reason: ExitReason): void
  /** Sees to it that the scheduler knows of new work. */
  wake(): void
}

/** What an incarnation that has ended leaves in memory. */
export interface Memory {
  readonly behavior: Behavior
  readonly state: unknown
  readonly frontier: number
}

/** How an incarnation comes to its end: by itself or when asked, by a signal that it does not trap, or at once. */
export type Manner = 'orderly' | 'signal' | 'kill'

/**
 * Where an incarnation stands. `busy` from the moment a message is taken until its turn is done (for a durable actor:
 * committed); `ending` while `term` and the last checkpoint are under way.
 */
export type Status = 'starting' | 'idle' | 'busy' | 'ending' | 'ended'

/** One life of an actor: what begins with a start and ends with an exit. */
export interface Life {
  readonly cell: Cell
  readonly id: ActorId
  readonly number: number
  /** The supervisor's incarnation that started this one. */
  readonly parent: Life | undefined
  status: Status
  behavior: Behavior
  /** The hooks of the behavior, with those of the child spec put over them. */
  readonly hooks: Behavior['hooks']
  /** The last committed state. */
  state: unknown
  /** How far it has come; see `Snapshot.frontier`. */
  frontier: number
  /** Exit signals become messages; can be switched while it lives. */
  trapsExits: boolean
  /** Who started it with a link or a monitor: its exit signals end it in order when it traps exits. */
  starter: ActorId | undefined
  /** Made when it is first asked for. */
  readonly followUps: FollowUps
  /** Nothing as long as no turn has asked for any. */
  readonly madeFollowUps: FollowUps | undefined
  /** What the turn has taken besides its message; nothing as long as none has asked for any. */
  receiver: MessageTaker | undefined
  /** Callers that are to be answered later. */
  readonly deferred: Set<Caller>
  /** True once it has been published: before that nobody knows of it but who starts it. */
  readonly isBorn: boolean
  /** True from its start until its end begins: what it does through its context has an effect. */
  readonly isActive: boolean
  /** Its supervisor stops it and waits until it has ended: no notice is needed. */
  isAwaited: boolean
  /** Set when it was asked to stop and still has a turn to finish. */
  stopReason: ExitReason | undefined
  scope: Blamed['scope']
  readonly context: Context
  readonly turns: Turns
  readonly signal: AbortSignal
  /** An exit signal acts when it arrives, whatever the actor is doing. */
  receiveSignal(signal: ExitSignal, from: ActorId): void
  /** Asks for an orderly end: after the turn that is under way, or, for those who keep order, after what is queued. */
  requestStop(reason: ExitReason): void
  /** After a turn: ends if that was asked for meanwhile. True if the incarnation goes on. */
  goesOn(): boolean
  /** Begins the end. Only a kill can hurry an end that has begun. */
  end(reason: ExitReason, manner: Manner): void
  /** Its supervisor was killed: it ends too, as by an exit signal along a link. */
  orphan(reason: ExitReason): void
  /** The last step of the end: everybody concerned is told, once. */
  finish(reason: ExitReason): void
  /** Runs `tell` when the incarnation has ended; at once if it has. */
  whenEnded(tell: (reason: ExitReason) => void): void
  link(other: Life): void
  unlink(other: Life): void
  /** One half of {@link link} and {@link unlink}. */
  addLink(other: Life): void
  dropLink(other: Life): void
  /** Watches `target`; without one (it does not run) the answer comes at once: by a message, or to `tell` if that is given. */
  monitor(monitor: number, target: Life | undefined, id: ActorId, name?: string, tell?: (down: Down) => void): void
  /** True if it was active. */
  demonitor(monitor: number): boolean
  /** Takes back what a monitor has told, unless it has been handled. */
  takeBackNotice(monitor: number): void
  watchedBy(monitor: number, watcher: (reason: ExitReason) => void): void
  unwatch(monitor: number): void
  adopt(child: Life): void
  /** A supervisor learns of every exit of a child that it does not wait for. */
  childEnded(child: Life, reason: ExitReason, message: MessageInfo | undefined): void
  /** Its supervisor learns whether it is well. */
  reportHealth(isHealthy: boolean): void
  /** `kept` is what is known of one that sends a message: it can be in a cut. */
  setTimer(id: string, delayMs: number, fire: () => void, kept?: KeptTimer): void
  /** The timers that send messages, with what is left of them. */
  timersNow(): readonly CutTimer[]
  /** Requests whose answers come as messages, and have not come; nothing as long as there was none. */
  asked: Map<string, OpenRequest> | undefined
  cancelTimer(id: string): void
}

/** What a turn asks for besides its state: steps that come before the queue, and a message for when nothing comes. */
export interface FollowUps {
  continueWith(message: Message): void
  idle(delayMs: number, message: Message): void
  /** A message is taken: any cancels the idle timeout. False for an idle timeout that was cancelled while it was queued. */
  begin(message: Message): boolean
  /** The turn is done. Gives how many steps stand at the head of the mailbox now. */
  arm(): number
  drop(): void
}

/** What runs the actions of monitors; see `MonitorActions`. */
export interface ActionRunner {
  begin(action: MonitorAction, down: Down, watcher: Life | undefined): void
  /** True if the action was still to be run. */
  cancel(monitor: number): boolean
}

/** What an actor can reach of the system that it lives in. */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly persistence: Persistence | undefined
  /** To other stores; nothing if there is none. */
  readonly links: Links | undefined
  readonly names: Names
  readonly groups: Groups
  /** Who has subscribed to what; the value is the handler, if one was named. */
  readonly topics: Groups
  readonly attribution: Attribution
  readonly catalogue: Catalogue
  /** The mailboxes that have grown long. */
  readonly crowd: Crowd
  readonly router: Router
  /** Runs around sends and handlings; nothing if there is none. */
  readonly middleware: MiddlewareChain | undefined
  /** Freezes every state, so that a handler that changes it in place fails at once. */
  readonly freezesStates: boolean
  /** What crosses the border of an actor is copied; see `ownCopy`. */
  readonly copiesMessages: boolean
  emit(event: ActorEvent): void
  /** Sends on behalf of nobody. */
  readonly outside: Port
  /** What references carry to say whose they are. */
  systemId(): string
  /** Keeps and tells of a message that will not be applied. */
  deadLetter(id: ActorId, message: Message, why: DeadLetterCause): void
  /** Nobody will start this actor again unless asked to: who waits for it is told. `forget` gives up its place as well. */
  retire(id: ActorId, options: { readonly forget: boolean }): void
  /** Numbers that this system gives out once. */
  nextNumber(): number
  /** What an actor shows of itself; see `Behavior.show`. */
  show(id: ActorId): unknown
  /** Who has a name, and whether it runs now or is between two incarnations; nothing if nobody has it. */
  whereis(name: string, options?: InNamespace): NameOwner | undefined
  /** The incarnation that runs under an id. */
  lifeOf(id: ActorId): Life | undefined
  armTimer(life: Life, timer: DurableTimer): void
  /** Those that the store has: what was due before fires in the order in which it was due. */
  armTimers(life: Life, timers: readonly DurableTimer[]): void
  /** Resolves with the number of the incarnation when the actor is up; rejects when it is gone for good. */
  whenUp(id: ActorId, options?: WhenUpOptions): Promise<number>
  /** Runs the actions of monitors. */
  readonly actions: ActionRunner
  /**
   * Starts an actor that no supervisor has declared, and gives its id, at once where nothing has to be waited for; throws or
   * rejects if none comes of it.
   */
  spawn(order: SpawnOrder): ActorId | Promise<ActorId>
}

/** What is spawned, by whom, and how they are tied. */
export interface SpawnOrder {
  readonly spec: ActorSpec
  readonly starter: Life | undefined
  readonly link: boolean
  /** The number of the monitor to set. */
  readonly monitor: number | undefined
  readonly timeoutMs: number
  /** Gives the one that is there already, if there is one. */
  readonly ifExists?: 'error' | 'return' | undefined
  /** When it ends with its starter; never if not given. */
  readonly owned?: { readonly survivesRestart: boolean } | undefined
  /** What is asked of the system's own supervisor; nobody looks after it if not given. */
  readonly supervision?: Supervision | undefined
}
