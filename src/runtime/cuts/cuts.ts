import { isBelow, parentOf, type ActorId } from '../../protocol/actor-id.ts'
import type { ActorCell } from '../actor-cell.ts'
import type { Life, World } from '../anatomy.ts'
import type { Message } from '../message.ts'
import { CutNumbers } from './cut-numbers.ts'
import type { Cut, CutGroup, CutOrder, CutMember, CutRequest, CutResult, NoCut } from './cut.ts'
import { Hold, type Unquiet } from './hold.ts'
import { memberOf } from './member-of.ts'
import { membersOf, PuttingBack } from './putting-back.ts'
import { readState } from './read-state.ts'

/** Takes cuts of the actors below a supervisor, and puts what is in one back in its place. */
export class Cuts {
  readonly #world: World
  readonly #cells: ReadonlyMap<ActorId, ActorCell>
  readonly #numbers: CutNumbers
  readonly #puttingBack: PuttingBack
  #source: string | undefined = undefined

  constructor(world: World, cells: ReadonlyMap<ActorId, ActorCell>) {
    this.#world = world
    this.#cells = cells
    this.#numbers = new CutNumbers(() => world.nextNumber())
    this.#puttingBack = new PuttingBack({ world, cells, numbers: this.#numbers, below: (id) => this.#below(id) })
  }

  /** The handling of a message has ended an incarnation. */
  noteLost(message: Message): void {
    this.#numbers.noteLost(message)
  }

  /** Resolves when everybody goes on. */
  take(supervisor: ActorId, { withinMs, drains }: CutOrder): Promise<CutResult> {
    const { clock } = this.#world
    const cells = () => this.#below(supervisor)
    const lifeOf = (id: ActorId) => this.#world.lifeOf(id)
    return new Promise((resolve) => {
      const over = (unquiet: Unquiet): void => resolve(this.#result(supervisor, unquiet))
      new Hold({ cells, clock, limitMs: withinMs, drains, lifeOf }, over)
    })
  }

  /** What keeps the group from going back to a cut; nothing if it can. Nothing is changed. */
  problemWith(supervisor: ActorId, cut: Cut): NoCut | undefined {
    if (cut?.supervisor !== supervisor || !Array.isArray(cut.members) || !Array.isArray(cut.groups))
      return failed('foreign', [supervisor])
    const ids = (test: (member: CutMember) => boolean): readonly ActorId[] => cut.members.filter(test).map(({ id }) => id)
    const missing = ids(({ id }) => this.#cells.get(id) === undefined && !this.#isMember(cut, id))
    if (missing.length > 0) return failed('missing', missing)
    const unreadable = ids((member) => readState(this.#world, this.#cells.get(member.id), member) === undefined)
    return unreadable.length > 0 ? failed('unreadable', unreadable) : undefined
  }

  /**
   * Puts states and mail of a cut in place, for the next incarnations: what members have sent each other since is dropped, what
   * others have sent and nobody has handled stays behind what is in the cut. What the store has of them is written first, in one
   * transaction; if that fails nothing is changed, and each comes back with its own.
   */
  async putBack(cut: Cut): Promise<NoCut | undefined> {
    const problem = this.problemWith(cut.supervisor, cut)
    return problem ?? this.#puttingBack.run(cut, this.#source)
  }

  /** The members that a dynamic supervisor begins with, if its group has just gone back. */
  takeMembers(supervisor: ActorId): CutGroup['members'] | undefined {
    return this.#puttingBack.takeMembers(supervisor)
  }

  /** A place is about to be used: what it begins with by a cut is put there, if it was not there when the group went back. */
  place(cell: ActorCell): void {
    this.#puttingBack.place(cell)
  }

  started(life: Life): void {
    this.#puttingBack.started(life)
  }

  #isMember({ groups }: Cut, id: ActorId): boolean {
    return groups.some(({ supervisor }) => supervisor === parentOf(id) && this.#cells.get(supervisor)?.spec.hasMembers === true)
  }

  #below(supervisor: ActorId): ActorCell[] {
    return [...this.#cells.values()].filter(({ id, isForgotten }) => isBelow(supervisor, id) && !isForgotten)
  }

  #result(supervisor: ActorId, { busy, down }: Unquiet): CutResult {
    if (down.length > 0) return failed('down', down)
    if (busy.length > 0) return failed('busy', busy)
    const cells = this.#below(supervisor)
    const requests = new Map<Promise<unknown>, CutRequest>()
    for (const { life } of cells) for (const request of life?.asked?.values() ?? []) requests.set(request.answer, request)
    const { clock, persistence } = this.#world
    const cut = {
      supervisor,
      source: this.#sourceNow(),
      storeId: persistence?.info.storeId,
      takenAtMs: clock.wallNow(),
      members: cells.flatMap((cell) => memberOf(cell, this.#numbers, requests) ?? []),
      groups: this.#groupsOf(supervisor, cells),
    }
    return { status: 'taken', cut }
  }

  #groupsOf(supervisor: ActorId, cells: readonly ActorCell[]): readonly CutGroup[] {
    const own = this.#cells.get(supervisor)
    const groups = (own === undefined ? cells : [own, ...cells]).filter(({ spec }) => spec.hasMembers === true)
    return groups.map(({ id }) => ({ supervisor: id, members: membersOf(cells, id) }))
  }

  #sourceNow(): string {
    return (this.#source ??= `${this.#world.clock.wallNow()} ${this.#world.random.integer(2 ** 32)}`)
  }
}

function failed(problem: NoCut['problem'], actors: readonly ActorId[]): NoCut {
  return { status: 'failed', problem, actors }
}
