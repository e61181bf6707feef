import { childId, isBelow, type ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs } from '../protocol/duration.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { ConfigurationError, NotStorableError } from '../protocol/errors.ts'
import { killed, shutdown, type ExitReason } from '../protocol/exit-reason.ts'
import { ActorCell } from './actor-cell.ts'
import type { Life, Request, World } from './anatomy.ts'
import type { ActorSpec, StateMode } from './actor-spec.ts'
import type { Behavior } from './behavior.ts'
import type { Clock } from './clock.ts'
import type { CallOptions, CastOptions, NameOwner, Port } from './context.ts'
import { Deadlines } from './deadlines.ts'
import { InvalidMessageError, NoProcError, UnavailableError } from './errors.ts'
import type { ActorEvent, DeadLetterCause, EventSink } from './events.ts'
import { Message, messageInfo, messageOf, systemMessage } from './message.ts'
import { Names } from './names.ts'
import { PendingCall } from './pending-call.ts'
import type { Accepted, DurableTimer, Member, Persistence } from './persistence.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { startActor, type Started, type StartOrigin } from './starting.ts'

const defaultTimeoutMs = 5_000

/** What a system is made of; nothing in it is shared with another system. */
export interface SystemParts {
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly persistence: Persistence | undefined
  readonly sink: EventSink
  /** Behaviors that a checkpoint may name besides those that the specs start with. */
  readonly behaviors: readonly Behavior[]
  /** How an actor keeps its state that has not been started yet; nothing if there is none of that id. */
  readonly modeOf: (id: ActorId) => StateMode | undefined
  /** Freezes every state, so that a handler that changes it in place fails at once. */
  readonly freezesStates: boolean
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
  /** The behavior that it has now. */
  readonly behavior: string
  readonly state: StateMode
}

/** All actors of one node, and the ways between them. It owns every mutable thing there is. */
export class ActorSystem implements World {
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly persistence: Persistence | undefined
  readonly freezesStates: boolean
  readonly names = new Names()
  /** Sends on behalf of nobody. */
  readonly outside: Port
  readonly #cells = new Map<ActorId, ActorCell>()
  /** Mail for members that a supervisor has been asked to start. */
  readonly #awaited = new Map<ActorId, Message[]>()
  readonly #behaviors: Map<string, Behavior>
  readonly #modeOf: SystemParts['modeOf']
  readonly #sink: EventSink
  readonly #deadlines: Deadlines
  #counter = 0

  constructor({ clock, random, scheduler, persistence, sink, behaviors, modeOf, freezesStates }: SystemParts) {
    this.clock = clock
    this.random = random
    this.scheduler = scheduler
    this.persistence = persistence
    this.freezesStates = freezesStates
    this.#sink = sink
    this.#modeOf = modeOf
    this.#behaviors = new Map(behaviors.map((behavior) => [behavior.name, behavior]))
    this.#deadlines = new Deadlines(clock)
    this.outside = {
      call: (to, name, input, options) => this.call(to, { name, input, sender: undefined }, options),
      cast: (to, name, input, options) => this.cast(to, { name, input, sender: undefined }, options),
    }
  }

  /** Starts an actor, or its next incarnation. Never throws; the answer comes at once where nothing has to be waited for. */
  start(spec: ActorSpec, origin: StartOrigin): Started | Promise<Started> {
    const cell = this.#cells.get(spec.id) ?? this.#newCell(spec)
    cell.spec = spec
    return startActor(cell, origin)
  }

