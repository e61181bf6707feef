import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { RefData } from '../protocol/ref-data.ts'
import type { MonitorAction, MonitorRef, NameOwner, Referable, Spawnable, SpawnOptions } from '../runtime/context.ts'
import type { DeadLetter } from '../runtime/dead-letters.ts'
import type { OverloadInfo } from '../runtime/overload-watch.ts'
import type { GroupMember } from '../runtime/group-member.ts'
import type { LastExit } from '../runtime/last-exit.ts'
import type { LifeEvents } from '../runtime/life-listeners.ts'
import type { InNamespace, NamedActor } from '../runtime/names.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import type { ActorInfo } from '../runtime/system.ts'
import type { DecisionRecord } from '../supervision/shell/decision-log.ts'
import type { DetachedInfo } from './detached.ts'
import type { LinkHandle } from './linked.ts'
import type { Health } from './health.ts'
import type { KeptCuts } from './kept-cuts.ts'

/** A running tree. */
export interface App<Tree> extends AsyncDisposable {
  /** A reference to every declared actor, by its place in the tree. */
  readonly tree: Tree
  /** The store that it runs on. */
  readonly store: StoreInfo | undefined
  /** Resolves with the reason when the root has ended, stopped or by giving up, and the store is closed. */
  readonly ended: Promise<ExitReason>
  /** Cuts of groups that outlive the process. */
  readonly cuts: KeptCuts
  /** Who has a name; nothing if nobody has. */
  whereis(name: string, options?: InNamespace): NameOwner | undefined
  /** The members of a group that actors have joined, in the order in which they joined; see `ctx.join`. */
  membersOf(group: string): readonly GroupMember[]
  /**
   * Casts to every member of a group; gives how many there are.
   *
   * @throws {InvalidMessageError} if one of them has no such handler, or the input does not fit; nothing was sent.
   */
  broadcast(group: string, name: string, input?: unknown): number
  /** Tells every actor that has subscribed to a topic; gives how many there are. See `ctx.subscribe`. */
  publish(topic: string, value: unknown): number
  /**
   * Starts an actor outside the declared tree: it is volatile, and nobody starts it again. What still runs is killed when the
   * root has ended.
   *
   * @throws {SpawnError} if no actor came of it
   */
  spawn<Args, Ref>(definition: Spawnable<Args, Ref>, key: string, args: Args, options?: SpawnOptions): Promise<Ref>
  /**
   * A reference of its data, of a live or a stored reference: as often as it is asked for, and in the next process on the same
   * store too.
   *
   * @throws {ForeignRefError} if it is the reference of another system
   */
  refOf<Ref>(data: RefData | { readonly id: ActorId; toJSON(): RefData }, definition: Referable<Ref>): Ref
  /**
   * Runs `action` once when the incarnation that runs now ends, whatever the reason; at once with `noproc` if none runs. Its
   * controller can start the actor anew, if no supervisor does. What the action throws becomes an unhandled rejection.
   */
  monitor(target: ActorId | { readonly id: ActorId } | NamedActor, action: MonitorAction): MonitorRef
  /** Takes a monitor back; true if its action had not been run yet, and is not run any more. */
  demonitor(monitor: MonitorRef): boolean
  /** The detached actors that the store knows, whether this process has their kinds or not, in the order of their spawns. */
  detached(): Promise<readonly DetachedInfo[]>
  /** What an actor is at this moment; answered at once, whatever goes on. Nothing if there is none with this id. */
  inspect(actor: ActorId | { readonly id: ActorId }): ActorInfo | undefined
  /**
   * What a supervisor decided last about exits and failed starts of its children, oldest first, and what came of it; answered at
   * once, also when it has been restarted or has ended. The root is meant if nothing is given. Empty for who is no supervisor.
   *
   * With a store those of earlier processes are among them, marked by `isEarlier` and their `epoch`. Of what they threw, name,
   * message, stack and causes are kept. A process that dies has written its last ones as far as it came.
   */
  decisions(supervisor?: ActorId | { readonly id: ActorId }): readonly DecisionRecord[]
  /** How much there is to do, answered at once: to refuse work from outside while it is too much. */
  overload(): OverloadInfo
  /**
   * The newest messages that were never applied, oldest first; those that were sent again are gone. With a store those of durable
   * actors in earlier processes are among them, marked by `isEarlier`.
   */
  deadLetters(): readonly DeadLetter[]
  /**
   * Sends a dead letter to its actor again, once: a call resolves with its reply, a cast as it did at first. It is a new message,
   * behind what is queued; an `id` that the caller gave it is not used again. One of a durable actor goes back into its journal in
   * one transaction: also if the process dies meanwhile, it is a dead letter still or was sent again, and never both.
   *
   * @throws {DeadLetterError} as a rejection: it was sent again already or is not kept any more; or it stays one, because its actor
   * does not run here, has no journal any more, or the letter cannot be read.
   * @throws {InvalidMessageError} as a rejection, if it is a message that its actor does not take (any more); it stays a dead letter.
   */
  replay(letter: Pick<DeadLetter, 'number'>): Promise<unknown>
  /**
   * Forgets a dead letter, in the store too; resolves when that is written.
   *
   * @throws {DeadLetterError} as a rejection, if it was sent again already or is not kept any more.
   */
  discard(letter: Pick<DeadLetter, 'number'>): Promise<void>
  /**
   * How an actor ended last, or its last start failed; nothing if neither has happened in this process. Also of actors that are
   * gone, of which the latest 1,000 are remembered.
   */
  lastExit(actor: ActorId | { readonly id: ActorId }): LastExit | undefined
  /**
   * Runs `listener` each time when something becomes of an actor, in a turn of its own:
   *
   * - `up`: an incarnation takes messages; `restored`: with a state that it had before. Both tell where the state comes from, and
   *   why the incarnation before ended.
   * - `down`: it has ended, and why.
   * - `gone`: nobody starts it again unless asked to.
   *
   * What the listener throws becomes an unhandled rejection.
   *
   * @returns what takes the listener away; it is not run any more then.
   * @throws {ConfigurationError} if there is no such event; nothing was changed.
   */
  on<Type extends keyof LifeEvents>(
    actor: ActorId | { readonly id: ActorId },
    type: Type,
    listener: (event: LifeEvents[Type]) => unknown,
  ): () => void
  /**
   * Ends the incarnation that runs now at once, with the reason `killed` and without `term`; OTP's `exit(Pid, kill)`. Its
   * supervisor decides what follows, or, with `restart: false`, keeps it down as after `terminateChild`. What is queued is
   * handled by the next incarnation, or, if there is none, becomes dead letters. Acts before it returns.
   *
   * @returns true if something ran; with `restart: false` when its supervisor has let go of it.
   */
  kill(actor: ActorId | { readonly id: ActorId }, options?: { readonly restart?: boolean }): Promise<boolean>
  /** True while every declared child is up and well; see {@link health}. */
  readonly ready: boolean
  /** How the tree is at this moment: whether it runs, whether every declared child is up and well, and what is wrong. */
  health(): Health
  /**
   * A link to another store, by its name: references to actors there, how it is, and what can be done about it.
   *
   * @throws {ConfigurationError} if `start` was given no link of this name
   */
  linked(link: string): LinkHandle
  /**
   * Forgets a link that `start` was not given, after the event `link missing`: what waits for it, and how far it has come. Resolves
   * with how many messages there were, which are gone. Whoever is at its other end begins anew with it, if it ever comes back.
   *
   * @throws {ConfigurationError} if there is no store, or `start` was given the link
   */
  forgetLink(link: string): Promise<number>
  /** The ids of all actors that run, supervisors too. */
  running(): readonly string[]
  /**
   * Stops everything in reverse order of its start, takes the last checkpoints and closes the store. Calling it again is the same
   * stop. Resolves with the reason with which the root ended.
   */
  stop(): Promise<ExitReason>
}
