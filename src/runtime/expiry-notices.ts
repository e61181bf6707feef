import type { Life } from './anatomy.ts'

/**
 * Tells whoever keeps states elsewhere which of them can go, one after the other, beside the turns. What was not told stays in
 * the store for the next incarnation; what it did not take is tried again with the next checkpoint.
 */
export class ExpiryNotices {
  readonly #life: Life
  readonly #left: number[] = []
  #telling: Promise<void> | undefined

  constructor(life: Life) {
    this.#life = life
  }

  /** Settles when what is being told now has been; nothing if that is nothing. */
  get settled(): Promise<void> | undefined {
    return this.#telling
  }

  tell(numbers: readonly number[]): void {
    this.#left.push(...numbers)
    if (this.#telling !== undefined || this.#left.length === 0) return
    this.#telling = this.#tellAll().finally(() => {
      this.#telling = undefined
    })
  }

  async #tellAll(): Promise<void> {
    const failed: number[] = []
    for (let number = this.#next(); number !== undefined; number = this.#next())
      if (!(await this.#tellOne(number))) failed.push(number)
    this.#left.push(...failed)
  }

  /** Oldest first; none when the incarnation has ended, or is one that keeps nothing elsewhere. */
  #next(): number | undefined {
    if (!this.#life.isActive || this.#life.behavior.checkpointable === undefined) return undefined
    this.#left.sort((a, b) => a - b)
    return this.#left.shift()
  }

  /** False if it has to be told again. */
  async #tellOne(checkpoint: number): Promise<boolean> {
    const { cell, id, number: incarnation, signal, behavior } = this.#life
    const { world } = cell
    try {
      await world.attribution.run(this.#life, async () => behavior.checkpointable?.expired({ id, checkpoint, signal }))
    } catch (error) {
      world.emit({ type: 'checkpoint expiry failed', id, incarnation, number: checkpoint, error })
      return false
    }
    // If that is not written the next incarnation tells it again.
    await cell.store.commit(id, incarnation, { turns: [], told: [checkpoint] }).catch(() => undefined)
    return true
  }
}
