import type { LinkEvent } from '../../../src/distribution/events.ts'
import type { Wire } from '../../../src/distribution/wire.ts'
import { compareLinkIds } from '../../../src/runtime/linked/link-rule.ts'
import type { LinkId } from '../../../src/runtime/linked/link-store.ts'
import { createVirtualClock, type VirtualClock } from '../../../src/simulation/virtual-clock.ts'
import { settlePromises } from '../../../src/simulation/settle.ts'
import { Chance } from './chance.ts'
import { Life, openRecords, type Hop, type Notes } from './life.ts'
import { Disk } from './logged-records.ts'
import { SqliteDisk } from './sqlite-disk.ts'

/** What became of one schedule. */
export interface ScheduleOutcome {
  readonly problems: readonly string[]
  readonly counts: ScheduleCounts
}

export interface ScheduleCounts {
  accepted: number
  delivered: number
  lost: number
  doubled: number
  outOfOrder: number
  invented: number
  stuck: number
  kills: number
  powerLosses: number
  /** Sends of turns that a loss of power has undone: they may have happened, besides those of the turns that were run again. */
  orphans: number
  /** Sends that a receiver had acknowledged and forgot by a loss of power: told as a broken link on both sides. */
  forgotten: number
  broken: number
}

export const noCounts = (): ScheduleCounts => ({
  accepted: 0,
  delivered: 0,
  lost: 0,
  doubled: 0,
  outOfOrder: 0,
  invented: 0,
  stuck: 0,
  kills: 0,
  powerLosses: 0,
  orphans: 0,
  forgotten: 0,
  broken: 0,
})

interface Node {
  readonly name: string
  readonly actors: readonly string[]
  readonly disk: Disk
  /** In place of the disk. */
  readonly database: SqliteDisk | undefined
  life: Life
  tasks: (() => void)[]
  openings: number
}

/** A text on its way, and who takes it. */
interface InFlight {
  readonly text: string
  readonly to: string
  readonly from: string
}

/** So much happens before the faults end. */
const actions = 60
/** Whatever has not come to rest by then never does. */
const mostSteps = 6_000

export interface PlayOptions {
  readonly on?: 'memory' | 'sqlite'
  /** Told of what happens, for a person. */
  readonly trace?: (line: string) => void
}

/** Plays one schedule: everything in it follows from its seed. */
export async function playSchedule(seed: number, options: PlayOptions = {}): Promise<ScheduleOutcome> {
  const play = new Play(seed, options)
  await play.run()
  return { problems: play.problems, counts: play.counts }
}

class Play {
  readonly counts = noCounts()
  readonly problems: string[] = []
  readonly #chance: Chance
  readonly #clock: VirtualClock = createVirtualClock()
  readonly #nodes: Node[]
  readonly #takers = new Map<string, (text: string) => void>()
  readonly #onTheWay: InFlight[] = []
  #isCut = false
  #isHealed = false
  #lastK = 0
  readonly #mayLosePower: boolean
  readonly #harshness: number
  /** Which sending a message of a link is: by link, pair and id. */
  readonly #orphans = new Set<number>()
  readonly #brokenThere = new Set<string>()
  readonly #brokenHere = new Map<string, { readonly has: LinkId; readonly needs: LinkId }>()
  /** Every message that was ever put into an outbox. */
  readonly #posted: { readonly pair: string; readonly id: LinkId; readonly k: number }[] = []
  readonly #forgotten = new Set<number>()
  readonly #acceptedOrders: { readonly k: number; readonly node: string; readonly actor: string; readonly commits: number }[] = []

  readonly #trace: ((line: string) => void) | undefined

