import { isBelow, parentOf, rootId, type ActorId } from '../protocol/actor-id.ts'
import { ActorCell } from './actor-cell.ts'
import type { ActorSpec } from './actor-spec.ts'
import type { World } from './anatomy.ts'
import type { Groups } from './groups.ts'
import { Obituaries, type LastExit } from './last-exit.ts'
import type { LifeListeners } from './life-listeners.ts'
import type { LocalRouter } from './local-router.ts'
import type { Names } from './names.ts'
import type { Owners } from './owners.ts'
import { systemSupervisor } from './supervised-spawn.ts'

/** What is told when an actor gives up its place. */
export interface PlacesParts {
  /** The places by id; the router reads them too. */
  readonly cells: Map<ActorId, ActorCell>
  readonly world: World
  readonly router: LocalRouter
  readonly lives: LifeListeners
  readonly names: Names
  readonly groups: readonly Groups[]
  readonly owners: Owners
}

/** The places of all actors of a system, from the first start to the time when nobody will start them again. */
export class Places {
  readonly #parts: PlacesParts
  readonly #obituaries = new Obituaries()

  constructor(parts: PlacesParts) {
    this.#parts = parts
  }

  add(spec: ActorSpec): ActorCell {
    const { cells, world, router } = this.#parts
    const cell = new ActorCell(world, spec)
    cells.set(spec.id, cell)
    for (const message of router.takeAwaited(spec.id))
      if (spec.mailbox === undefined) cell.mailbox.push(message)
      else router.deliver(spec.id, message)
    return cell
  }

  /** How an actor ended last; also one that is gone, as long as it is remembered. */
  lastExitOf(id: ActorId): LastExit | undefined {
    return this.#parts.cells.get(id)?.lastEnd ?? this.#obituaries.of(id)
  }

  /** See `World.retire`. */
  retire(id: ActorId, { forget }: { readonly forget: boolean }): void {
    const { cells, router, lives } = this.#parts
    const awaited = router.takeAwaited(id)
    for (const message of awaited) router.drop(id, message, 'noproc')
    const cell = cells.get(id)
    if (cell === undefined) {
      lives.gone(id)
      return
    }
    if (cell.spec.behavior.stopsInOrder === true)
      for (const below of cells.values()) if (isBelow(id, below.id)) this.#retireWhenGone(below, forget)
    this.#retireCell(cell, forget)
    if (forget) {
      this.#obituaries.keep(id, cell.lastEnd)
      cells.delete(id)
    }
  }

  /** Gives up the place of everybody below `id`, but for `except` and below; of one that is about to end, when it has. */
  forgetBelow(id: ActorId, except: ReadonlySet<ActorId>): void {
    for (const { id: below, life } of this.#parts.cells.values())
      // What the system's own supervisor has is none of the root's, beside which it stands.
      if (isBelow(id, below) && !isAmong(below, id, except) && (id !== rootId || !isSupervised(below))) {
        if (life === undefined) this.retire(below, { forget: true })
        else life.whenEnded(() => this.retire(below, { forget: true }))
      }
  }

  /** Below a supervisor that was killed some may be ending still, and may even start others before they do. */
  #retireWhenGone(cell: ActorCell, forget: boolean): void {
    if (cell.life === undefined) {
      this.#retireCell(cell, forget)
      return
    }
    cell.life.whenEnded(() => {
      cell.isForgotten ||= forget
      this.retire(cell.id, { forget: false })
    })
  }

  #retireCell(cell: ActorCell, forget: boolean): void {
    if (cell.life !== undefined) return
    const { router, lives, names, groups, owners } = this.#parts
    const wasRetired = cell.isRetired
    cell.isForgotten ||= forget
    cell.isRetired = true
    cell.memory = undefined
    for (const message of cell.mailbox.takeAll()) router.release(cell, message)
    cell.mailbox.gate?.refuseAll()
    cell.dropEarlyCallers()
    names.release(cell.id)
    if (wasRetired) return
    lives.gone(cell.id)
    owners.gone(cell.id)
    for (const each of groups) each.gone(cell.id)
  }
}

/** True if `id` is one of these children of `ancestor`, or below one. */
function isAmong(id: ActorId, ancestor: ActorId, children: ReadonlySet<ActorId>): boolean {
  for (let at: ActorId | undefined = id; at !== undefined && at !== ancestor; at = parentOf(at)) if (children.has(at)) return true
  return false
}

function isSupervised(id: ActorId): boolean {
  return id === systemSupervisor || isBelow(systemSupervisor, id)
}
