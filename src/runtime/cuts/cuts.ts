import { isBelow, type ActorId } from '../../protocol/actor-id.ts'
import type { ActorCell } from '../actor-cell.ts'
import type { Memory, World } from '../anatomy.ts'
import { CrashedError } from '../errors.ts'
import { Message } from '../message.ts'
import { ownCopy } from '../own-copy.ts'
import { restore } from '../recovery.ts'
import type { Cut, CutMember, CutMessage, CutProblem, CutResult } from './cut.ts'
import { Hold, type Unquiet } from './hold.ts'

const keptLost = 1_000

/** Takes cuts of the actors below a supervisor, and puts what is in one back in its place. */
export class Cuts {
  readonly #world: World
  readonly #cells: ReadonlyMap<ActorId, ActorCell>
  /** By what number a message is in cuts. */
  readonly #numbers = new WeakMap<Message, number>()
  #source: string | undefined = undefined
  /** The newest of those whose handling ended an incarnation. */
  readonly #lost = new Set<number>()

  constructor(world: World, cells: ReadonlyMap<ActorId, ActorCell>) {
    this.#world = world
    this.#cells = cells
  }

  /** The handling of a message has ended an incarnation. */
  noteLost(message: Message): void {
    const number = this.#numbers.get(message)
    if (number === undefined) return
    this.#lost.add(number)
    for (const oldest of this.#lost) {
      if (this.#lost.size <= keptLost) break
      this.#lost.delete(oldest)
    }
  }

  /** Resolves when everybody goes on. */
  take(supervisor: ActorId, limitMs: number): Promise<CutResult> {
    const unfit = this.#unfit(supervisor)
    if (unfit !== undefined) return Promise.resolve(unfit)
    const { clock } = this.#world
    const cells = () => this.#below(supervisor)
    const lifeOf = (id: ActorId) => this.#world.lifeOf(id)
    return new Promise((resolve) => {
      const over = (unquiet: Unquiet): void => resolve(this.#result(supervisor, unquiet))
      new Hold({ cells, clock, limitMs, lifeOf }, over)
    })
  }

  /** What keeps the group from going back to a cut; nothing if it can. Nothing is changed. */
  problemWith(supervisor: ActorId, cut: Cut): Extract<CutResult, { status: 'failed' }> | undefined {
    if (cut?.supervisor !== supervisor || !Array.isArray(cut.members)) return failed('foreign', [supervisor])
    const ids = (test: (member: CutMember) => boolean): readonly ActorId[] => cut.members.filter(test).map(({ id }) => id)
    const missing = ids(({ id }) => this.#cells.get(id) === undefined)
    if (missing.length > 0) return failed('missing', missing)
    const unreadable = ids((member) => !this.#isReadable(member))
    return unreadable.length > 0 ? failed('unreadable', unreadable) : undefined
  }

  /**
   * Puts states and mail of a cut in place, for the next incarnations: what members have sent each other since is dropped, what
   * others have sent and nobody has handled stays behind what is in the cut. False, and nothing is changed, while anybody lives.
   */
  putBack(cut: Cut): boolean {
    const cells = this.#below(cut.supervisor)
    if (cells.some(({ life }) => life !== undefined) || this.problemWith(cut.supervisor, cut) !== undefined) return false
    const members = new Map(cut.members.map((member) => [member.id, member]))
    for (const cell of cells) {
      if (startsAnew(cell)) continue
      const member = members.get(cell.id)
      cell.memory = member && this.#memoryOf(cell, member)
      this.#putMailBack(
        cell,
        (member?.mail ?? []).map((envelope) => this.#ours(envelope, cut)),
        cut.supervisor,
      )
    }
    return true
  }

  #below(supervisor: ActorId): ActorCell[] {
    return [...this.#cells.values()].filter(({ id, isForgotten }) => isBelow(supervisor, id) && !isForgotten)
  }

  #unfit(supervisor: ActorId): CutResult | undefined {
    const cells = this.#below(supervisor)
    const ids = (test: (cell: ActorCell) => boolean): readonly ActorId[] => cells.filter(test).map(({ id }) => id)
    const durable = ids(({ spec }) => spec.mode === 'durable')
    if (durable.length > 0) return failed('durable', durable)
    const spawned = ids(({ isFleeting, life }) => isFleeting && life !== undefined)
    return spawned.length > 0 ? failed('spawned', spawned) : undefined
  }

  #result(supervisor: ActorId, { busy, down }: Unquiet): CutResult {
    if (down.length > 0) return failed('down', down)
    if (busy.length > 0) return failed('busy', busy)
    const unfit = this.#unfit(supervisor)
    if (unfit !== undefined) return unfit
    const members = this.#below(supervisor).flatMap((cell) => this.#memberOf(cell) ?? [])
    return { status: 'taken', cut: { supervisor, source: this.#sourceNow(), takenAtMs: this.#world.clock.wallNow(), members } }
  }

  #memberOf(cell: ActorCell): CutMember | undefined {
    const { life, id, mailbox } = cell
    if (life === undefined || life.behavior.startsAnew === true) return undefined
    const { number: incarnation, behavior, state, frontier } = life
    const waiting = [...cell.putAsideNow, ...mailbox.all(), ...(mailbox.gate?.line ?? [])]
    const mail = waiting.filter((message) => isMail(message, incarnation)).map((message) => this.#mailOf(message))
    return { id, incarnation, behavior: behavior.name, version: behavior.version, state: ownCopy(state), frontier, mail }
  }

  #mailOf(message: Message): CutMessage {
    const { kind, name, input, sender, key, headers } = message
    const number = this.#numbers.get(message) ?? this.#world.nextNumber()
    this.#name(message, number)
    return { kind, name, input: ownCopy(message.sent ?? input), sender, key, headers, number }
  }

  #name(message: Message, number: number): void {
    this.#numbers.set(message, number)
    // A long mailbox makes another object of a message of which nothing is known but what was sent.
    message.waits ??= []
  }

  #isReadable(member: CutMember): boolean {
    const cell = this.#cells.get(member.id)
    if (cell === undefined) return false
    try {
      this.#memoryOf(cell, member)
      return true
    } catch {
      return false
    }
  }

  #memoryOf(cell: ActorCell, { behavior, version, state, frontier, incarnation }: CutMember): Memory {
    const checkpoint = { number: 0, incarnation, behavior, version, frontier, cause: 'call', takenAtMs: 0 } as const
    const restored = restore(cell, { ...checkpoint, state: ownCopy(state) })
    // The store may have a later one, which must not be taken for newer.
    const furthest = Math.max(frontier, cell.memory?.frontier ?? 0)
    return { behavior: restored.behavior, state: restored.offered.state, frontier: furthest }
  }

