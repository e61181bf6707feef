import { rootId, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { normal, shutdown, type ExitReason } from '../protocol/exit-reason.ts'
import { actorOf, type RefData } from '../protocol/ref-data.ts'
import type { StateMode } from '../runtime/actor-spec.ts'
import type { Behavior } from '../runtime/behavior.ts'
import type { Clock } from '../runtime/clock.ts'
import { createAttribution, noAttribution, type Attribution } from '../runtime/attribution.ts'
import type { MonitorAction, MonitorRef, NameOwner, Referable, Spawnable, SpawnOptions } from '../runtime/context.ts'
import { createFairScheduler } from '../runtime/fair-scheduler.ts'
import type { DeadLetter } from '../runtime/dead-letters.ts'
import type { OverloadInfo } from '../runtime/overload-watch.ts'
import type { GroupMember } from '../runtime/group-member.ts'
import type { LastExit } from '../runtime/last-exit.ts'
import type { LifeEvent, LifeEvents } from '../runtime/life-listeners.ts'
import type { InNamespace, NamedActor } from '../runtime/names.ts'
import type { Store, StoreInfo } from '../runtime/persistence.ts'
import type { Random } from '../runtime/random.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import { spawnedFromOutside, spawnedId, spawnedSpec } from '../runtime/spawned-spec.ts'
import { supervisedId, supervisionOf, systemSupervisor } from '../runtime/supervised-spawn.ts'
import { createSystemClock } from '../runtime/system-clock.ts'
import { createSystemRandom } from '../runtime/system-random.ts'
import { linkViolations, readLinks, type LinkOptions } from '../distribution/link-options.ts'
import { LinkTable } from '../distribution/link-table.ts'
import { ActorSystem, type ActorInfo } from '../runtime/system.ts'
import { DecisionLogs, type DecisionRecord } from '../supervision/shell/decision-log.ts'
import type { SupervisorInfo } from '../supervision/shell/supervisor-info.ts'
import type { DynamicNode, SupervisorNode, TreeNode } from '../supervision/trees/tree.ts'
import { checkLifeListener } from './check-listener.ts'
import { checkTree } from './check-tree.ts'
import type { DetachedInfo } from './detached.ts'
import { detachedViolations, type DetachedKind } from './detached-option.ts'
import { TreeStartError } from './errors.ts'
import type { CoppiceEvent, EventListener } from './events.ts'
import { overloadViolations, readOverload, type OverloadOption } from './overload-option.ts'
import { linkDesk } from './link-desk.ts'
import { forgetLink, linkHandle, tellMissingLinks, type LinkHandle } from './linked.ts'
import { healthOf, type Health } from './health.ts'
import { keptCuts, type KeptCuts } from './kept-cuts.ts'
import { KeptDecisions } from './kept-decisions.ts'
import { middlewareViolations, readMiddleware, type MiddlewareOption } from './middleware-option.ts'
import { blameStrayFailures } from './stray-failures.ts'
import { checkSystemKey, SystemSupervisor } from './system-supervisor.ts'
import { rootSpec } from './supervision-plan.ts'
import { modeIn } from './tree-plan.ts'

/** Where a tree keeps its state, and what it is driven by. */
export interface StartOptions {
  /** Where state is kept that outlives an incarnation; without it everything is `volatile`. */
  readonly store?: Store
  /** Told of everything that happens, from the first start on. */
  readonly onEvent?: EventListener
  /** Definitions that actors may turn into, so that a stored state finds its behavior again. */
  readonly behaviors?: readonly { readonly behavior: Behavior }[]
  /**
   * The definitions of actors that may be spawned with `detached`, and of those that processes before have left in the store:
   * these run again before the tree starts. One whose kind is missing is told of as the event `not adopted`, and stays as it is.
   */
  readonly detached?: readonly { readonly behavior: { readonly name: string } }[]
  /** The machine's clock if not given. */
  readonly clock?: Clock
  /** Seeded by the machine if not given. */
  readonly random?: Random
  /** A fair one on the event loop if not given. */
  readonly scheduler?: Scheduler
  /**
   * Whether an error that nobody catches, and a rejection that nobody handles, is blamed on the incarnation that caused it: that
   * one crashes with it, and its supervisor decides. `on` if not given. `off` leaves them to Node, and saves up to a microsecond
   * for each message whose handler waits.
   */
  readonly attribution?: 'on' | 'off'
  /**
   * Freezes every state, so that a handler that changes it in place fails at once. On unless `NODE_ENV` is `production`: it costs
   * a walk over what is new in each state.
   */
  readonly freezeStates?: boolean
  /**
   * What a receiver gets of the plain data in a message or a reply: a copy of its own, as it was when
   * it was sent (`copy`, the default), or the very objects (`share`), which is faster and safe as long as nobody changes what was
   * sent. What is frozen is never copied; functions and instances of classes are passed as they are. A `durable` actor always
   * gets what its journal has.
   */
  readonly messages?: 'copy' | 'share'
  /**
   * How a call that an actor makes while it handles a call depends on that one. `bounded`, the default: it waits no longer than
   * the caller of the outer one does, and one that closes a circle of actors that wait for each other is rejected at once.
   * `independent`, as in OTP: each waits for its own timeout.
   */
  readonly nestedCalls?: 'bounded' | 'independent'
  /**
   * How many decisions of each supervisor {@link App.decisions} remembers, and the store, where there is one: an integer >= 1; 20
   * if not given. The store keeps 5,000 of all supervisors at most.
   */
  readonly keepDecisions?: number
  /**
   * Looks from time to time whether there is too much to do: {@link App.overload} and the events `overloaded` and `relieved`
   * tell of it. Nobody looks if not given.
   */
  readonly overload?: OverloadOption
  /**
   * Functions around every send and every handling of a message: they may read and change its input and its headers, reject it,
   * and measure. A list is run from the outside to the inside. What the runtime tells itself, and what goes to supervisors and
   * tasks, passes none.
   */
  readonly middleware?: MiddlewareOption
  /**
   * Links to other stores, by the names that they have here: durable actors send to those of another store by `ctx.linked(name)`, and
   * what comes over a link is accepted by the durable actors of this tree. Needs a store. See guides/links.md.
   */
  readonly links?: Readonly<Record<string, LinkOptions>>
  /** How many dead letters {@link App.deadLetters} remembers, with what was sent: an integer >= 1; 100 if not given. */
  readonly keepDeadLetters?: number
}

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

/**
 * Starts a tree of supervisors and actors.
 *
 * Checks all of it first; then opens the store, which raises its epoch; then starts every child in the order of its declaration,
 * with what the store knows of it: state, messages that were accepted and not applied, timers, members. Resolves when the whole
 * tree is up. If one child cannot be started, those that run are stopped in reverse order and the store is closed, as OTP does.
 *
 * @throws {ConfigurationError} if the tree or an option breaks a rule; nothing was opened or started.
 * @throws {StoreError} if the store cannot be owned or read; nothing was started.
 * @throws {TreeStartError} if a child could not be started; nothing is running.
 * @example
 * ```ts
 * import { actor, child, start, supervisor } from 'coppice'
 *
 * const Greeter = actor('greeter', {
 *   initial: () => ({ greeted: 0 }),
 *   handlers: ({ call }) => ({ hello: call(({ state }) => ({ reply: 'hello', state: { greeted: state.greeted + 1 } })) }),
 * })
 * const app = await start(supervisor({ strategy: 'one_for_one' }, { greeter: child(Greeter) }))
 * console.log(await app.tree.greeter.call.hello()) // => hello
 * await app.stop()
 * ```
 */
export function start<Tree>(tree: SupervisorNode<Tree> | DynamicNode<Tree>, options: StartOptions = {}): Promise<App<Tree>> {
  return startDressed(tree, options, (node) => node)
}

/** As {@link start}; what is added to the tree while it runs is started as `dress` makes it. `seen` is shown its system. */
export async function startDressed<Tree>(
  tree: SupervisorNode<Tree> | DynamicNode<Tree>,
  options: StartOptions,
  dress: (node: TreeNode, id: ActorId) => TreeNode,
  seen: (system: ActorSystem) => void = () => undefined,
): Promise<App<Tree>> {
  const defaultMode: StateMode = options.store === undefined ? 'volatile' : 'checkpointed'
  checkOptions(options)
  if (tree.kind === 'supervisor') checkSystemKey(Object.keys(tree.children))
  // What is none is refused with the other options.
  const kinds = ((options.detached ?? []) as readonly DetachedKind[]).map((kind) => dressedKind(kind, dress))
  const behaviors = checkTree(tree, {
    hasStore: options.store !== undefined,
    behaviors: [...(options.behaviors ?? []), ...kinds].map(({ behavior }) => behavior),
  })
  const clock = options.clock ?? createSystemClock()
  const random = options.random ?? createSystemRandom()
  const scheduler = options.scheduler ?? createFairScheduler({ clock })
  const persistence = await options.store?.open({ clock, scheduler })
  const attribution = options.attribution === 'off' ? noAttribution : createAttribution()
  const surface = (error: unknown): void => void attribution.outside(() => reject(error))
  const sink = { emit: guarded(options.onEvent, { attribution, surface }), isMute: options.onEvent === undefined }
  const links =
    persistence &&
    options.links &&
    new LinkTable({ store: persistence, clock, random, emit: (event) => sink.emit(event) }, readLinks(options.links))
  const system = new ActorSystem({
    clock,
    random,
    scheduler,
    persistence,
    links,
    sink,
    behaviors,
    modeOf: (id) => modeIn(tree, defaultMode, id),
    attribution,
    surface,
    copiesMessages: options.messages !== 'share',
    boundsNestedCalls: options.nestedCalls !== 'independent',
    middleware: readMiddleware(options.middleware),
    overload: options.overload && readOverload(options.overload),
    keepDeadLetters: options.keepDeadLetters ?? 100,
    freezesStates: options.freezeStates ?? process.env['NODE_ENV'] !== 'production',
    startSupervised: (order, supervision): Promise<void> => own.start(order, supervision),
  })
  const keep = options.keepDecisions ?? 20
  seen(system)
  const kept = persistence && new KeptDecisions({ persistence, clock, sink, keep })
  const logs = new DecisionLogs({
    keep,
    wallNow: () => clock.wallNow(),
    epoch: persistence?.info.epoch,
    changed: kept?.note ?? (() => undefined),
  })
  const plan = { system, defaultMode, sink, logs, onError: surface, dress }
  const own: SystemSupervisor = new SystemSupervisor(plan, kinds, (event) => sink.emit(event))
  const forgetStrays = options.attribution === 'off' ? () => undefined : blameStrayFailures({ attribution, sink })
  try {
    if (kept !== undefined) logs.recall(await kept.read())
    await Promise.all([
      system.recallDeadLetters(),
      persistence && tellMissingLinks(persistence, links, (event) => sink.emit(event)),
    ])
    await own.adopt()
    const started = await system.start(rootSpec(tree, plan), { cause: 'first', reason: undefined, parent: undefined })
    if (started.status !== 'started') throw new TreeStartError(started.status === 'failed' ? started.reason : normal)
    const { incarnation } = started
    links?.open(linkDesk(system))
    return new RunningApp({
      links,
      tree: tree.reference(system.outside, rootId),
      system,
      logs,
      kept,
      own,
      incarnation,
      forgetStrays,
    })
  } catch (error) {
    await own.stop()
    forgetStrays()
    system.stopWatching()
    await kept?.close()
    await persistence?.close()
    throw error
  }
}

class RunningApp<Tree> implements App<Tree> {
  readonly tree: Tree
  readonly store: StoreInfo | undefined
  readonly ended: Promise<ExitReason>
  readonly #links: LinkTable | undefined
  readonly cuts: KeptCuts
  readonly #system: ActorSystem
  readonly #logs: DecisionLogs
  readonly #kept: KeptDecisions | undefined
  readonly #incarnation: number
  readonly #forgetStrays: () => void
  readonly #own: SystemSupervisor

  constructor({ links, tree, system, logs, kept, own, incarnation, forgetStrays }: RunningParts<Tree>) {
    this.tree = tree
    this.#links = links
    this.#own = own
    this.#logs = logs
    this.#kept = kept
    this.#forgetStrays = forgetStrays
    this.store = system.persistence?.info
    this.cuts = keptCuts(system.persistence)
    this.#system = system
    this.#incarnation = incarnation
    own.whenEnded((reason) => void system.stop(rootId, { incarnation, reason, limit: Infinity }))
    this.ended = this.#end()
    // Whoever does not ask how it ended is not told by a stray rejection either: stop() rejects with the same error.
    this.ended.catch(() => undefined)
  }

  whereis(name: string, options?: InNamespace): NameOwner | undefined {
    return this.#system.whereis(name, options)
  }

  membersOf(group: string): readonly GroupMember[] {
    return this.#system.groups.members(group)
  }

  broadcast(group: string, name: string, input?: unknown): number {
    return this.#system.broadcast(group, name, input)
  }

  publish(topic: string, value: unknown): number {
    return this.#system.publish(topic, value)
  }

  async spawn<Args, Ref>(definition: Spawnable<Args, Ref>, key: string, args: Args, options: SpawnOptions = {}): Promise<Ref> {
    const supervision = supervisionOf(options)
    const id = supervision === undefined ? spawnedId(spawnedFromOutside, key) : supervisedId(key)
    const spec = spawnedSpec(definition, id, args, options)
    const { ifExists } = options
    const spawned = await this.#system.spawn({
      spec,
      starter: undefined,
      link: false,
      monitor: undefined,
      timeoutMs: Infinity,
      ifExists,
      supervision,
    })
    return definition.reference(this.#system.outside, spawned)
  }

  refOf<Ref>(data: object, definition: Referable<Ref>): Ref {
    return definition.reference(this.#system.outside, actorOf(data, this.#system.systemId()))
  }

  linked(link: string): LinkHandle {
    return linkHandle(link, this.#system.outside, this.#links)
  }

  async forgetLink(link: string): Promise<number> {
    return forgetLink(link, this.#system.persistence, this.#links)
  }

  monitor(target: ActorId | { readonly id: ActorId } | NamedActor, action: MonitorAction): MonitorRef {
    if (action === undefined) throw new ConfigurationError({ path: 'monitor: action', rule: 'must be a function', value: action })
    return this.#system.monitor(typeof target === 'object' && 'id' in target ? target.id : target, action)
  }

  demonitor(monitor: MonitorRef): boolean {
    return this.#system.demonitor(monitor)
  }

  detached(): Promise<readonly DetachedInfo[]> {
    return this.#own.detached()
  }

  inspect(actor: ActorId | { readonly id: ActorId }): ActorInfo | undefined {
    return this.#system.infoOf(idOf(actor))
  }

  decisions(supervisor: ActorId | { readonly id: ActorId } = rootId): readonly DecisionRecord[] {
    return this.#logs.read(idOf(supervisor))
  }

  lastExit(actor: ActorId | { readonly id: ActorId }): LastExit | undefined {
    return this.#system.lastExitOf(idOf(actor))
  }

  on<Type extends keyof LifeEvents>(
    actor: ActorId | { readonly id: ActorId },
    type: Type,
    listener: (event: LifeEvents[Type]) => unknown,
  ): () => void {
    checkLifeListener(type, listener)
    // It is told of events of its type only.
    return this.#system.lives.on(idOf(actor), type, listener as (event: LifeEvent) => unknown)
  }

  kill(actor: ActorId | { readonly id: ActorId }, { restart = true }: { readonly restart?: boolean } = {}): Promise<boolean> {
    return this.#system.kill(idOf(actor), { restart })
  }

  get ready(): boolean {
    return this.health().isReady
  }

  health(): Health {
    // Nobody but supervisors is asked, and this is what they show.
    const show = (id: ActorId): SupervisorInfo | undefined => this.#system.show(id) as SupervisorInfo | undefined
    return healthOf({ show, lastExit: (id) => this.#system.lastExitOf(id) })
  }

  overload(): OverloadInfo {
    return this.#system.overload()
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#system.deadLetters.read()
  }

  replay(letter: Pick<DeadLetter, 'number'>): Promise<unknown> {
    return this.#system.replay(letter)
  }

  discard(letter: Pick<DeadLetter, 'number'>): Promise<void> {
    return this.#system.discard(letter)
  }

  running(): readonly string[] {
    return this.#system.running()
  }

  async stop(): Promise<ExitReason> {
    await this.#system.stop(rootId, { incarnation: this.#incarnation, reason: shutdown, limit: Infinity })
    return this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #end(): Promise<ExitReason> {
    const reason = await this.#system.exitOf(rootId)
    this.#links?.close()
    await this.#own.stop()
    await this.#system.supervisedEnd()
    this.#system.close()
    this.#system.retire(rootId, { forget: false })
    this.#system.endAll()
    await this.#kept?.close()
    await this.#system.persistence?.close()
    this.#forgetStrays()
    return reason
  }
}

function idOf(actor: ActorId | { readonly id: ActorId }): ActorId {
  return typeof actor === 'string' ? actor : actor.id
}

interface RunningParts<Tree> {
  readonly links: LinkTable | undefined
  readonly tree: Tree
  readonly system: ActorSystem
  readonly logs: DecisionLogs
  readonly own: SystemSupervisor
  readonly kept: KeptDecisions | undefined
  readonly incarnation: number
  /** Takes the listeners for stray failures away. */
  readonly forgetStrays: () => void
}

/** The definition as `dress` makes it of the members of a supervisor. */
function dressedKind(kind: DetachedKind, dress: (node: TreeNode, id: ActorId) => TreeNode): DetachedKind {
  const { behavior, childDefaults } = kind
  const node = dress({ kind: 'dynamic', behavior, options: {}, childOptions: {}, reference: () => undefined }, systemSupervisor)
  if (node.kind !== 'dynamic') return kind
  const { hooks } = node.options
  return { behavior: node.behavior, ...(childDefaults && { childDefaults }), ...(hooks && { hooks }) }
}

/** An event that a listener chokes on is its own affair: the error surfaces, but not in the tree. */
function guarded(
  listener: EventListener | undefined,
  { attribution, surface }: { readonly attribution: Attribution; readonly surface: (error: unknown) => void },
): (event: CoppiceEvent) => void {
  if (listener === undefined) return () => undefined
  return (event) => {
    try {
      attribution.outside(() => listener(event))
    } catch (error) {
      surface(error)
    }
  }
}

/** Makes an error known that nobody waits for: as an unhandled rejection, which ends the process unless it is listened for. */
function reject(error: unknown): Promise<never> {
  return Promise.reject(error instanceof Error ? error : new Error('something that is no error was thrown', { cause: error }))
}

const optionNames: readonly string[] = [
  'store',
  'onEvent',
  'behaviors',
  'detached',
  'clock',
  'random',
  'scheduler',
  'freezeStates',
  'attribution',
  'messages',
  'nestedCalls',
  'keepDecisions',
  'keepDeadLetters',
  'overload',
  'middleware',
  'links',
]

function checkOptions(options: object): void {
  const given = options as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given))
    if (!optionNames.includes(name))
      throw new ConfigurationError({
        path: `start: ${name}`,
        rule: 'is not an option',
        value: given[name],
        remedy: `The options are ${optionNames.join(', ')}`,
      })
  const { store, onEvent } = given
  if (store !== undefined && !hasOpen(store))
    throw new ConfigurationError({
      path: 'start: store',
      rule: 'must be a store',
      value: store,
      remedy: 'Write store: sqlite("app.db") or store: memory()',
    })
  const [misplaced] = detachedViolations(given['detached'], { hasStore: store !== undefined })
  if (misplaced !== undefined) throw new ConfigurationError(misplaced)
  const { attribution, messages, nestedCalls } = given
  if (messages !== undefined && messages !== 'copy' && messages !== 'share')
    throw new ConfigurationError({ path: 'start: messages', rule: 'must be "copy" or "share"', value: messages })
  if (nestedCalls !== undefined && nestedCalls !== 'bounded' && nestedCalls !== 'independent')
    throw new ConfigurationError({ path: 'start: nestedCalls', rule: 'must be "bounded" or "independent"', value: nestedCalls })
  if (attribution !== undefined && attribution !== 'on' && attribution !== 'off')
    throw new ConfigurationError({ path: 'start: attribution', rule: 'must be "on" or "off"', value: attribution })
  for (const name of ['keepDecisions', 'keepDeadLetters']) {
    const value = given[name]
    if (value !== undefined && !(Number.isSafeInteger(value) && Number(value) >= 1))
      throw new ConfigurationError({ path: `start: ${name}`, rule: 'must be an integer >= 1', value })
  }
  const links = linkViolations(given['links'], { hasStore: store !== undefined })
  const [violation] = [...overloadViolations(given['overload']), ...middlewareViolations(given['middleware']), ...links]
  if (violation !== undefined) throw new ConfigurationError(violation)
  if (onEvent !== undefined && typeof onEvent !== 'function')
    throw new ConfigurationError({ path: 'start: onEvent', rule: 'must be a function', value: onEvent })
}

function hasOpen(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'open' in value && typeof value.open === 'function'
}
