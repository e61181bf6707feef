import type { ActorId } from '../../protocol/actor-id.ts'
import type { Life } from '../anatomy.ts'
import type { Clock, ClockTimer } from '../clock.ts'
import type { Mailbox } from '../mailbox.ts'
import type { Message } from '../message.ts'

/** An actor, as far as it can be held. */
export interface Holdable {
  readonly id: ActorId
  readonly life: Pick<Life, 'status'> | undefined
  readonly isRetired: boolean
  readonly mailbox: Mailbox
  /** Messages that were offered to its journal, and those of which is known what came of it. */
  readonly accepts: { readonly begun: number; readonly done: number }
  hold: Hold | undefined
  wake(): void
}

/** What a hold is made of. */
export interface HoldParts {
  /** Those who are held. */
  readonly cells: () => readonly Holdable[]
  readonly clock: Clock
  readonly limitMs: number
  /** Nobody is held back as long as somebody has mail: it is over when all of it is handled. */
  readonly drains: boolean
  readonly lifeOf: (id: ActorId) => Life | undefined
}

/** So many steps of promises what a turn has left behind may still take to its receiver, such as the answer to a request. */
const stepsToArrive = 16

/**
 * Holds actors at the boundary of their turns: nobody begins another one, but to answer a call that somebody waits for in the
 * middle of a turn of their own. It is over when nobody is in a turn and what they have sent has arrived, in journals too, or
 * somebody is down, or the time is over. One that drains lets them handle what waits for them, and is over when nothing does.
 */
export class Hold {
  readonly #parts: HoldParts
  readonly #timer: ClockTimer
  readonly #over: (who: Unquiet) => void
  #held: readonly Holdable[] = []
  #busy: Holdable | undefined = undefined
  /** How much had been offered to each journal when nobody was in a turn any more; nothing before. */
  #offered: ReadonlyMap<Holdable, number> | undefined = undefined
  /** Nobody is in a turn. */
  #isQuiet = false
  /** Counts the times that everybody had finished. */
  #round = 0
  #isOver = false

  constructor(parts: HoldParts, over: (who: Unquiet) => void) {
    this.#parts = parts
    this.#over = over
    this.#timer = parts.clock.setTimer(parts.limitMs, () => this.#end())
    this.#holdNew()
    this.look()
  }

  /** True if it may take its next message. */
  lets(cell: Holdable): boolean {
    const { mailbox } = cell
    if (this.#parts.drains) return mailbox.size > 0
    if (mailbox.some((message) => this.#isAwaitedInTurn(message))) return true
    // Whoever waits for room here in a turn would wait for ever.
    return mailbox.gate?.line.some(({ sender }) => this.#isInTurn(sender)) === true
  }

  /** A turn or an incarnation has ended. */
  look(): void {
    // Most looks end here: as long as one is busy that was, nobody else need be asked.
    if (this.#isOver || (this.#busy?.life !== undefined && this.#isAtWork(this.#busy))) return
    if (this.#held.some(({ life, isRetired }) => life === undefined && !isRetired)) this.#end()
    else {
      this.#busy = this.#held.find((cell) => cell.life !== undefined && this.#isAtWork(cell))
      if (this.#busy === undefined && !this.#holdNew()) this.#awaitArrivals()
      else {
        this.#isQuiet = false
        this.#offered = undefined
      }
    }
  }

  /** What is offered to journals from now on is of others: nobody here is in a turn. */
  #awaitArrivals(): void {
    if (this.#offered !== undefined) {
      const isArrived = [...this.#offered].every(([{ accepts }, begun]) => accepts.done >= begun)
      if (isArrived) this.#end()
      return
    }
    if (this.#isQuiet) return
    this.#isQuiet = true
    const round = (this.#round += 1)
    void afterSteps(stepsToArrive).then(() => {
      if (this.#isOver || !this.#isQuiet || round !== this.#round) return
      this.#offered = new Map(this.#held.map((cell) => [cell, cell.accepts.begun]))
      this.look()
    })
  }

  /** Those who have come meanwhile are held too; true if one of them is in a turn. */
  #holdNew(): boolean {
    this.#held = this.#parts.cells()
    for (const cell of this.#held) cell.hold = this
    this.#busy = this.#held.find((cell) => (cell.life === undefined ? !cell.isRetired : this.#isAtWork(cell)))
    return this.#busy?.life !== undefined
  }

  /** In a turn, or with mail that is to be handled first. */
  #isAtWork({ life, mailbox }: Holdable): boolean {
    return life?.status !== 'idle' || (this.#parts.drains && mailbox.size > 0)
  }

  /** What follows sees everybody held still. */
  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#timer.cancel()
    const isBusy = (cell: Holdable): boolean => this.#isAtWork(cell) || cell.accepts.done < (this.#offered?.get(cell) ?? 0)
    this.#over(unquietOf(this.#held, isBusy))
    for (const cell of this.#held) {
      cell.hold = undefined
      if (cell.mailbox.size > 0) cell.wake()
    }
  }

  #isAwaitedInTurn({ kind, sender, caller }: Message): boolean {
    if (kind === 'cast' || kind === 'info' || caller?.isWaiting !== true) return false
    return this.#isInTurn(sender)
  }

  #isInTurn(id: ActorId | undefined): boolean {
    return id !== undefined && this.#parts.lifeOf(id)?.status === 'busy'
  }
}

async function afterSteps(count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) await Promise.resolve()
}

/** Who keeps a group from being quiet. */
export interface Unquiet {
  /** In a turn, or about to begin or to end. */
  readonly busy: readonly ActorId[]
  /** Between two incarnations. */
  readonly down: readonly ActorId[]
}

function unquietOf(cells: readonly Holdable[], isBusy: (cell: Holdable) => boolean): Unquiet {
  const busy: ActorId[] = []
  const down: ActorId[] = []
  for (const cell of cells) {
    const { id, life, isRetired } = cell
    if (life === undefined) {
      if (!isRetired) down.push(id)
    } else if (isBusy(cell)) busy.push(id)
  }
  return { busy, down }
}
