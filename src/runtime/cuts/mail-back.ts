import { isBelow } from '../../protocol/actor-id.ts'
import type { ActorCell } from '../actor-cell.ts'
import type { World } from '../anatomy.ts'
import { CrashedError } from '../errors.ts'
import { Message } from '../message.ts'
import { ownCopy } from '../own-copy.ts'
import type { Answers } from './answers.ts'
import type { Cut, CutMember, CutMessage } from './cut.ts'
import type { CutNumbers } from './cut-numbers.ts'
import type { BackMail } from '../persistence.ts'

interface MailBackParts {
  readonly world: World
  readonly cut: Cut
  readonly numbers: CutNumbers
  readonly answers: Answers
  /** The cut was taken in this process: its numbers say something. */
  readonly isOurs: boolean
}

/** Puts the mail of a cut back. */
export class MailBack {
  readonly cut: Cut
  readonly #parts: MailBackParts

  constructor(parts: MailBackParts) {
    this.cut = parts.cut
    this.#parts = parts
  }

  /** What is in the journal of a member again. */
  journalOf({ id, mail, requests }: CutMember, cell: ActorCell | undefined): readonly BackMail[] {
    const { cut, answers, world } = this.#parts
    const inLine = this.#inLine(cell)
    const isOfStore = cut.storeId === world.persistence?.info.storeId
    const again = mail.map((message) => this.#ours(message)).filter(({ number }) => !inLine.has(number))
    const back = again.filter((message) => !this.#isPoison(message))
    const failures = answers.failuresFor({ id, requests } as CutMember)
    return [
      ...back.map(({ number: _, seq, asks: _asks, ...envelope }) => ({ envelope, seq: isOfStore ? seq : 0 })),
      ...failures.map((envelope) => ({ envelope, seq: 0 })),
    ]
  }

  /** The mail of a member with a journal is what its journal has: what is there already keeps who waits for it. */
  renumber(cell: ActorCell, numbers: ReadonlyMap<number, number>): void {
    const { mailbox, id } = cell
    for (const message of mailbox.takeAll()) {
      const seq = numbers.get(message.seq)
      if (seq !== undefined) {
        message.seq = seq
        mailbox.push(message)
      } else if (message.seq === 0 && message.incarnation === 0 && !this.#isOfGroup(message)) mailbox.push(message)
      else this.#drop(cell, message)
    }
    cell.journal.renumber(id, numbers)
    mailbox.gate?.refuseThose((message) => this.#isOfGroup(message) && !this.#isInCut(message))
  }

  /** The mail of one without a journal. */
  putBack(cell: ActorCell, given: readonly CutMessage[]): void {
    const { numbers } = this.#parts
    const { mailbox } = cell
    const mail = given.map((message) => this.#ours(message))
    const inLine = this.#inLine(cell)
    const queued = mailbox.takeAll()
    const known = new Map(queued.map((message) => [numbers.known(message), message]))
    for (const each of mail) {
      const message = known.get(each.number)
      if (message === undefined && (inLine.has(each.number) || this.#isPoison(each))) continue
      mailbox.push(message?.incarnation === 0 && each.asks === undefined ? message : this.#messageOf(each, cell))
    }
    const taken = new Set(mail.map(({ number }) => number))
    for (const message of queued) {
      if (taken.has(numbers.known(message) ?? -1)) continue
      if (!this.#isOfGroup(message) && message.incarnation === 0) mailbox.push(message)
      else this.#drop(cell, message)
    }
    mailbox.gate?.refuseThose((message) => this.#isOfGroup(message) && !taken.has(numbers.known(message) ?? -1))
  }

  #drop({ id, lastExit }: ActorCell, message: Message): void {
    message.caller?.fail(new CrashedError(id, message.name, lastExit ?? { type: 'killed' }))
  }

  #inLine(cell: ActorCell | undefined): ReadonlySet<number | undefined> {
    return new Set((cell?.mailbox.gate?.line ?? []).map((message) => this.#parts.numbers.known(message)))
  }

  #isInCut(message: Message): boolean {
    const number = this.#parts.numbers.known(message)
    return this.cut.members.some(({ mail }) => mail.some((each) => each.number === number))
  }

  #isOfGroup({ sender }: Message): boolean {
    return sender !== undefined && isBelow(this.cut.supervisor, sender)
  }

  /** A number of another process says nothing here. */
  #ours(message: CutMessage): CutMessage {
    return this.#parts.isOurs ? message : { ...message, number: this.#parts.world.nextNumber() }
  }

  /** From outside the group it is a dead letter by now. From inside, the group would not be as it was without it. */
  #isPoison({ sender, number }: CutMessage): boolean {
    return this.#parts.numbers.isLost(number) && (sender === undefined || !isBelow(this.cut.supervisor, sender))
  }

  #messageOf(given: CutMessage, { id }: ActorCell): Message {
    const { input, number, seq: _, asks: _asks, ...envelope } = given
    const message = new Message({ ...envelope, input: ownCopy(input) }, this.#parts.answers.callerOf(given, id), 0)
    this.#parts.numbers.name(message, number)
    return message
  }
}
