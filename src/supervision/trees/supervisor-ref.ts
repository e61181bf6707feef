import { childId, displayId, type ActorId } from '../../protocol/actor-id.ts'
import { durationMs, type Duration } from '../../protocol/duration.ts'
import { ConfigurationError, InternalError } from '../../protocol/errors.ts'
import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { CallOptions, StopOptions } from '../../runtime/context.ts'
import type { Cut } from '../../runtime/cuts/cut.ts'
import { askPrefix, type Question } from '../shell/asking.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { ChildCounts, ChildInfo, SupervisorReply } from '../machine/commands.ts'
import { errorOf } from '../errors.ts'
import type { Strategy } from '../specs/strategy.ts'
import type { SupervisorInfo } from '../shell/supervisor-info.ts'
import { placeOfSupervisor, type OfSupervisor, type SupervisorPlace } from './supervisor-place.ts'
import type { TreeNode } from './tree.ts'

/** Names a member by its address; with an incarnation, only that one. Every reference of an actor is such an address. */
export interface MemberAddress {
  readonly id: ActorId
  readonly incarnation?: number
}

/**
 * A supervisor, to be asked and changed while it runs. The names and the meaning of the calls are those of OTP's `supervisor`.
 *
 * Calls are sent the moment they are made, and queue behind what the supervisor is doing. They reject with a `CallError`
 * (`noproc`, `timeout` after 5 s if nothing else is said, `crashed` if the supervisor ends before it has answered) or with a
 * `SupervisorError` that says what was refused, and then nothing has changed. None of them counts against the intensity.
 *
 * @see https://www.erlang.org/doc/apps/stdlib/supervisor.html
 */
export interface SupervisorRef {
  readonly id: ActorId
  /**
   * Adds a child behind the others and starts it; resolves with its reference when it is up. One that ignores its start is kept
   * without running. The child is gone when the supervisor itself is restarted. OTP's `start_child/2`.
   *
   * @throws {ConfigurationError} if the key or the node breaks a rule; nothing was started.
   * @throws {AlreadyStartedError} if a child with this key runs, {@link AlreadyPresentError} if one is there that does not.
   * @throws {ChildStartFailedError} if it could not be started; it is not tried again, and not kept.
   * @throws {DynamicSupervisorError} if the supervisor is dynamic: its members are started by `start(key, args)`.
   */
  startChild<Ref>(key: string, node: TreeNode<Ref>, options?: CallOptions): Promise<Ref>
  /**
   * Stops a child; resolves when it is gone. Its spec is kept, unless it is `temporary`: {@link restartChild} starts it again, a
   * restart of its group as well. One that waits for a restart is not restarted. OTP's `terminate_child/2`.
   *
   * A member of a dynamic supervisor is named by its reference (as by a process id in OTP), and is removed; it is fine if it is
   * gone already.
   *
   * @throws {UnknownChildError} if there is no such child; nothing was stopped.
   * @throws {DynamicSupervisorError} if the supervisor is dynamic, and a key was given: its members are stopped by `stop(key)`.
   */
  terminateChild(child: string | MemberAddress, options?: CallOptions): Promise<void>
  /**
   * Starts a child that is down; resolves with the number of its incarnation, or with nothing if it ignores the start. If it
   * fails, it stays down and is not tried again. OTP's `restart_child/2`.
   *
   * @throws {UnknownChildError}, {@link ChildRunningError} or {@link ChildRestartingError}: nothing was started.
   * @throws {ChildStartFailedError} if it could not be started.
   * @throws {DynamicSupervisorError} if the supervisor is dynamic.
   */
  restartChild(key: string, options?: CallOptions): Promise<number | undefined>
  /**
   * Forgets a child that is down. A declared one is back when the supervisor itself is restarted. OTP's `delete_child/2`.
   *
   * @throws {UnknownChildError}, {@link ChildRunningError} or {@link ChildRestartingError}: nothing was forgotten.
   * @throws {DynamicSupervisorError} if the supervisor is dynamic.
   */
  deleteChild(key: string, options?: CallOptions): Promise<void>
  /**
   * How a child is supervised. A dynamic supervisor has one spec for all members, under the name of their kind.
   *
   * @throws {UnknownChildError} if there is no such child.
   */
  getChildSpec(key: string, options?: CallOptions): Promise<ChildSpec>
  /** All children, the last one first, as in OTP. */
  whichChildren(options?: CallOptions): Promise<readonly ChildInfo[]>
  countChildren(options?: CallOptions): Promise<ChildCounts>
  /**
   * Goes by another strategy from the next exit on. A restart of the supervisor itself brings the declared one back. OTP has this
   * only as a code change.
   *
   * @throws {ConfigurationError} if there is no such strategy; nothing was changed.
   * @throws {DynamicSupervisorError} if the supervisor is dynamic: its members are restarted alone.
   */
  setStrategy(strategy: Strategy, options?: CallOptions): Promise<void>
  /**
   * Takes the states of all actors below it at one moment, with the mail between them: each message has either been handled or is
   * in the mail. Nobody begins a turn until all are between two turns, but to answer a call that one of them waits for; then all
   * go on. Timers that send messages, requests that are not answered yet and the members of dynamic supervisors are in it.
   * Supervisors, what begins anew each time (services, tasks) and what was spawned are not.
   *
   * It is what the group goes back to if the supervisor has `groupRestore: 'cut'`.
   *
   * @throws {CutError} if some are not done within the time, or are down. Everybody goes on.
   */
  cut(options?: CutOptions): Promise<Cut>
  /**
   * Takes all children down and starts them again, with the states and the mail of a cut: what they have sent each other since is
   * dropped, what others have sent stays. What is kept in a store is written in one transaction before anybody starts. Hooks run
   * as at every start, and it does not count against the intensity.
   *
   * @throws {CutError} if it is a cut of another group, or cannot be read: nothing was done; `missing` if some did not come back;
   *   `store` if that has failed: all were restarted with what they had.
   * @throws {ChildStartFailedError} if a child could not be started; it is tried again.
   */
  restore(cut: Cut, options?: CallOptions): Promise<void>
  /**
   * Stops it in order: the children, the last one first, then itself, with exactly this reason (`normal` if none is given).
   * Resolves when it has ended. Its own supervisor decides what follows. OTP's `gen_server:stop`.
   */
  stop(reason?: ExitReason, options?: StopOptions): Promise<void>
  /** What it is at this moment; answered at once, whatever it is doing. Nothing if it does not run, or is still starting. */
  inspect(): SupervisorInfo | undefined
}

