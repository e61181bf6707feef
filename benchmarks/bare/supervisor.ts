import { Ring } from './ring.ts'

/** At most so many restarts within a time. */
export interface BareIntensity {
  readonly restarts: number
  readonly withinMs: number
}

/** The least that restarts a child: a table of how each starts, and the times of the last restarts. */
export class BareSupervisor<Child> {
  readonly #starts = new Map<string, (crashed: () => void) => Child>()
  readonly #children = new Map<string, Child>()
  readonly #times = new Ring<number>()
  readonly #intensity: BareIntensity

  constructor(intensity: BareIntensity) {
    this.#intensity = intensity
  }

  add(id: string, start: (crashed: () => void) => Child): void {
    this.#starts.set(id, start)
    this.#start(id, start)
  }

  /** The incarnation of a child that runs. */
  child(id: string): Child {
    const child = this.#children.get(id)
    if (child === undefined) throw new Error(`there is no child ${id}`)
    return child
  }

  #start(id: string, start: (crashed: () => void) => Child): void {
    this.#children.set(
      id,
      start(() => this.#restart(id)),
    )
  }

  #restart(id: string): void {
    const nowMs = performance.now()
    this.#times.push(nowMs)
    while ((this.#times.first ?? nowMs) < nowMs - this.#intensity.withinMs) this.#times.shift()
    if (this.#times.length > this.#intensity.restarts) throw new Error('too many restarts')
    const start = this.#starts.get(id)
    if (start !== undefined) this.#start(id, start)
  }
}
