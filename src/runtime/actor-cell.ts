import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { InternalError } from '../protocol/errors.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { ActorSpec } from './actor-spec.ts'
import type { Hold } from './cuts/hold.ts'
import { NoProcError } from './errors.ts'
import type { Cell, Life, Memory, World } from './anatomy.ts'
import { JournalMail } from './journal-mail.ts'
import type { LastExit } from './last-exit.ts'
import { Mailbox } from './mailbox.ts'
import { MailboxGate, unboundedMailbox } from './mailbox-gate.ts'
import { addCaller, type Caller, type Message } from './message.ts'
import type { Persistence } from './persistence.ts'
import type { Runnable } from './scheduler.ts'

const noAccepts = Object.freeze({ begun: 0, done: 0 })

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
  lastEnd: LastExit | undefined = undefined
  isRetired = false
  isForgotten = false
  isFleeting = false
  supervisor: ActorId | undefined = undefined
  /** Set while a cut is taken. */
  hold: Hold | undefined = undefined
  #inLine = false
  #stash: Message[] | undefined = undefined
  #journal: JournalMail | undefined = undefined

  constructor(world: World, spec: ActorSpec) {
    this.world = world
    this.spec = spec
    this.id = spec.id
    this.mailbox = new Mailbox(spec.id, world.crowd)
    if (spec.mailbox !== undefined) this.adopt(spec)
  }

  get lastExit(): ExitReason | undefined {
    return this.lastEnd?.reason
  }

  get isHeld(): boolean {
    return this.hold !== undefined
  }

  get label(): string {
    return displayId(this.id)
  }

  // Made when it is first asked for: most actors have no journal.
  get journal(): JournalMail {
    return (this.#journal ??= new JournalMail())
  }

  get accepts(): JournalMail['accepts'] {
    return this.#journal?.accepts ?? noAccepts
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
    // Only the journal numbers its messages: what has none comes after what was sent to it before.
    if (message.seq === 0 && this.#journal?.holdsBack(message) === true) return
    if (this.life?.receiver?.offer(message) === true) return
    this.mailbox.push(message)
    this.wake()
  }

  endAccept(): void {
    this.journal.endAccept((message) => this.mailbox.push(message))
    this.wake()
  }

  receiveJournaled(message: Message): void {
    const { journal } = this
    if (message.seq > journal.lastSeq) {
      journal.lastSeq = message.seq
      this.receive(message)
    } else if (message.caller !== undefined) this.attach(message.seq, message.caller)
  }

  attach(seq: number, caller: Caller): void {
    const message = this.mailbox.find(seq) ?? this.life?.turns.find(seq)
    if (message === undefined) this.journal.awaitRecovery(seq, caller)
    else addCaller(message, caller)
  }

  /** Nobody will start it again unless asked to: what nobody recovers nobody waits for. */
  dropEarlyCallers(): void {
    this.#journal?.dropEarlyCallers(this.id)
  }

  get stashed(): number {
    return this.#stash?.length ?? 0
  }

  /** What is put aside at this moment. */
  get putAsideNow(): readonly Message[] {
    return this.#stash ?? []
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
    this.hold?.look()
    const { gate } = this.mailbox
    if (gate?.settings.onRestart !== 'drop') return
    for (const message of this.mailbox.takeAll()) {
      if (message.incarnation !== 0) continue
      message.caller?.fail(new NoProcError(this.id, message.name, reason))
      if (message.kind !== 'info') this.world.deadLetter(this.id, message, 'ended')
    }
    gate.refuseAll()
  }

  wake(): void {
    if (this.hold !== undefined) this.hold.look()
    if (this.#inLine || this.life?.status !== 'idle') return
    if (this.hold?.lets(this) === false) return
    this.#inLine = true
    this.world.scheduler.ready(this)
  }

  run(budget: number): boolean {
    const { life } = this
    if (this.hold !== undefined) return this.#runHeld(this.hold)
    // Once for all of them: what the runtime does between two handlers catches its own errors.
    this.#inLine = life?.status === 'idle' && this.world.attribution.run(life, () => life.turns.run(budget))
    return this.#inLine
  }
  /** One message at a time, as long as somebody waits for what comes of it. */
  #runHeld(hold: Hold): boolean {
    this.#inLine = false
    const { life } = this
    if (life?.status !== 'idle' || !hold.lets(this)) return false
    this.world.attribution.run(life, () => life.turns.run(1))
    this.wake()
    return false
  }
}