/**
 * The supervisor that a part of the tree belongs to: `app.tree` is the root's, a directory in it or the members of a dynamic
 * supervisor are their own.
 *
 * @throws {ConfigurationError} if it is anything else.
 * @example
 * ```ts
 * import { actor, child, start, supervisor, supervisorOf } from 'coppice'
 *
 * const Poller = actor('poller', { initial: () => ({}), handlers: ({ call }) => ({ isThere: call(() => ({ reply: true })) }) })
 * const app = await start(supervisor({}, { mail: child(Poller) }))
 * const root = supervisorOf(app.tree)
 * const news = await root.startChild('news', child(Poller))
 * console.log(await news.call.isThere()) // => true
 * await root.terminateChild('mail')
 * console.log(await root.countChildren()) // => { specs: 2, active: 1, supervisors: 0, workers: 2 }
 * await app.stop()
 * ```
 */
export function supervisorOf(reference: OfSupervisor): SupervisorRef {
  const place = (reference as Partial<OfSupervisor> | null | undefined)?.[placeOfSupervisor]
  if (place === undefined)
    throw new ConfigurationError({
      path: 'supervisorOf: reference',
      rule: 'must belong to a supervisor',
      value: reference,
      remedy: 'Write supervisorOf(app.tree), or name a supervisor in it: supervisorOf(app.tree.shop)',
    })
  return makeSupervisorRef(place)
}

/** How a cut is taken. */
export interface CutOptions extends CallOptions {
  /** How long those who are in a turn may take to finish it; 1 s if not given. */
  readonly within?: Duration
  /**
   * Has them handle first what waits for them, and what they send each other by that: the cut has no mail, but for what they have
   * put aside.
   */
  readonly drain?: boolean
}

const defaultAnswerMs = 5_000

type Status = SupervisorReply['status']
type Answer<Wanted extends Status> = Extract<SupervisorReply, { readonly status: Wanted }>

function makeSupervisorRef({ id, port }: SupervisorPlace): SupervisorRef {
  const ask = async <Wanted extends Status>(
    question: Question,
    options: CallOptions | undefined,
    ...wanted: readonly Wanted[]
  ): Promise<Answer<Wanted>> => {
    const reply = (await port.call(id, askPrefix + question.type, question, options)) as SupervisorReply
    if (reply.status === 'error') throw errorOf(id, reply.error)
    if (!isOneOf(reply, wanted)) throw new InternalError(`${displayId(id)} gave another answer than was asked for`, reply)
    return reply
  }
  return {
    id,
    startChild: async (key, node, options) => {
      await ask({ type: 'startChild', id: key, node }, options, 'started', 'ignored')
      return node.reference(port, childId(id, key))
    },
    terminateChild: async (child, options) => {
      if (typeof child === 'string') await ask({ type: 'terminateChild', id: child }, options, 'ok')
      else await ask({ type: 'terminateMember', member: child.id, incarnation: child.incarnation }, options, 'ok')
    },
    restartChild: async (key, options) => {
      const reply = await ask({ type: 'restartChild', id: key }, options, 'started', 'ignored')
      return reply.status === 'started' ? reply.incarnation : undefined
    },
    deleteChild: async (key, options) => void (await ask({ type: 'deleteChild', id: key }, options, 'ok')),
    getChildSpec: async (key, options) => (await ask({ type: 'getChildSpec', id: key }, options, 'spec')).spec,
    whichChildren: async (options) => (await ask({ type: 'whichChildren' }, options, 'children')).children,
    countChildren: async (options) => (await ask({ type: 'countChildren' }, options, 'counts')).counts,
    setStrategy: async (strategy, options) => void (await ask({ type: 'setStrategy', strategy }, options, 'ok')),
    cut: async ({ within = '1s', drain = false, ...options } = {}) => {
      const withinMs = durationMs(within, 'cut: within')
      return (await ask({ type: 'cut', withinMs, drains: drain }, { timeout: withinMs + defaultAnswerMs, ...options }, 'cut')).cut
    },
    restore: async (cut, options) => void (await ask({ type: 'restoreCut', cut }, options, 'ok')),
    stop: (reason, options) => port.stopActor(id, reason, options),
    // Only a supervisor has this name for what it shows, and `id` is one.
    inspect: () => port.show?.(id) as SupervisorInfo | undefined,
  }
}

function isOneOf<Wanted extends Status>(reply: SupervisorReply, wanted: readonly Wanted[]): reply is Answer<Wanted> {
  return (wanted as readonly Status[]).includes(reply.status)
}