  #sourceNow(): string {
    return (this.#source ??= `${this.#world.clock.wallNow()} ${this.#world.random.integer(2 ** 32)}`)
  }

  /** A number of another process says nothing here. */
  #ours(envelope: CutMessage, { source }: Cut): CutMessage {
    return source === this.#source ? envelope : { ...envelope, number: this.#world.nextNumber() }
  }

  /** From outside the group it is a dead letter by now. From inside, the group would not be as it was without it. */
  #isPoison({ sender, number }: CutMessage, supervisor: ActorId): boolean {
    return this.#lost.has(number) && (sender === undefined || !isBelow(supervisor, sender))
  }

  #messageOf({ input, number, ...envelope }: CutMessage): Message {
    const message = new Message({ ...envelope, input: ownCopy(input) }, undefined, 0)
    this.#name(message, number)
    return message
  }

  #putMailBack(cell: ActorCell, mail: readonly CutMessage[], supervisor: ActorId): void {
    const { mailbox, id, lastExit } = cell
    const isOfGroup = ({ sender }: Message): boolean => sender !== undefined && isBelow(supervisor, sender)
    const inLine = new Set((mailbox.gate?.line ?? []).map((message) => this.#numbers.get(message)))
    const queued = mailbox.takeAll()
    const known = new Map(queued.map((message) => [this.#numbers.get(message), message]))
    for (const envelope of mail) {
      const message = known.get(envelope.number)
      known.delete(envelope.number)
      if (message === undefined && (inLine.has(envelope.number) || this.#isPoison(envelope, supervisor))) continue
      mailbox.push(message?.incarnation === 0 ? message : this.#messageOf(envelope))
    }
    const taken = new Set(mail.map(({ number }) => number))
    for (const message of queued) {
      if (taken.has(this.#numbers.get(message) ?? -1)) continue
      if (!isOfGroup(message) && message.incarnation === 0) mailbox.push(message)
      else message.caller?.fail(new CrashedError(id, message.name, lastExit ?? { type: 'killed' }))
    }
    mailbox.gate?.refuseThose((message) => isOfGroup(message) && !taken.has(this.#numbers.get(message) ?? -1))
  }
}

/** What the runtime tells an incarnation means nothing to the next one. What it has sent to itself is mail. */
function isMail(message: Message, incarnation: number): boolean {
  return message.kind !== 'info' && (message.incarnation === 0 || message.incarnation === incarnation)
}

function startsAnew({ spec }: ActorCell): boolean {
  return spec.behavior.startsAnew === true
}

function failed(problem: CutProblem, actors: readonly ActorId[]): Extract<CutResult, { status: 'failed' }> {
  return { status: 'failed', problem, actors }
}
