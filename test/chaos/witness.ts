import { linked, type DeskName, type OrderKind } from './chain-tree.ts'
import type { Random } from '../../src/runtime/random.ts'
import { idOf, type Given, type Held, type Told, type Verdict } from './verdict.ts'

/** What a victim is sent, a value a line. */
export type ToVictim =
  | { readonly type: 'give'; readonly order: Omit<Given, 'told'> }
  | { readonly type: 'note'; readonly k: number }
  | { readonly type: 'look' }
  | { readonly type: 'stop' }

/** What a victim says. */
export type FromVictim =
  | { readonly up: number }
  | { readonly id: string; readonly told: Told }
  | { readonly id: string; readonly error: string }
  | { readonly noted: number }
  | { readonly held: Omit<Held, 'dead'> }

/** Who tells the ledger from outside of the tree, and waits for no more than that it was accepted. */
export const outside = 'outside'

const kinds: readonly OrderKind[] = ['plain', 'plain', 'plain', 'plain', 'timer', 'pass', 'ask', 'crash']
const givers: readonly (readonly [string, DeskName])[] = [
  ['a', 'east'],
  ['b', 'west'],
  ['c', 'east'],
  ['d', 'west'],
  ['e', 'east'],
  ['f', 'west'],
]

/** So many orders of a giver are on their way at once. */
const window = 4

/** Outlives the processes that are killed: gives orders, again where nothing was said of them, and knows what was said. */
export class Witness {
  readonly given: Given[] = []
  /** What was accepted or applied, and said to be. */
  acknowledged = 0
  readonly #random: Random
  readonly #numbers = new Map<string, number>()
  /** What was given and not answered, in the order in which it was given. */
  readonly #open = new Map<string, Omit<Given, 'told'>>()
  readonly #openNotes = new Set<number>()
  #notes = 0
  #poisons = 0
  #isClosing = false
  readonly #verdict: Verdict

  constructor(random: Random, verdict: Verdict) {
    this.#random = random
    this.#verdict = verdict
  }

  /** Everything was answered. */
  get isDone(): boolean {
    return this.#open.size === 0 && this.#openNotes.size === 0
  }

  /** What a process is sent that has just come up: all that the one before did not answer, and new orders. */
  *greeting(): Iterable<ToVictim> {
    for (const order of this.#open.values()) yield { type: 'give', order }
    for (const k of this.#openNotes) yield { type: 'note', k }
    yield* this.#more()
  }

  /** Nothing new is given any more. */
  close(): void {
    this.#isClosing = true
  }

  /** Takes what a process says, and gives what it is sent then. */
  *hear(said: FromVictim): Iterable<ToVictim> {
    if ('noted' in said) {
      if (this.#openNotes.delete(said.noted)) this.acknowledged += 1
    } else if ('told' in said) {
      const order = this.#open.get(said.id)
      if (order === undefined) return
      this.#open.delete(said.id)
      this.given.push({ ...order, told: said.told })
      this.acknowledged += 1
    } else if ('error' in said) {
      this.#verdict.add('lost', `${said.id} was refused: ${said.error}`)
      return
    } else return
    yield* this.#more()
  }

  /** What the ledger was told from outside. */
  judgeNotes({ ledger }: Pick<Held, 'ledger'>, verdict: Verdict): void {
    const got = ledger.notes[outside]
    let hash = ''
    for (let k = 1; k <= this.#notes; k += 1) hash = linked(hash, `${outside}:${k}`)
    verdict.compare('notes from outside', got?.count ?? 0, this.#notes)
    verdict.add('doubled', 'notes from outside twice', got?.doubled ?? 0)
    verdict.add('lost', 'notes from outside with a gap', got?.skipped ?? 0)
    verdict.same('notes from outside', got?.hash ?? '', hash)
  }

  *#more(): Iterable<ToVictim> {
    if (this.#isClosing) return
    const open = [...this.#open.values()]
    for (const [from, desk] of givers)
      for (let free = window - open.filter((order) => order.from === from).length; free > 0; free -= 1)
        yield* this.#give({ from, desk, n: (this.#numbers.get(from) ?? 0) + 1, kind: this.#kind() })
    if (this.#random.integer(80) === 0) {
      this.#poisons += 1
      yield* this.#give({ from: `poison-${this.#poisons}`, desk: 'west', n: 1, kind: 'poison' })
    }
    while (this.#openNotes.size < 2) {
      this.#notes += 1
      this.#openNotes.add(this.#notes)
      yield { type: 'note', k: this.#notes }
    }
  }

  *#give(order: Omit<Given, 'told'>): Iterable<ToVictim> {
    if (order.kind !== 'poison') this.#numbers.set(order.from, order.n)
    this.#open.set(idOf(order), order)
    yield { type: 'give', order }
  }

  #kind(): OrderKind {
    return kinds[this.#random.integer(kinds.length)] ?? 'plain'
  }
}
