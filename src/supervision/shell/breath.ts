import type { Clock } from '../../runtime/clock.ts'

/** As long as the fair scheduler lets anybody else run. */
const stretchMs = 2

/** To read the clock costs about as much as a tenth of a start. */
const stepsBetweenLooks = 16

/** Cuts long work into stretches, between which everybody else has a turn. On a virtual clock nothing takes time or is cut. */
export class Breath {
  readonly #clock: Clock
  readonly #breathe: () => Promise<void>
  #steps = 0
  #beganMs: number | undefined

  constructor(clock: Clock, breathe: () => Promise<void>) {
    this.#clock = clock
    this.#breathe = breathe
  }

  /** A piece of work begins. */
  begin(): void {
    this.#steps = 0
    this.#beganMs = undefined
  }

  /** Called after each step of the work: true if the others have waited long enough. */
  isDue(): boolean {
    this.#steps += 1
    if (this.#steps % stepsBetweenLooks !== 0) return false
    const nowMs = this.#clock.now()
    this.#beganMs ??= nowMs
    return nowMs - this.#beganMs >= stretchMs
  }

  /** Lets the others have their turn. */
  async take(): Promise<void> {
    await this.#breathe()
    this.#beganMs = this.#clock.now()
  }
}