  constructor(seed: number, { on = 'memory', trace }: PlayOptions) {
    this.#trace = trace
    this.#chance = new Chance(seed)
    const names = this.#chance.happens(0.25) ? ['a', 'b', 'c'] : ['a', 'b']
    // Of SQLite only what a killed process leaves is played.
    this.#mayLosePower = this.#chance.happens(0.5) && on === 'memory'
    this.#harshness = this.#chance.of([0, 0.1, 0.3])
    this.#nodes = names.map((name) => {
      const actors = this.#chance.happens(0.5) ? ['x'] : ['x', 'y']
      const disk = new Disk((row) => this.#notePosted(name, row))
      const database = on === 'sqlite' ? new SqliteDisk() : undefined
      const node: Node = { name, actors, disk, database, tasks: [], openings: 0, life: undefined as never }
      return node
    })
  }

  async run(): Promise<void> {
    for (const node of this.#nodes) this.#start(node)
    const orders = 3 + this.#chance.below(6)
    let given = 0
    for (let i = 0; i < actions || given < orders; i += 1) {
      if (given < orders && this.#chance.happens(0.3)) given += this.#give() ? 1 : 0
      else this.#act()
      await settlePromises()
    }
    await this.#comeToRest()
    this.#judge()
    for (const { life, database } of this.#nodes) {
      life.kill()
      database?.close()
    }
  }

  #start(node: Node): void {
    node.tasks = []
    const wires = new Map<string, Wire>()
    for (const other of this.#nodes) if (other !== node) wires.set(other.name, this.#wire(node.name, other.name))
    const tasks = node.tasks
    const life: Life = new Life({
      node: node.name,
      actors: node.actors,
      clock: {
        now: () => this.#clock.now(),
        wallNow: () => this.#clock.wallNow(),
        setTimer: (delayMs, run) => this.#clock.setTimer(delayMs, () => life.isAlive && run()),
      },
      defer: (run) => void tasks.push(run),
      nextK: () => ++this.#lastK,
      group: () => 1 + this.#chance.below(3),
      told: (event) => life.isAlive && this.#told(node, event),
    })
    node.life = life
    node.openings += 1
    const open = node.database?.open() ?? openRecords(node.name, node.disk.open())
    life.begin(open, `${node.name}${node.openings}`, wires).catch((error: unknown) => this.#fail(error))
  }

  #fail(error: unknown): void {
    this.problems.push(String(error instanceof Error ? error.stack : error))
    this.counts.stuck += 1
  }

  #wire(from: string, to: string): Wire {
    return {
      send: (text) => {
        if (this.#isCut) return
        if (!this.#isHealed && this.#chance.happens(this.#harshness)) return
        this.#onTheWay.push({ text, to, from })
        if (!this.#isHealed && this.#chance.happens(this.#harshness)) this.#onTheWay.push({ text, to, from })
      },
      onText: (listener) => this.#takers.set(`${from} ${to}`, listener),
      onClose: () => undefined,
      close: () => undefined,
    }
  }

  #give(): boolean {
    const node = this.#chance.of(this.#nodes)
    const { life } = node
    if (!life.isUp) {
      this.#act()
      return false
    }
    const actor = this.#chance.of(node.actors)
    const hops: Hop[] = []
    let at = node
    for (let hop = 1 + this.#chance.below(3); hop > 0; hop -= 1) {
      at = this.#chance.of(this.#nodes.filter((other) => other !== at))
      hops.push({ node: at.name, actor: this.#chance.of(at.actors) })
    }
    const k = ++this.#lastK
    life.give(actor, { k, from: 'outside', hops }).then(
      () => {
        if (!life.isAlive) return
        this.counts.accepted += 1
        this.#acceptedOrders.push({ k, node: node.name, actor, commits: node.disk.commits })
      },
      (error: unknown) => this.#fail(error),
    )
    return true
  }

  /** One thing happens. */
  #act(): void {
    const draw = this.#chance.next()
    if (draw < 0.03) this.#kill(this.#chance.of(this.#nodes), false)
    else if (draw < 0.05 && this.#mayLosePower) this.#kill(this.#chance.of(this.#nodes), true)
    else if (draw < 0.07) this.#isCut = !this.#isCut
    else if (draw < 0.12) this.#clock.runNext()
    else if (draw < 0.55 && this.#onTheWay.length > 0) this.#carry(this.#chance.below(this.#onTheWay.length))
    else this.#work()
  }

  #work(): void {
    const busy = this.#nodes.filter(({ tasks }) => tasks.length > 0)
    if (busy.length > 0) this.#chance.of(busy).tasks.shift()?.()
    else if (this.#onTheWay.length > 0) this.#carry(0)
    else this.#clock.runNext()
  }

  #carry(index: number): void {
    const [{ text, to, from } = { text: '', to: '', from: '' }] = this.#onTheWay.splice(index, 1)
    this.#trace?.(`${from} -> ${to} ${text}`)
    this.#takers.get(`${to} ${from}`)?.(text)
  }

  #kill(node: Node, losesPower: boolean): void {
    this.#trace?.(`kill ${node.name}${losesPower ? ', power lost' : ''}`)
    node.life.kill()
    this.counts.kills += 1
    if (losesPower) {
      this.counts.powerLosses += 1
      const { disk } = node
      const commits = disk.synced + this.#chance.below(disk.commits - disk.synced + 1)
      for (const k of disk.goBack(commits)) this.#orphans.add(k)
      for (let i = this.#acceptedOrders.length - 1; i >= 0; i -= 1) {
        const order = this.#acceptedOrders[i]
        // An order that was accepted by a commit that is gone was given to nobody.
        if (order?.node === node.name && order.commits > commits) this.#acceptedOrders.splice(i, 1)
      }
    }
    this.#start(node)
  }

  #notePosted(node: string, row: { link: string; from: string; to: string; id: LinkId; input: string }): number {
    const { k } = (JSON.parse(row.input) as { json: { k: number } }).json
    this.#posted.push({ pair: `${node}/${row.from} ${row.link}/${row.to}`, id: row.id, k })
    return k
  }

  #told(node: Node, event: LinkEvent): void {
    this.#trace?.(`${node.name} told ${JSON.stringify(event)}`)
    if (event.type === 'link refused' || event.type === 'link input dropped' || event.type === 'link failed')
      this.problems.push(`${node.name}: ${JSON.stringify(event)}`)
    if (event.type !== 'link broken') return
    const pair =
      event.side === 'receiving'
        ? `${event.link}/${event.from} ${node.name}/${event.to}`
        : `${node.name}/${event.from} ${event.link}/${event.to}`
    if (event.side === 'sending') {
      this.#brokenThere.add(pair)
      return
    }
    this.#brokenHere.set(pair, event)
    this.counts.broken += 1
  }

  /** No more faults: everything that was promised happens. */
  async #comeToRest(): Promise<void> {
    this.#isCut = false
    this.#isHealed = true
    for (let step = 0; step < mostSteps; step += 1) {
      if (this.#nodes.some(({ tasks }) => tasks.length > 0) || this.#onTheWay.length > 0) {
        if (this.#onTheWay.length > 0 && this.#chance.happens(0.5)) this.#carry(this.#chance.below(this.#onTheWay.length))
        else this.#work()
      } else if (this.#clock.pending === 0 && this.#isAtRest()) return
      else {
        this.#mend()
        await settlePromises()
        if (this.#nodes.every(({ tasks }) => tasks.length === 0) && this.#onTheWay.length === 0 && !this.#clock.runNext()) break
      }
      await settlePromises()
    }
    this.counts.stuck += 1
    this.problems.push(`it never came to rest: ${this.#nodes.map((node) => this.#describe(node)).join('; ')}`)
  }

  #describe({ name, life, disk }: Node): string {
    const waiting = this.#nodes.map((other) => disk.links.countOutbox(other.name))
    const ends = [...life.ends.values()].map((end) => [end.status, end.brokenHere, end.brokenThere])
    return `${name} is ${life.isIdle ? 'idle' : 'busy'}, outboxes ${waiting.join(' ')}, links ${JSON.stringify(ends)}`
  }

  /** Somebody looks at what is broken, once both sides have told of it. */
  #mend(): void {
    for (const { name, life } of this.#nodes)
      for (const [link, end] of life.ends) {
        const pairs = end.brokenHere.map(({ from, to }) => `${link}/${from} ${name}/${to}`)
        if (pairs.length === 0 || !pairs.every((pair) => this.#brokenThere.has(pair))) continue
        for (const pair of pairs) this.#giveUp(pair)
        end.mend().catch((error: unknown) => this.#fail(error))
      }
  }

  /** What is missing need not come any more. */
  #giveUp(pair: string): void {
    const range = this.#brokenHere.get(pair)
    if (range === undefined) return
    for (const { pair: other, id, k } of this.#posted)
      if (other === pair && compareLinkIds(id, range.has) > 0 && compareLinkIds(id, range.needs) <= 0) this.#forgotten.add(k)
  }

  #isAtRest(): boolean {
    return this.#nodes.every(
      ({ life, disk, database }) =>
        life.isIdle && (database?.countOutbox() ?? sumOf(this.#nodes, (other) => disk.links.countOutbox(other.name))) === 0,
    )
  }

  #judge(): void {
    const notes = new Map<string, Notes>()
    for (const { name, actors, life } of this.#nodes)
      for (const actor of actors) notes.set(`${name}/${actor}`, life.notesOf(actor))
    for (const { k, node, actor } of this.#acceptedOrders) {
      const times = notes.get(`${node}/${actor}`)?.got.filter((one) => one.k === k && one.from === 'outside').length ?? 0
      if (times === 0) this.#wrong('lost', `order ${k} of ${node}/${actor}`)
    }
    const sentBy = new Map<string, Set<number>>()
    for (const [sender, { sent }] of notes) {
      sentBy.set(sender, new Set(sent.map(({ k }) => k)))
      for (const { k, to } of sent) {
        this.counts.delivered += 1
        const isThere = notes.get(to)?.got.some((one) => one.k === k) === true
        if (!isThere && this.#forgotten.has(k)) this.counts.forgotten += 1
        else if (!isThere) this.#wrong('lost', `${k} from ${sender} to ${to}`)
      }
    }
    for (const [receiver, { got }] of notes) {
      const last = new Map<string, number>()
      const seen = new Set<number>()
      for (const { k, from } of got) {
        if (seen.has(k)) this.#wrong('doubled', `${k} from ${from} at ${receiver}`)
        else if (from !== 'outside' && k < (last.get(from) ?? 0)) this.#wrong('outOfOrder', `${k} from ${from} at ${receiver}`)
        seen.add(k)
        last.set(from, k)
        if (from === 'outside' || sentBy.get(from)?.has(k) === true) continue
        if (this.#orphans.has(k)) this.counts.orphans += 1
        else this.#wrong('invented', `${k} from ${from} at ${receiver}`)
      }
    }
    if (this.counts.powerLosses === 0 && this.counts.broken > 0) this.#wrong('stuck', 'a link broke without a loss of power')
  }

  #wrong(as: 'lost' | 'doubled' | 'outOfOrder' | 'invented' | 'stuck', what: string): void {
    this.counts[as] += 1
    this.problems.push(`${as}: ${what}`)
  }
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0)
}
