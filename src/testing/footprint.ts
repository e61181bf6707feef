import type { ActorId } from '../protocol/actor-id.ts'
import type { KitSim, StepWatch } from './kit-sim.ts'

/**
 * What one step has to do with: actors, `the store`, `chance`, `outside` (whoever plays the scenario), or everything. A step is
 * a turn, a commit or a timer, with all that promises do because of it.
 */
export interface Footprint {
  /** Nothing for everything. */
  readonly touches: ReadonlySet<string> | undefined
  /** It put something in line that waits until what was in line before has had a turn. */
  readonly defers: boolean
  /** It put somebody in line. */
  readonly queues: boolean
}

/** True if two steps give the same in either order, as far as can be told from what they have to do with. */
export function areIndependent(one: Footprint, other: Footprint): boolean {
  if (one.touches === undefined || other.touches === undefined) return false
  if ((one.defers && other.queues) || (one.queues && other.defers)) return false
  for (const touched of one.touches) if (other.touches.has(touched)) return false
  return true
}

const store = 'the store'
const chance = 'chance'
const outside = 'outside'

/** Events that change nothing but what is seen otherwise. */
const harmless: ReadonlySet<string> = new Set(['accepted', 'committed', 'checkpointed', 'effect', 'refused', 'emitted', 'logged'])

/**
 * Watches the steps of a simulation, to know which of them depend on each other. It compares what can be seen of every actor
 * before and after: its mail, its state, its status. A turn also touches whom its actor ever was called by, since it may answer.
 * What begins or ends an actor touches everything.
 */
export class FootprintWatch<Tree> implements StepWatch {
  readonly #sim: () => KitSim<Tree> | undefined
  /** Who may be waiting for an answer of an actor. */
  readonly #callers = new Map<ActorId, Set<string>>()
  #signatures = new Map<ActorId, readonly unknown[]>()
  #events = 0
  #labels: readonly string[] = []
  #touched = new Set<string>()

  constructor(sim: () => KitSim<Tree> | undefined) {
    this.#sim = sim
  }

  /** A step is about to run. */
  before(labels: readonly string[]): void {
    this.#labels = labels
    this.#touched = new Set()
    this.#signatures = this.#look()
    this.#events = this.#sim()?.events.length ?? 0
  }

  asked(): void {
    this.#touched.add(store)
  }

  drew(): void {
    this.#touched.add(chance)
  }

  /** What the step had to do with that ran last; `labels` is what can run now. */
  after(chosen: string, labels: readonly string[]): Footprint {
    const arrived = labels.filter((label) => !this.#labels.includes(label))
    const defers = arrived.some((label) => label.startsWith('defer'))
    const queues = labels.includes(chosen) || arrived.some((label) => label.startsWith('run'))
    return { touches: this.#touches(chosen), defers, queues }
  }

  #touches(chosen: string): ReadonlySet<string> | undefined {
    const sim = this.#sim()
    if (sim === undefined) return undefined
    if (sim.events.slice(this.#events).some(({ type }) => !harmless.has(type))) return undefined
    const handled = sim.steps.at(-1)?.handled ?? []
    const touched = this.#touched
    if (handled.length === 0 && chosen.startsWith('run ')) {
      const actor = actorOf(chosen)
      // Of who has never handled a message it is not known what it is: a supervisor may do anything.
      if (!this.#callers.has(actor)) return undefined
      touched.add(actor)
      for (const caller of this.#callersOf(actor)) touched.add(caller)
    }
    if (chosen.includes('store commit')) touched.add(store)
    for (const { actor, kind, from } of handled) {
      touched.add(actor)
      if (kind !== 'cast') this.#callersOf(actor).add(from ?? outside)
      for (const caller of this.#callersOf(actor)) touched.add(caller)
    }
    const now = this.#look()
    for (const id of new Set([...this.#signatures.keys(), ...now.keys()]))
      if (!isSame(this.#signatures.get(id), now.get(id))) {
        touched.add(id)
        for (const caller of this.#callersOf(id)) touched.add(caller)
      }
    return touched
  }

  #look(): Map<ActorId, readonly unknown[]> {
    const system = this.#sim()?.simulation.system
    const seen = new Map<ActorId, readonly unknown[]>()
    for (const id of system?.running() ?? []) {
      const life = system?.lifeOf(id)
      const info = system?.infoOf(id)
      seen.set(id, [life?.state, life?.status, life?.frontier, life?.behavior, info?.queued, info?.stashed, info?.incarnation])
    }
    return seen
  }

  #callersOf(actor: ActorId): Set<string> {
    const known = this.#callers.get(actor)
    if (known !== undefined) return known
    const callers = new Set<string>()
    this.#callers.set(actor, callers)
    return callers
  }
}

function isSame(one: readonly unknown[] | undefined, other: readonly unknown[] | undefined): boolean {
  return one !== undefined && other !== undefined && one.every((value, index) => Object.is(value, other[index]))
}

/** The actor of a choice: `run ann`, `run "an actor"`. */
function actorOf(choice: string): ActorId {
  const name = choice.slice('run '.length)
  return name.startsWith('"') ? (JSON.parse(name) as ActorId) : name
}
