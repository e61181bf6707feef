import { LinkEnd } from '../../../src/distribution/link-end.ts'
import type { LinkEvent } from '../../../src/distribution/events.ts'
import type { Wire } from '../../../src/distribution/wire.ts'
import { openStore } from '../../../src/persistence/open-store.ts'
import type { Records } from '../../../src/persistence/records.ts'
import { linkedId } from '../../../src/protocol/linked-id.ts'
import type { Clock } from '../../../src/runtime/clock.ts'
import { StoreError } from '../../../src/runtime/errors.ts'
import type { Committed, Journaled, JournaledSend, Persistence, Store } from '../../../src/runtime/persistence.ts'
import type { Scheduler } from '../../../src/runtime/scheduler.ts'
import { superjsonCodec } from '../../../src/serialization/superjson-codec.ts'

/** What an actor is told: to note `k`, and to send on to the next of `hops`. */
export interface Order {
  /** Given once to every sending, also of the same order by a turn that is run again. */
  readonly k: number
  /** Whom it came from, as the sender writes it. */
  readonly from: string
  readonly hops: readonly Hop[]
}

export interface Hop {
  readonly node: string
  readonly actor: string
}

/** What an actor knows: what it has been told, and what it has sent. */
export interface Notes {
  readonly got: readonly { readonly k: number; readonly from: string }[]
  readonly sent: readonly { readonly k: number; readonly to: string }[]
}

export const noNotes: Notes = { got: [], sent: [] }

/** What the life of a node runs in. */
export interface Surroundings {
  readonly node: string
  readonly actors: readonly string[]
  readonly clock: Clock
  /** Puts work in line, until the node is killed. */
  readonly defer: (run: () => void) => void
  readonly nextK: () => number
  /** How many messages are handled in one commit at most. */
  readonly group: () => number
  readonly told: (event: LinkEvent) => void
}

const codec = superjsonCodec()

/** One life of a node: its store, its actors, and its ends of links. The store and the links are the real ones. */
export class Life {
  readonly #world: Surroundings
  readonly #actors = new Map<string, Actor>()
  readonly ends = new Map<string, LinkEnd>()
  isAlive = true
  isUp = false
  store: Persistence | undefined
  /** Commits and starts that are under way. */
  busy = 0

  constructor(world: Surroundings) {
    this.#world = world
  }

  async begin(open: OpenStore, opening: string, wires: ReadonlyMap<string, Wire>): Promise<void> {
    const { node, actors, clock } = this.#world
    const scheduler: Scheduler = {
      ready: () => undefined,
      defer: (_, run) => this.#world.defer(run),
    }
    this.busy += 1
    const store = await open({ clock, scheduler })
    this.store = store
    for (const id of actors) {
      const revived = await store.open(id, 0)
      const actor: Actor = {
        id,
        incarnation: revived.incarnation,
        notes: (revived.offered?.state as Notes | undefined) ?? noNotes,
        queue: [...revived.backlog],
        isBusy: false,
      }
      this.#actors.set(id, actor)
    }
    for (const [link, wire] of wires) {
      const end = new LinkEnd({
        link,
        store,
        clock,
        codec,
        opening,
        emit: this.#world.told,
        freed: () => undefined,
        desk: {
          problemWith: (to) => (this.#actors.has(to) ? undefined : 'there is no such actor'),
          deliver: (to, seq, envelope) => this.#deliver(to, { seq, envelope, attempts: 0 }),
          bury: (to) => {
            throw new Error(`${node}: a message to ${to} was buried`)
          },
        },
      })
      this.ends.set(link, end)
      end.connect(wire)
    }
    this.isUp = true
    this.busy -= 1
    for (const actor of this.#actors.values()) void this.#handle(actor)
  }

  /** Resolves when the order is accepted. */
  async give(actor: string, order: Order): Promise<void> {
    const envelope = { kind: 'cast', name: 'order', input: order, sender: undefined, key: undefined } as const
    const accepted = await this.store?.accept(actor, envelope)
    if (this.isAlive && accepted !== undefined) this.#deliver(actor, { seq: accepted.seq, envelope, attempts: 0 })
  }

  kill(): void {
    this.isAlive = false
    for (const end of this.ends.values()) end.close()
  }

  /** True if nothing is to be done here. */
  get isIdle(): boolean {
    return this.isUp && this.busy === 0 && [...this.#actors.values()].every(({ queue, isBusy }) => queue.length === 0 && !isBusy)
  }

  /** Nothing while it is not up. */
  notesOf(actor: string): Notes {
    return this.#actors.get(actor)?.notes ?? noNotes
  }

  #deliver(to: string, message: Journaled): void {
    if (!this.isAlive) return
    const actor = this.#actors.get(to)
    if (actor === undefined) throw new Error(`there is no ${to}`)
    actor.queue.push(message)
    void this.#handle(actor)
  }

  async #handle(actor: Actor): Promise<void> {
    const { store } = this
    if (actor.isBusy || !this.isAlive || !this.isUp || store === undefined) return
    const group = actor.queue.splice(0, this.#world.group())
    const last = group.at(-1)
    if (last === undefined) return
    actor.isBusy = true
    let { notes } = actor
    const turns = group.map(({ seq, envelope }) => {
      const turn = this.#run(actor.id, notes, envelope.input as Order)
      notes = turn.notes
      return { seq, outcome: undefined, sends: turn.sends, timersSet: [], timersCancelled: [], members: [] }
    })
    const snapshot = { behavior: 'node', version: 1, state: notes, frontier: last.seq }
    const committed = await store.commit(actor.id, actor.incarnation, { turns, checkpoint: { snapshot, cause: 'turn' } })
    if (!this.isAlive) return
    actor.notes = notes
    actor.isBusy = false
    this.#release(committed)
    void this.#handle(actor)
  }

  #run(self: string, notes: Notes, order: Order): { readonly notes: Notes; readonly sends: readonly JournaledSend[] } {
    const got = [...notes.got, { k: order.k, from: order.from }]
    const [next, ...hops] = order.hops
    if (next === undefined) return { notes: { ...notes, got }, sends: [] }
    const k = this.#world.nextK()
    const to = next.node === this.#world.node ? next.actor : linkedId(next.node, next.actor)
    const input: Order = { k, from: `${this.#world.node}/${self}`, hops }
    const envelope = { kind: 'cast', name: 'order', input, sender: self, key: undefined } as const
    return { notes: { got, sent: [...notes.sent, { k, to: `${next.node}/${next.actor}` }] }, sends: [{ to, envelope }] }
  }

  #release({ deliveries, posted = [] }: Committed): void {
    for (const { to, message } of deliveries) this.#deliver(to, message)
    for (const link of posted) this.ends.get(link)?.wake()
  }
}

export type OpenStore = Store['open']

interface Actor {
  readonly id: string
  readonly incarnation: number
  notes: Notes
  readonly queue: Journaled[]
  isBusy: boolean
}

/** Opens the real store over records in memory. */
export function openRecords(node: string, { records, epoch }: { readonly records: Records; readonly epoch: number }): OpenStore {
  return (world) =>
    Promise.resolve(
      openStore({
        records,
        world,
        info: { storeId: `store ${node}`, epoch, location: node, sync: 'memory' },
        failure: (cause) => new StoreError({ problem: 'io', location: node, message: 'has failed', cause }),
        release: () => undefined,
      }),
    )
}
