import type { Life } from './anatomy.ts'

/** Writes the checkpoints of an actor without a journal: after some turns, as the policy or the actor itself asks. */
export class Checkpointing {
  readonly #life: Life
  #sinceCheckpoint = 0
  #isAskedFor = false
  #isWriting = false
  #wanted: 'call' | 'policy' | undefined = undefined

  constructor(life: Life) {
    this.#life = life
  }

  /** Asks for one after the turn that is under way. */
  ask(): void {
    this.#isAskedFor = true
  }

  afterTurn(): void {
    this.#sinceCheckpoint += 1
    const due = this.#sinceCheckpoint >= this.#life.cell.spec.checkpointEvery
    if (!due && !this.#isAskedFor) return
    const cause = this.#isAskedFor ? 'call' : 'policy'
    this.#sinceCheckpoint = 0
    this.#isAskedFor = false
    if (this.#wanted !== 'call') this.#wanted = cause
    if (!this.#isWriting) this.#write()
  }

  /** One checkpoint at a time: what is due meanwhile is one with the state of then. */
  #write(): void {
    const cause = this.#wanted
    if (cause === undefined) return
    this.#wanted = undefined
    this.#isWriting = true
    const { cell, behavior, state, frontier, number } = this.#life
    const snapshot = { behavior: behavior.name, version: behavior.version, state, frontier }
    const written = cell.world.persistence?.commit(cell.id, number, { turns: [], checkpoint: { snapshot, cause } }).then(
      (committed) =>
        cell.world.emit({ type: 'checkpointed', id: cell.id, incarnation: number, number: committed.checkpoint ?? 0, cause }),
      (error: unknown) => cell.world.emit({ type: 'checkpoint failed', id: cell.id, error }),
    )
    void written?.then(() => {
      this.#isWriting = false
      if (this.#life.isActive) this.#write()
    })
  }
}
