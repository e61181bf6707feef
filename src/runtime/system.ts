import type { ActorId } from '../protocol/actor-id.ts'
import { killed, noproc, shutdown, type ExitReason } from '../protocol/exit-reason.ts'
import type { ActorCell } from './actor-cell.ts'
import type { ActorSpec, StateMode } from './actor-spec.ts'
import type { Life, Memory, SpawnOrder, World } from './anatomy.ts'
import type { Attribution } from './attribution.ts'
import type { Behavior } from './behavior.ts'
import { Catalogue } from './catalogue.ts'
import type { Clock, ClockTimer } from './clock.ts'
import type { MonitorAction, MonitorRef, NameOwner, Port, WhenUpOptions } from './context.ts'
import { Crowd } from './crowd.ts'
import { Cuts } from './cuts/cuts.ts'
import { DeadLetters } from './dead-letters.ts'
import { Deadlines } from './deadlines.ts'
import type { ActorEvent, DeadLetterCause, EventSink } from './events.ts'
import { Groups } from './groups.ts'
import type { LastExit } from './last-exit.ts'
import { LifeListeners } from './life-listeners.ts'
import { broadcast, publish, type Announcer } from './announcing.ts'
import { kill } from './end-for-good.ts'
import type { Links } from './linked/links.ts'
import { LocalRouter } from './local-router.ts'
import { messageOf, type Message } from './message.ts'
import { MonitorActions } from './monitor-actions.ts'
import type { Middleware } from './middleware.ts'
import { MiddlewareChain } from './middleware-chain.ts'
import { checkAction } from './monitor-options.ts'
import { OverloadWatch, type OverloadEvent, type OverloadInfo, type OverloadLimits } from './overload-watch.ts'
import { nameKey, Names, type InNamespace, type NamedActor } from './names.ts'
import { Owners } from './owners.ts'
import { Places } from './places.ts'
import type { DurableTimer, Persistence } from './persistence.ts'
import type { Random } from './random.ts'
import { resend } from './resending.ts'
import { bequeath, Revivals, type Remains } from './revival.ts'
import type { Scheduler } from './scheduler.ts'
import { sleep } from './sleep.ts'
import { Spawning } from './spawning.ts'
import type { Supervision } from './supervised-spawn.ts'
import { startActor, whenGone, type Started, type StartOrigin } from './starting.ts'
import { goneError, waitForUp } from './up-waiter.ts'

/** What a system is made of; nothing in it is shared with another system. */
export interface SystemParts {
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly persistence: Persistence | undefined
  readonly links: Links | undefined
  readonly sink: EventSink<ActorEvent | OverloadEvent>
  /** Behaviors that a checkpoint may name besides those that the specs start with. */
  readonly behaviors: readonly Behavior[]
  /** How an actor keeps its state that has not been started yet; nothing if there is none of that id. */
  readonly modeOf: (id: ActorId) => StateMode | undefined
  /** From when on there is too much to do; nothing if nobody watches. */
  readonly overload: OverloadLimits | undefined
  /** How many dead letters are kept. */
  readonly keepDeadLetters: number
  /** Freezes every state, so that a handler that changes it in place fails at once. */
  readonly freezesStates: boolean
  /** What crosses the border of an actor is copied; see `ownCopy`. */
  readonly copiesMessages: boolean
  /** A call made while a call is handled does not outlast it, and closes no circle. */
  readonly boundsNestedCalls: boolean
  /** Around sends and handlings, the outermost first; nothing if there is none. */
  readonly middleware: readonly Middleware[] | undefined
  /** Knows on behalf of whom code runs. */
  readonly attribution: Attribution
  /** Makes an error known that nobody waits for. */
  readonly surface: (error: unknown) => void
  /** Has the system's own supervisor start an actor; rejects if none comes of it. */
  readonly startSupervised: (order: SpawnOrder, supervision: Supervision) => Promise<void>
}

/** What an actor is at one moment. */
export interface ActorInfo {
  readonly id: ActorId
  /** `restarting` also before the first start has ended; `stopped`: nobody will start it unless asked to. */
  readonly status: 'running' | 'restarting' | 'stopped'
  /** The number of the newest incarnation; 0 before the first. */
  readonly incarnation: number
  /** Messages that wait. */
  readonly queued: number
  /**
   * For how long the first of them has waited at least, in milliseconds, as exactly as the option `overload` of `start` looks;
   * nothing where few wait (up to 16), or nobody looks.
   */
  readonly headAgeMs: number | undefined
  /** Messages that it has put aside. */
  readonly stashed: number
  /** The behavior that it has now. */
  readonly behavior: string
  readonly state: StateMode
  /** How its last incarnation ended, or its last start failed, in this process; nothing if neither has happened. */
  readonly lastExit: LastExit | undefined
}

