import type { ActorId } from '../protocol/actor-id.ts'
import { noproc, type ExitReason } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import type { Down } from './context.ts'
import { systemMessage } from './message.ts'
import { Notices } from './notices.ts'

/** What one incarnation is tied to by links and monitors. Most have no such ties. */
export class Bonds {
  readonly #life: Life
  readonly #links = new Set<Life>()
  readonly #watchers = new Map<number, Watcher>()
  readonly #watched = new Map<number, Life>()
  #notices: Notices | undefined = undefined

  constructor(life: Life) {
    this.#life = life
  }

  addLink(other: Life): void {
    this.#links.add(other)
  }

  dropLink(other: Life): void {
    this.#links.delete(other)
  }

  /** Watches `target`; without one the answer comes at once: by a message, or to `tell` if that is given. */
  monitor(monitor: number, target: Life | undefined, id: ActorId, name?: string, tell?: (down: Down) => void): void {
    const named = name === undefined ? {} : { name }
    const told = tell ?? ((down: Down): void => this.#receiveNotice(down))
    if (target === undefined) {
      told({ monitor, id, reason: noproc, ...named })
      return
    }
    if (target === this.#life) return
    this.#watched.set(monitor, target)
    target.watchedBy(monitor, (reason) => {
      this.#watched.delete(monitor)
      // Who spawned it learns of a failed start from its result.
      if (this.#life.status !== 'ended' && target.isBorn) told({ monitor, id, reason, ...named })
    })
  }

  /** True if it was active. */
  demonitor(monitor: number): boolean {
    this.#watched.get(monitor)?.unwatch(monitor)
    return this.#watched.delete(monitor)
  }

  takeBackNotice(monitor: number): void {
    this.#notices?.takeBack(monitor)
  }

  watchedBy(monitor: number, watcher: Watcher): void {
    this.#watchers.set(monitor, watcher)
  }

  unwatch(monitor: number): void {
    this.#watchers.delete(monitor)
  }

  /** The incarnation has ended: the links pass its exit on, the watchers are told, and it watches nobody any more. */
  sever(reason: ExitReason): void {
    for (const linked of takeAll(this.#links)) {
      linked.dropLink(this.#life)
      linked.receiveSignal({ type: 'exit', reason }, this.#life.id)
    }
    for (const [, watcher] of takeAll(this.#watchers)) watcher(reason)
    for (const [monitor, target] of takeAll(this.#watched)) target.unwatch(monitor)
  }

  #receiveNotice(down: Down): void {
    const message = systemMessage('down', down, this.#life.number)
    ;(this.#notices ??= new Notices()).add(down.monitor, message)
    this.#life.cell.receive(message)
  }
}

type Watcher = (reason: ExitReason) => void

/** What was in it; who is told may tie new bonds meanwhile. */
function takeAll<Item>(collection: Iterable<Item> & { clear(): void }): Item[] {
  const all = [...collection]
  collection.clear()
  return all
}
