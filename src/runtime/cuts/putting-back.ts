import { isBelow, keyOf, parentOf, type ActorId } from '../../protocol/actor-id.ts'
import { killed } from '../../protocol/exit-reason.ts'
import type { ActorCell } from '../actor-cell.ts'
import type { Life, Memory, World } from '../anatomy.ts'
import { repeat } from '../life-timers.ts'
import { Message } from '../message.ts'
import { ownCopy } from '../own-copy.ts'
import { Answers } from './answers.ts'
import type { Cut, CutGroup, CutMember, CutTimer, NoCut } from './cut.ts'
import type { CutNumbers } from './cut-numbers.ts'
import type { ActorBack, BackMail, GoingBack, Renumbered } from '../persistence.ts'
import { MailBack } from './mail-back.ts'
import { readState } from './read-state.ts'

interface PuttingBackParts {
  readonly world: World
  readonly cells: ReadonlyMap<ActorId, ActorCell>
  readonly numbers: CutNumbers
  readonly below: (supervisor: ActorId) => ActorCell[]
}

/** A cut as it is put back: what is the same for all of its members. */
interface Way {
  readonly cut: Cut
  readonly mail: MailBack
  readonly answers: Answers
}

/** Has a group begin again as it was: what the store has of it in one transaction, then what is in memory. */
export class PuttingBack {
  readonly #parts: PuttingBackParts
  /** What those begin with whose places are not there yet. */
  readonly #waiting = new Map<ActorId, { readonly member: CutMember; readonly way: Way }>()
  readonly #members = new Map<ActorId, CutGroup['members']>()
  readonly #timers = new Map<ActorId, readonly CutTimer[]>()
  /** Those whose next incarnations are told what the one in the cut had asked. */
  readonly #answers = new Map<ActorId, Answers>()

  constructor(parts: PuttingBackParts) {
    this.#parts = parts
  }

  /** `source` names this process in cuts. Nothing is changed while somebody lives who is not spawned. */
  async run(cut: Cut, source: string | undefined): Promise<NoCut | undefined> {
    const { world, below, numbers } = this.#parts
    const alive = below(cut.supervisor).filter(({ life, isFleeting }) => life !== undefined && !isFleeting)
    if (alive.length > 0) return { status: 'failed', problem: 'busy', actors: alive.map(({ id }) => id) }
    // They belong to what their owners were doing, and nobody would start them again.
    for (const cell of below(cut.supervisor)) if (cell.isFleeting) cell.life?.end(killed, 'kill')
    const answers = new Answers(world, cut)
    const way = { cut, answers, mail: new MailBack({ world, cut, numbers, answers, isOurs: source === cut.source }) }
    const order = this.#orderOf(way)
    let renumbered: readonly Renumbered[] = []
    try {
      if (order.actors.length + order.groups.length + order.strangers.length > 0)
        renumbered = (await world.persistence?.goBack(order)) ?? []
    } catch (cause) {
      return { status: 'failed', problem: 'store', actors: [cut.supervisor], cause }
    }
    this.#putInPlace(way, new Map(renumbered.map(({ id, numbers: each }) => [id, new Map(each)])))
    return undefined
  }

  takeMembers(supervisor: ActorId): CutGroup['members'] | undefined {
    const members = this.#members.get(supervisor)
    this.#members.delete(supervisor)
    return members
  }