/** All actors of one node, and the ways between them. It owns every mutable thing there is. */
export class ActorSystem implements World {
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly persistence: Persistence | undefined
  readonly links: Links | undefined
  readonly freezesStates: boolean
  readonly copiesMessages: boolean
  readonly middleware: MiddlewareChain | undefined
  readonly names = new Names()
  readonly groups = new Groups()
  readonly topics = new Groups()
  readonly attribution: Attribution
  readonly catalogue: Catalogue
  readonly router: LocalRouter
  /** Sends on behalf of nobody. */
  readonly outside: Port
  readonly actions: MonitorActions
  readonly deadLetters: DeadLetters
  readonly crowd = new Crowd()
  /** Groups at one moment. */
  readonly cuts: Cuts
  /** Those who want to know what becomes of single actors. */
  readonly lives: LifeListeners
  readonly #announcer: Announcer
  readonly #places: Places
  readonly #spawning: Spawning
  readonly #revivals: Revivals
  /** Whom the monitors from outside watch. */
  readonly #watched = new Map<number, Life>()
  readonly #cells = new Map<ActorId, ActorCell>()
  readonly #sink: EventSink
  readonly #deadlines: Deadlines
  readonly #watch: OverloadWatch | undefined
  #counter = 0
  #systemId: string | undefined
  #isClosed = false

  constructor(parts: SystemParts) {
    const {
      clock,
      random,
      scheduler,
      persistence,
      sink,
      behaviors,
      modeOf,
      freezesStates,
      copiesMessages,
      attribution,
      surface,
    } = parts
    const { boundsNestedCalls } = parts
    const { overload, keepDeadLetters, startSupervised } = parts
    this.clock = clock
    this.random = random
    this.scheduler = scheduler
    this.persistence = persistence
    this.links = parts.links
    this.freezesStates = freezesStates
    this.copiesMessages = copiesMessages
    this.attribution = attribution
    this.middleware = parts.middleware && new MiddlewareChain(parts.middleware, clock)
    this.#sink = sink
    this.#deadlines = new Deadlines(clock)
    this.catalogue = new Catalogue(behaviors)
    this.#watch = overload && new OverloadWatch({ clock, crowd: this.crowd, limits: overload, emit: (event) => sink.emit(event) })
    this.deadLetters = new DeadLetters({ keep: keepDeadLetters, clock, sink })
    const deadLetter = (id: ActorId, message: Message, why: DeadLetterCause): void => this.deadLetters.add(id, message, why)
    this.router = new LocalRouter({
      cells: this.#cells,
      clock,
      deadlines: this.#deadlines,
      sink,
      deadLetter,
      modeOf,
      copies: copiesMessages,
      boundsNestedCalls,
      middleware: this.middleware,
      persistence,
      links: parts.links,
    })
    this.cuts = new Cuts(this, this.#cells)
    this.#revivals = new Revivals({
      router: this.router,
      cellOf: (id) => this.#cells.get(id),
      startAlone: (remains, origin) => this.#startAlone(remains, origin),
    })
    const emit = (event: ActorEvent): void => this.emit(event)
    this.actions = new MonitorActions({ revivals: this.#revivals, scheduler, attribution, emit, surface })
    this.outside = {
      call: (to, name, input, options) => this.router.call(to, { name, input, sender: undefined }, options),
      cast: (to, name, input, options) => this.router.cast(to, { name, input, sender: undefined }, options),
      stream: (to, name, input, options) => this.router.stream(to, { name, input, sender: undefined }, options),
      stopActor: (to, reason, options) => this.router.stop(to, reason, options),
      checkpointActor: (to, options) => this.router.checkpoint(to, options),
      isJournaled: (to) => this.router.isJournaled(to),
      sleep: (time, signal) => sleep(clock, time, signal),
      show: (id) => this.show(id),
      systemId: () => this.systemId(),
      nextNumber: () => this.nextNumber(),
      whenUp: (id, options) => this.whenUp(id, options),
    }
    this.#announcer = {
      router: this.router,
      sender: undefined,
      cast: (to, name, input) => this.outside.cast(to, name, input),
      tell: (to, message) => this.router.deliver(to, message),
      emit,
    }
    this.lives = new LifeListeners({
      scheduler,
      attribution,
      surface,
      lastReason: (id) => this.lastExitOf(id)?.reason,
      isGone: (id) => this.#isGone(id),
    })
    const { names, lives, router } = this
    const cells = this.#cells
    const owners = new Owners((life) => void this.stop(life.id, { incarnation: life.number, limit: life.cell.spec.termLimitMs }))
    this.#places = new Places({ cells, world: this, router, lives, names, groups: [this.groups, this.topics], owners })
    const isClosed = (): boolean => this.#isClosed
    this.#spawning = new Spawning({ clock, cells, places: this.#places, names, owners, isClosed, startSupervised })
  }

