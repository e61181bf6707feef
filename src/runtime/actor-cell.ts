import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { InternalError } from '../protocol/errors.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { ActorSpec } from './actor-spec.ts'
import { inJournal, NoProcError, UnavailableError } from './errors.ts'
import type { Cell, Life, Memory, World } from './anatomy.ts'
import type { LastExit } from './last-exit.ts'
import { Mailbox } from './mailbox.ts'
import { MailboxGate, unboundedMailbox } from './mailbox-gate.ts'
import { addCaller, type Caller, type Message } from './message.ts'
import type { Persistence } from './persistence.ts'
import { RingQueue } from './ring-queue.ts'
import type { Runnable } from './scheduler.ts'

/** The identity of an actor. */
export class ActorCell implements Cell, Runnable {
  readonly id: ActorId
  readonly world: World
  readonly mailbox: Mailbox
  spec: ActorSpec
  life: Life | undefined = undefined
  incarnation = 0
  starts = 0
  memory: Memory | undefined = undefined
  lastExit: ExitReason | undefined = undefined
  lastEnd: LastExit | undefined = undefined
  handledAtEnd: number | undefined = undefined
  setAside: number | undefined = undefined
  lastSeq = 0
  isRetired = false
  isForgotten = false
  supervisor: ActorId | undefined = undefined
  #inLine = false
  #acceptsBegun = 0
  #acceptsDone = 0
  /** Notices that wait for the messages before them to be in the journal. */
  #held: RingQueue<{ readonly message: Message; readonly after: number }> | undefined = undefined
  #stash: Message[] | undefined = undefined
  /** Who waits for messages that are still to be recovered, by their numbers. */
  #early: Map<number, Caller[]> | undefined = undefined

  constructor(world: World, spec: ActorSpec) {
    this.world = world
    this.spec = spec
    this.id = spec.id
    this.mailbox = new Mailbox(spec.id, world.crowd)
    if (spec.mailbox !== undefined) this.adopt(spec)
  }

  get label(): string {
    return displayId(this.id)
  }

  get store(): Persistence {
    const { persistence } = this.world
    if (persistence === undefined) throw new InternalError(`${this.label} keeps its state in a store, and there is none`)
    return persistence
  }

  /** What it is started with from now on. */
  adopt(spec: ActorSpec): void {
    this.spec = spec
    const { gate } = this.mailbox
    if (gate !== undefined) gate.change(spec.mailbox ?? unboundedMailbox)
    else if (spec.mailbox !== undefined) this.mailbox.countBy(new MailboxGate(this.id, spec.mailbox))
  }

  receive(message: Message): void {
    // What an actor learns of others comes after what they sent before, which may be on its way into the journal still.
    if (message.seq === 0 && this.#acceptsDone < this.#acceptsBegun) {
      ;(this.#held ??= new RingQueue()).push({ message, after: this.#acceptsBegun })
      return
    }
    if (this.life?.receiver?.offer(message) === true) return
    this.mailbox.push(message)
    this.wake()
  }

  beginAccept(): void {
    this.#acceptsBegun += 1
  }

  endAccept(): void {
    this.#acceptsDone += 1
    const held = this.#held
    if (held === undefined) return
    for (let next = held.first; next !== undefined && next.after <= this.#acceptsDone; next = held.first) {
      held.shift()
      this.mailbox.push(next.message)
    }
    this.wake()
  }

  receiveJournaled(message: Message): void {
    if (message.seq > this.lastSeq) {
      this.lastSeq = message.seq
      this.receive(message)
    } else if (message.caller !== undefined) this.attach(message.seq, message.caller)
  }

  attach(seq: number, caller: Caller): void {
    const message = this.mailbox.find(seq) ?? this.life?.turns.find(seq)
    if (message !== undefined) addCaller(message, caller)
    else {
      this.#early ??= new Map()
      const others = this.#early.get(seq)
      if (others === undefined) this.#early.set(seq, [caller])
      else others.push(caller)
    }
  }

  meetEarlyCallers(message: Message): void {
    for (const caller of this.#early?.get(message.seq) ?? []) addCaller(message, caller)
    this.#early?.delete(message.seq)
  }

  /** Nobody will recover the messages that these callers wait for. */
  dropEarlyCallers(): void {
    for (const callers of this.#early?.values() ?? [])
      for (const caller of callers) caller.fail(new UnavailableError(this.id, 'call', inJournal))
    this.#early = undefined
  }

  get stashed(): number {
    return this.#stash?.length ?? 0
  }

  putAside(message: Message): void {
    // It has not been handled.
    message.attempt -= 1
    ;(this.#stash ??= []).push(message)
  }

  unstash(): void {
    const stash = this.#stash
    if (stash === undefined) return
    this.#stash = undefined
    for (const message of stash.reverse()) this.mailbox.putBack(message)
    this.wake()
  }

  incarnationEnded(reason: ExitReason): void {
    // The next incarnation does not know what it was waiting for.
    this.unstash()
    const { gate } = this.mailbox
    if (gate?.settings.onRestart !== 'drop') return
    for (const message of this.mailbox.takeAll()) {
      if (message.kind === 'info' || message.incarnation !== 0) continue
      message.caller?.fail(new NoProcError(this.id, message.name, reason))
      this.world.deadLetter(this.id, message, 'ended')
    }
    gate.refuseAll()
  }

  wake(): void {
    if (this.#inLine || this.life?.status !== 'idle') return
    this.#inLine = true
    this.world.scheduler.ready(this)
  }

  run(budget: number): boolean {
    const life = this.life
    this.#inLine = life?.status === 'idle' && life.turns.run(budget)
    return this.#inLine
  }
}