  place(cell: ActorCell): void {
    if (this.#waiting.size === 0) return
    const waiting = this.#waiting.get(cell.id)
    this.#waiting.delete(cell.id)
    if (waiting !== undefined) this.#begin(cell, waiting.member, waiting.way)
  }

  started(life: Life): void {
    if (this.#timers.size + this.#answers.size === 0) return
    const timers = this.#timers.get(life.id) ?? []
    this.#timers.delete(life.id)
    for (const timer of timers) arm(life, timer)
    this.#answers.get(life.id)?.begun(life)
    this.#answers.delete(life.id)
  }

  #orderOf(way: Way): GoingBack {
    const { cut, mail } = way
    const { cells, below, world } = this.#parts
    const { supervisor, members, groups } = cut
    const modeOf = ({ id, mode }: CutMember): CutMember['mode'] => cells.get(id)?.spec.mode ?? mode
    const kept = world.persistence === undefined ? [] : members.filter((member) => modeOf(member) !== 'volatile')
    const ids = new Set(members.map(({ id }) => id))
    const strangers = below(supervisor).filter(
      ({ id, spec }) => spec.isMember === true && spec.mode !== 'volatile' && !ids.has(id),
    )
    const keepers = groups.filter((group) => cells.get(group.supervisor)?.spec.keepsMembers === true)
    return {
      supervisor,
      actors: kept.flatMap((member) => this.#actorBack(member, modeOf(member), mail) ?? []),
      strangers: world.persistence === undefined ? [] : strangers.map(({ id }) => id),
      groups: keepers.map((group) => ({
        supervisor: group.supervisor,
        members: group.members.map(({ key, args }) => ({ supervisor: group.supervisor, key, args })),
      })),
    }
  }

  #actorBack(member: CutMember, mode: CutMember['mode'], mail: MailBack): ActorBack | undefined {
    const { cells, world } = this.#parts
    const cell = cells.get(member.id)
    const read = readState(world, cell, member)
    // What is kept elsewhere is not the store's to write.
    if (read === undefined || read.behavior.checkpointable !== undefined) return undefined
    const { behavior, state, frontier } = read
    const snapshot = { behavior: behavior.name, version: behavior.version, state, frontier }
    const actor = { id: member.id, snapshot, limits: cell?.spec.checkpoints }
    if (mode !== 'durable') return { ...actor, journal: undefined }
    const back: BackMail[] = [...mail.journalOf(member, cell)]
    const dueAt = ({ leftMs }: CutTimer): number => world.clock.wallNow() + leftMs
    const timers = member.timers.map((timer) => ({ id: timer.id, dueAtMs: dueAt(timer), envelope: timer.envelope }))
    const isOfStore = mail.cut.storeId === world.persistence?.info.storeId
    return { ...actor, journal: { mail: back, timers, appliedTo: isOfStore ? member.frontier : undefined } }
  }

  #putInPlace(way: Way, renumbered: ReadonlyMap<ActorId, ReadonlyMap<number, number>>): void {
    const { cut, mail } = way
    const { cells, below } = this.#parts
    for (const kept of [this.#waiting, this.#members, this.#timers, this.#answers])
      for (const id of kept.keys()) if (id === cut.supervisor || isBelow(cut.supervisor, id)) kept.delete(id)
    for (const { supervisor, members } of cut.groups) if (supervisor !== cut.supervisor) this.#members.set(supervisor, members)
    const members = new Map(cut.members.map((member) => [member.id, member]))
    for (const cell of below(cut.supervisor)) {
      if (cell.spec.behavior.startsAnew === true) continue
      const member = members.get(cell.id)
      if (cell.spec.mode === 'durable') mail.renumber(cell, renumbered.get(cell.id) ?? new Map())
      else if (member === undefined) {
        cell.memory = undefined
        mail.putBack(cell, [])
      }
      if (member !== undefined) this.#begin(cell, member, way)
    }
    for (const member of cut.members) if (cells.get(member.id) === undefined) this.#waiting.set(member.id, { member, way })
  }

  #begin(cell: ActorCell, member: CutMember, { mail, answers }: Way): void {
    this.#answers.set(cell.id, answers)
    if (cell.spec.mode === 'durable') return
    const memory: Memory | undefined = readState(this.#parts.world, cell, member)
    cell.memory = memory
    mail.putBack(cell, member.mail)
    for (const message of answers.failuresFor(member)) cell.mailbox.push(new Message(message, undefined, 0))
    this.#timers.set(cell.id, member.timers)
  }
}

/** Goes on with a timer where it was. */
function arm(life: Life, { id, leftMs, everyMs, envelope }: CutTimer): void {
  const { cell, number } = life
  const message = (): Message => new Message({ ...envelope, input: ownCopy(envelope.input) }, undefined, number)
  if (everyMs !== undefined) repeat(life, { id, everyMs, message, firstMs: leftMs })
  else life.setTimer(id, leftMs, () => cell.receive(message()), { envelope })
}

export function membersOf(cells: readonly ActorCell[], supervisor: ActorId): CutGroup['members'] {
  const members = cells.filter(
    ({ id, life, spec }) => life !== undefined && spec.isMember === true && parentOf(id) === supervisor,
  )
  return members.map(({ id, spec }) => ({ key: keyOf(id), args: spec.args }))
}
