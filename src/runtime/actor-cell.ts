import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { InternalError } from '../protocol/errors.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { ActorSpec } from './actor-spec.ts'
import { inJournal, UnavailableError } from './errors.ts'
import type { Cell, Life, Memory, World } from './anatomy.ts'
import type { LastExit } from './last-exit.ts'
import { Mailbox } from './mailbox.ts'
import { addCaller, type Caller, type Message } from './message.ts'
import type { Persistence } from './persistence.ts'
import type { Runnable } from './scheduler.ts'

/** The identity of an actor. */
export class ActorCell implements Cell, Runnable {
  readonly id: ActorId
  readonly world: World
  readonly mailbox = new Mailbox()
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
  #held: { readonly message: Message; readonly after: number }[] = []
  #early: { readonly seq: number; readonly caller: Caller }[] | undefined = undefined

  constructor(world: World, spec: ActorSpec) {
    this.world = world
    this.spec = spec
    this.id = spec.id
  }

  get label(): string {
    return displayId(this.id)
  }

  get store(): Persistence {
    const { persistence } = this.world
    if (persistence === undefined) throw new InternalError(`${this.label} keeps its state in a store, and there is none`)
    return persistence
  }

  receive(message: Message): void {
    // What an actor learns of others comes after what they sent before, which may be on its way into the journal still.
    if (message.kind === 'info' && this.#acceptsDone < this.#acceptsBegun) {
      this.#held.push({ message, after: this.#acceptsBegun })
      return
    }
    this.mailbox.push(message)
    this.wake()
  }

  beginAccept(): void {
    this.#acceptsBegun += 1
  }

  endAccept(): void {
    this.#acceptsDone += 1
    const due = this.#held.filter(({ after }) => after <= this.#acceptsDone)
    this.#held = this.#held.slice(due.length)
    for (const { message } of due) this.mailbox.push(message)
    if (due.length > 0) this.wake()
  }

  receiveJournaled(message: Message): void {
    if (message.seq > this.lastSeq) {
      this.lastSeq = message.seq
      this.receive(message)
    } else if (message.caller !== undefined) this.attach(message.seq, message.caller)
  }

  attach(seq: number, caller: Caller): void {
    const message = this.mailbox.find((queued) => queued.seq === seq) ?? this.life?.turns.find(seq)
    if (message !== undefined) addCaller(message, caller)
    else (this.#early ??= []).push({ seq, caller })
  }

  meetEarlyCallers(message: Message): void {
    for (const { seq, caller } of this.#early ?? []) if (seq === message.seq) addCaller(message, caller)
    this.#early = this.#early?.filter(({ seq }) => seq !== message.seq)
  }

  /** Nobody will recover the messages that these callers wait for. */
  dropEarlyCallers(): void {
    for (const { caller } of this.#early ?? []) caller.fail(new UnavailableError(this.id, 'call', inJournal))
    this.#early = undefined
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