  /** Starts an actor, or its next incarnation. Never throws; the answer comes at once where nothing has to be waited for. */
  start(spec: ActorSpec, origin: StartOrigin): Started | Promise<Started> {
    const before = this.#cells.get(spec.id)?.life
    if (before !== undefined) return this.#startAfter(before, spec, origin)
    const cell = this.#cells.get(spec.id) ?? this.#places.add(spec)
    if (cell.spec !== spec) cell.adopt(spec)
    cell.isForgotten = false
    this.cuts.place(cell)
    return startActor(cell, this.#revivals.origin(cell, origin))
  }

  /**
   * Ends one incarnation: asked first, and killed if it is still there after `limitMs`; `'kill'` does not ask. Settles when it
   * has ended; at once if it is not running any more.
   */
  stop(
    id: ActorId,
    { incarnation, reason = shutdown, limit }: { incarnation: number; reason?: ExitReason; limit: number | 'kill' },
  ): void | Promise<void> {
    const life = this.#cells.get(id)?.life
    if (life?.number !== incarnation || life.status === 'ended') return undefined
    life.isAwaited = true
    if (limit === 'kill') {
      life.end(killed, 'kill')
      return undefined
    }
    const arm = (): ClockTimer | undefined =>
      limit === Infinity ? undefined : this.clock.setTimer(limit, () => life.end(killed, 'kill'))
    // `term` has the same limit: at the same moment, the kill comes first.
    const early = life.hooks.term === undefined ? undefined : arm()
    life.requestStop(reason)
    if (hasEnded(life)) {
      early?.cancel()
      return undefined
    }
    return new Promise((resolve) => {
      const timer = early ?? arm()
      life.whenEnded(() => {
        timer?.cancel()
        resolve()
      })
    })
  }

  /**
   * Nobody will start this actor again unless asked to, nor those below it: who waits for them is told. `forget` gives up the
   * place of the actor as well.
   */
  retire(id: ActorId, options: { readonly forget: boolean }): void {
    this.#places.retire(id, options)
  }

  /** The message that an actor was handling when its last incarnation ended is a dead letter as soon as it is taken again. */
  setAside(id: ActorId): void {
    const cell = this.#cells.get(id)
    if (cell?.spec.mode === 'durable') cell.journal.setAside = cell.journal.handledAtEnd
  }

  /** Gives up the place of everybody below `id`, but for `except` and below; of one that is about to end, when it has. */
  forgetBelow(id: ActorId, except: ReadonlySet<ActorId> = new Set()): void {
    this.#places.forgetBelow(id, except)
  }

  whereis(name: string, options?: InNamespace): NameOwner | undefined {
    const id = this.names.ownerOf(nameKey(name, options))
    return id === undefined ? undefined : { id, status: this.lifeOf(id) === undefined ? 'restarting' : 'running' }
  }

  /** Why the incarnation that runs under an id has ended, when it has; it may have already. */
  exitOf(id: ActorId): Promise<ExitReason> {
    const cell = this.#cells.get(id)
    return new Promise((resolve) => {
      if (cell?.life === undefined) resolve(cell?.lastExit ?? noproc)
      else cell.life.whenEnded(resolve)
    })
  }

  /** How an actor ended last; also one that is gone, as long as it is remembered. */
  lastExitOf(id: ActorId): LastExit | undefined {
    return this.#places.lastExitOf(id)
  }

  /** What an incarnation has left in memory; nothing if another one has come since. */
  memoryOf(id: ActorId, incarnation: number): Memory | undefined {
    const cell = this.#cells.get(id)
    return cell?.incarnation === incarnation && cell.life === undefined ? cell.memory : undefined
  }

  /** Ends the incarnation that runs now; with `restart: false` for good. True if one ran. */
  kill(id: ActorId, options: { readonly restart: boolean }): Promise<boolean> {
    const cell = this.#cells.get(id)
    return kill({ id, life: cell?.life, supervisor: cell?.supervisor }, options, this.router)
  }

  whenUp(id: ActorId, options?: WhenUpOptions): Promise<number> {
    const life = this.lifeOf(id)
    if (life?.isActive === true) return Promise.resolve(life.number)
    if (this.#isGone(id)) return Promise.reject(goneError(id, this.lastExitOf(id)?.reason))
    return waitForUp(id, { clock: this.clock, wait: (waiting) => this.lives.wait(id, waiting), options })
  }

  /** The incarnation that runs under an id. */
  lifeOf(id: ActorId): Life | undefined {
    const life = this.#cells.get(id)?.life
    return life?.isBorn === true ? life : undefined
  }

  /** The incarnation of a supervisor, which may be starting still. */
  incarnationOf(id: ActorId, number: number): Life | undefined {
    const life = this.#cells.get(id)?.life
    return life?.number === number ? life : undefined
  }

  show(id: ActorId): unknown {
    const life = this.lifeOf(id)
    return life?.behavior.show?.(life.state)
  }

  /** The ids of all actors that run, in the order in which they were first started. */
  running(): ActorId[] {
    return [...this.#cells.values()].filter((cell) => cell.life?.isBorn === true).map((cell) => cell.id)
  }

  /** What an actor is at this moment; nothing if there is none with this id. */
  infoOf(id: ActorId): ActorInfo | undefined {
    const cell = this.#cells.get(id)
    if (cell === undefined) return undefined
    const { incarnation, mailbox, life, isRetired, spec, lastEnd: lastExit } = cell
    const status = life?.isBorn === true ? 'running' : isRetired ? 'stopped' : 'restarting'
    const behavior = (life?.behavior ?? spec.behavior).name
    const waiting = { queued: mailbox.size, headAgeMs: this.crowd.ageOf(mailbox), stashed: cell.stashed }
    return { id, status, incarnation, ...waiting, behavior, state: spec.mode, lastExit }
  }

  /** How much there is to do, as far as that is known at this moment. */
  overload(): OverloadInfo {
    const { isOverloaded = false, loopDelayMs } = this.#watch ?? {}
    return { isOverloaded, loopDelayMs, fullest: this.crowd.fullest() }
  }

  stopWatching(): void {
    this.#watch?.close()
  }

  armTimers(life: Life, timers: readonly DurableTimer[]): void {
    const wallMs = this.clock.wallNow()
    const overdue = timers.filter(({ dueAtMs }) => dueAtMs <= wallMs)
    for (const timer of timers) this.armTimer(life, timer, timer.dueAtMs <= wallMs ? overdue : undefined)
  }

  armTimer(life: Life, timer: DurableTimer, line: DurableTimer[] = [timer]): void {
    const { cell } = life
    const fire = async (id: string): Promise<void> => {
      // Until it is known what came of it, it is neither a timer nor a message that waits.
      cell.journal.beginAccept()
      try {
        const fired = await cell.store.fire(cell.id, id)
        if (fired !== undefined) this.router.deliverJournaled(cell.id, messageOf(fired))
      } finally {
        cell.endAccept()
      }
    }
    const { id, envelope, dueAtMs } = timer
    const due = (): void => {
      // A clock may have any order for what is due at once.
      for (let next = line.shift(); next !== undefined; next = next === timer ? undefined : line.shift()) {
        life.cancelTimer(next.id)
        // A timer that the store could not turn into a message is still in it, and is armed again by the next start.
        fire(next.id).catch((error: unknown) => life.end({ type: 'error', error }, 'orderly'))
      }
    }
    life.setTimer(id, Math.max(0, dueAtMs - this.clock.wallNow()), due, { envelope })
  }

  /** Casts to every member of a group, from outside. */
  broadcast(group: string, name: string, input: unknown): number {
    return broadcast(this.groups, { group, name, input }, this.#announcer)
  }

  /** Tells every subscriber of a topic, from outside. */
  publish(topic: string, value: unknown): number {
    return publish(this.topics, { topic, value }, this.#announcer)
  }

  spawn(order: SpawnOrder): ActorId | Promise<ActorId> {
    return this.#spawning.spawn(order)
  }

  /** Resolves when nobody runs that was started by a supervisor: after a kill they end one by one, each in its own time. */
  async supervisedEnd(): Promise<void> {
    for (const { life } of [...this.#cells.values()]) if (life?.parent !== undefined) await whenGone(life)
  }

  /** Runs `action` once when the incarnation that runs now ends; with `noproc` if none runs. */
  monitor(target: ActorId | NamedActor, action: MonitorAction): MonitorRef {
    checkAction(action)
    const monitor = this.nextNumber()
    const id = typeof target === 'string' ? target : (this.names.ownerOf(nameKey(target.name, target)) ?? target.name)
    const tell = (reason: ExitReason): void => {
      this.#watched.delete(monitor)
      this.actions.begin(action, { monitor, id, reason, ...(typeof target === 'string' ? {} : { name: target.name }) }, undefined)
    }
    const life = this.lifeOf(id)
    if (life === undefined) tell(noproc)
    else {
      this.#watched.set(monitor, life)
      life.watchedBy(monitor, tell)
    }
    return { monitor, target: id }
  }

  /** True if the monitor was active: its action is not run. */
  demonitor({ monitor }: MonitorRef): boolean {
    this.#watched.get(monitor)?.unwatch(monitor)
    return this.#watched.delete(monitor) || this.actions.cancel(monitor)
  }

  /** What no supervisor has stopped ends with the node. */
  endAll(): void {
    for (const { life } of [...this.#cells.values()]) life?.end(killed, 'kill')
  }

  /** The last actor has ended: nobody waits for anything any more. */
  close(): void {
    this.#isClosed = true
    this.router.close()
    this.#deadlines.close()
    this.lives.close()
    this.stopWatching()
  }

  deadLetter(id: ActorId, message: Message, why: DeadLetterCause): void {
    this.deadLetters.add(id, message, why)
    if (why === 'crashed') this.cuts.noteLost(message)
  }

  /** Those that the store has from processes before. */
  async recallDeadLetters(): Promise<void> {
    if (this.persistence !== undefined) this.deadLetters.recall(await this.persistence.deadLetters(this.deadLetters.most))
  }

  /** Sends a dead letter to its actor again, as it was sent first: resolves as that would have. */
  async replay(letter: { readonly number: number }): Promise<unknown> {
    const taken = this.deadLetters.take(letter.number)
    const { id, message, input } = taken
    // Below 0 is what came over a link: it was in no journal, and is in the store.
    if (message.seq !== 0) {
      const [cell, router, deadlines] = [this.#cells.get(id), this.router, this.#deadlines]
      const receiver = cell?.isRetired === true ? undefined : cell
      return resend(taken, { cell: receiver, router, deadlines, putBack: () => this.deadLetters.putBack(taken) })
    }
    const request = { name: message.name, input, sender: message.sender }
    return message.kind === 'call' ? this.router.call(id, request) : this.router.cast(id, request)
  }

  /** Forgets a dead letter, in the store too. */
  async discard(letter: { readonly number: number }): Promise<void> {
    const taken = this.deadLetters.take(letter.number)
    if (taken.message.seq === 0) return
    try {
      await this.persistence?.dropDeadLetter(taken.id, taken.message.seq)
    } catch (error) {
      this.deadLetters.putBack(taken)
      throw error
    }
  }

  /** Numbers that this system gives out once. */
  nextNumber(): number {
    this.#counter += 1
    return this.#counter
  }

  /** That of the store, which the next process has too; else one that is made when it is first asked for. */
  systemId(): string {
    return (this.#systemId ??= this.persistence?.info.storeId ?? `run-${String(this.random.next()).slice(2)}`)
  }

  emit(event: ActorEvent): void {
    if (event.type === 'started') this.#isBack(event.id)
    this.#sink.emit(event)
    this.lives.hear(event)
  }

  /** There is never more than one incarnation; and by the time the one before has ended, everything may be different. */
  async #startAfter(before: Life, spec: ActorSpec, origin: StartOrigin): Promise<Started> {
    await whenGone(before)
    if (origin.parent?.isActive === false) return { status: 'failed', reason: killed }
    return this.start(spec, origin)
  }

  async #startAlone(remains: Remains, origin: StartOrigin): Promise<Started> {
    if (this.#isClosed) return { status: 'failed', reason: killed }
    const cell = this.#places.add(remains.spec)
    bequeath(remains, cell)
    cell.isFleeting = true
    return startActor(cell, origin)
  }

  #isBack(id: ActorId): void {
    const life = this.lifeOf(id)
    if (life === undefined) return
    this.cuts.started(life)
    this.groups.back(life)
    this.topics.back(life)
  }

  #isGone(id: ActorId): boolean {
    if (this.#isClosed) return true
    const cell = this.#cells.get(id)
    return cell === undefined ? !this.router.isAwaited(id) : cell.isRetired && cell.life === undefined
  }
}

function hasEnded(life: Life): boolean {
  return life.status === 'ended'
}