  /**
   * Ends one incarnation: asked first, and killed if it is still there after `limitMs`; `'kill'` does not ask. Settles when it
   * has ended; at once if it is not running any more.
   */
  stop(id: ActorId, { incarnation, reason = shutdown, limit }: { incarnation: number; reason?: ExitReason; limit: number | 'kill' }): void | Promise<void> {
    const life = this.#cells.get(id)?.life
    if (life?.number !== incarnation || life.status === 'ended') return undefined
    if (limit === 'kill') {
      life.end(killed, 'kill')
      return undefined
    }
    life.requestStop(reason)
    if (hasEnded(life)) return undefined
    return new Promise((resolve) => {
      const timer = limit === Infinity ? undefined : this.clock.setTimer(limit, () => life.end(killed, 'kill'))
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
  retire(id: ActorId, { forget }: { readonly forget: boolean }): void {
    this.#dropAwaited(id)
    const cell = this.#cells.get(id)
    if (cell === undefined) return
    if (cell.spec.behavior.stopsInOrder === true)
      for (const below of this.#cells.values()) if (isBelow(id, below.id)) this.#retireCell(below)
    this.#retireCell(cell)
    if (forget) this.#cells.delete(id)
  }

  /** Gives up the place of every actor below `id`; of one that is about to end, when it has. */
  forgetBelow(id: ActorId): void {
    for (const { id: below, life } of this.#cells.values())
      if (isBelow(id, below)) {
        if (life === undefined) this.retire(below, { forget: true })
        else life.whenEnded(() => this.retire(below, { forget: true }))
      }
  }

  call(to: ActorId, { name, input, sender }: Request, options?: CallOptions): Promise<unknown> {
    const timeoutMs = options?.timeout === undefined ? defaultTimeoutMs : durationOrInfinityMs(options.timeout, `call of "${name}": timeout`)
    const envelope: Envelope = { kind: 'call', name, input, sender, key: options?.id }
    const cell = this.#reachable(to)
    if (cell === undefined && !this.#awaited.has(to)) return Promise.reject(new NoProcError(to, name))
    const problem = this.problemWith(to, envelope)
    if (problem !== undefined) return Promise.reject(new InvalidMessageError(to, name, problem))
    const pending = new PendingCall({ target: to, handler: name, timeoutMs, deadlines: this.#deadlines, signal: options?.signal })
    if (options?.signal?.aborted === true) return pending.promise
    const message = new Message(envelope, pending, 0)
    if (cell?.spec.mode === 'durable') this.#accept(cell, message).catch((error: unknown) => pending.fail(asError(error)))
    else this.deliver(to, message)
    return pending.promise
  }

  cast(to: ActorId, { name, input, sender }: Request, options?: CastOptions): Promise<void> {
    const envelope: Envelope = { kind: 'cast', name, input, sender, key: options?.id }
    const problem = this.problemWith(to, envelope)
    if (problem !== undefined) throw new InvalidMessageError(to, name, problem)
    const cell = this.#reachable(to)
    const message = new Message(envelope, undefined, 0)
    if (cell?.spec.mode === 'durable') return this.#acceptCast(cell, message)
    this.deliver(to, message)
    return Promise.resolve()
  }

  /** What is wrong with a message, as far as can be known before it is sent. */
  problemWith(to: ActorId, envelope: Envelope): string | undefined {
    const cell = this.#cells.get(to)
    return cell === undefined ? undefined : checkOf(cell, envelope)
  }

  /** Puts a message into a mailbox, or drops it where there is none. */
  deliver(to: ActorId, message: Message): void {
    const cell = this.#reachable(to)
    if (cell !== undefined) cell.receive(message)
    else if (this.#awaited.has(to)) this.#awaited.get(to)?.push(message)
    else this.#drop(to, message, 'noproc')
  }

  /** As {@link deliver}, for a message that has just gone into the journal: an actor that is not there yet finds it when it starts. */
  deliverJournaled(to: ActorId, message: Message): void {
    this.emit({ type: 'accepted', id: to, seq: message.seq, kind: message.kind, name: message.name })
    this.#cells.get(to)?.receiveJournaled(message)
  }

  isJournaled(id: ActorId): boolean {
    return (this.#cells.get(id)?.spec.mode ?? this.#modeOf(id)) === 'durable'
  }

  isMember(id: ActorId): boolean {
    return this.#cells.get(id)?.isRetired === false
  }

  startMember({ supervisor, key, args }: Member, { isSaved }: { readonly isSaved: boolean }): void {
    const id = childId(supervisor, key)
    if (!this.isMember(id) && !this.#awaited.has(id) && this.#reachable(supervisor) !== undefined) this.#awaited.set(id, [])
    this.#cells.get(supervisor)?.receive(systemMessage('member', { key, args, isSaved }, 0))
  }

  whereis(name: string): NameOwner | undefined {
    const id = this.names.ownerOf(name)
    return id === undefined ? undefined : { id, status: this.lifeOf(id) === undefined ? 'restarting' : 'running' }
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

  /** The ids of all actors that run, in the order in which they were first started. */
  running(): ActorId[] {
    return [...this.#cells.values()].filter((cell) => cell.life?.isBorn === true).map((cell) => cell.id)
  }

  /** What an actor is at this moment; nothing if there is none with this id. */
  infoOf(id: ActorId): ActorInfo | undefined {
    const cell = this.#cells.get(id)
    if (cell === undefined) return undefined
    const { incarnation, mailbox, life, isRetired, spec } = cell
    const status = life?.isBorn === true ? 'running' : isRetired ? 'stopped' : 'restarting'
    return { id, status, incarnation, queued: mailbox.size, behavior: (life?.behavior ?? spec.behavior).name, state: spec.mode }
  }

  armTimer(life: Life, timer: DurableTimer): void {
    const { cell } = life
    const fire = async (): Promise<void> => {
      const fired = await cell.store.fire(cell.id, timer.id)
      if (fired !== undefined) this.deliverJournaled(cell.id, messageOf(fired))
    }
    life.setTimer(timer.id, Math.max(0, timer.dueAtMs - this.clock.wallNow()), () => {
      // A timer that the store could not turn into a message is still in it, and is armed again by the next start.
      fire().catch((error: unknown) => life.end({ type: 'error', error }, 'orderly'))
    })
  }

  /** The last actor has ended: nobody waits for anything any more. */
  close(): void {
    this.#deadlines.close()
  }

  behaviorNamed(name: string): Behavior | undefined {
    return this.#behaviors.get(name)
  }

  /** A behavior that an actor may go on with: a stored state must be able to find it again. */
  checkedBehavior(behavior: Behavior): Behavior {
    const known = this.#behaviors.get(behavior.name)
    if (known === undefined) this.#behaviors.set(behavior.name, behavior)
    else if (known !== behavior)
      throw new ConfigurationError({
        path: `behavior "${behavior.name}"`,
        rule: 'must have a name of its own',
        value: behavior.name,
        remedy: 'Another behavior of this program has the same name',
      })
    return behavior
  }

  /** Numbers that this system gives out once. */
  nextNumber(): number {
    this.#counter += 1
    return this.#counter
  }

  emit(event: ActorEvent): void {
    this.#sink.emit(event)
  }

  #reachable(id: ActorId): ActorCell | undefined {
    const cell = this.#cells.get(id)
    return cell === undefined || cell.isRetired ? undefined : cell
  }

  async #acceptCast(cell: ActorCell, message: Message): Promise<void> {
    // Whoever does not wait for the acceptance is told of a failure by the event alone.
    const accepted = this.#accept(cell, message)
    accepted.catch(() => this.#drop(cell.id, message, 'late'))
    return accepted
  }

  async #accept(cell: ActorCell, message: Message): Promise<void> {
    let accepted: Accepted
    try {
      accepted = await cell.store.accept(cell.id, message)
    } catch (error) {
      if (error instanceof NotStorableError) throw new InvalidMessageError(cell.id, message.name, error.message, error)
      throw new UnavailableError(cell.id, message.name, `the store did not take the message (${asError(error).message})`, error)
    }
    message.seq = accepted.seq
    if (accepted.status === 'answered') message.caller?.settle(accepted.outcome)
    else if (accepted.status === 'pending') {
      if (message.caller !== undefined) cell.attach(accepted.seq, message.caller)
    } else this.deliverJournaled(cell.id, message)
  }

  #retireCell(cell: ActorCell): void {
    if (cell.life !== undefined) return
    cell.isRetired = true
    cell.memory = undefined
    for (const message of cell.mailbox.takeAll()) this.#drop(cell.id, message, 'stopped')
    this.names.release(cell.id)
  }

  #newCell(spec: ActorSpec): ActorCell {
    const cell = new ActorCell(this, spec)
    this.#cells.set(spec.id, cell)
    for (const message of this.#awaited.get(spec.id) ?? []) cell.mailbox.push(message)
    this.#awaited.delete(spec.id)
    return cell
  }

  #dropAwaited(id: ActorId): void {
    const messages = this.#awaited.get(id)
    this.#awaited.delete(id)
    for (const message of messages ?? []) this.#drop(id, message, 'noproc')
  }

  #drop(id: ActorId, message: Message, why: DeadLetterCause): void {
    if (message.caller !== undefined) message.caller.fail(new NoProcError(id, message.name))
    // What is in the journal is not lost, and what the runtime tells itself is nobody's letter.
    if (message.seq === 0 && message.kind !== 'info') this.emit({ type: 'dead letter', id, message: messageInfo(message), why })
  }
}

function checkOf(cell: ActorCell, envelope: Envelope): string | undefined {
  return (cell.life?.behavior ?? cell.spec.behavior).check(envelope)
}

function hasEnded(life: Life): boolean {
  return life.status === 'ended'
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
