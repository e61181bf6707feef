import type { Bounds } from './bounds.ts'
import { readValue, type SqlHandle, type SqlStatement } from './sqlite-handle.ts'

/** How many rows of a kind go at once: a few milliseconds. */
const rowsAtOnce = 1_000

/** Measures a database, and removes from it what is not kept any more. */
export class SqliteBounds {
  readonly #handle: SqlHandle
  readonly #bounds: Bounds
  #pages: SqlStatement | undefined
  #free: SqlStatement | undefined
  #pageBytes = 0

  constructor(handle: SqlHandle, bounds: Bounds) {
    this.#handle = handle
    this.#bounds = bounds
  }

  get bounds(): Bounds {
    return this.#bounds
  }

  /** What the database holds now, within the transaction that is open. */
  usedBytes(): number {
    const handle = this.#handle
    this.#pageBytes ||= Number(readValue(handle, 'PRAGMA page_size'))
    this.#pages ??= handle.prepare('SELECT page_count AS n FROM pragma_page_count')
    this.#free ??= handle.prepare('SELECT freelist_count AS n FROM pragma_freelist_count')
    return (countIn(this.#pages) - countIn(this.#free)) * this.#pageBytes
  }

  /** Removes some of what is not kept any more, within the transaction that is open. True if there may be more. */
  prune(wallMs: number): boolean {
    const answers = this.#pruneAnswers(wallMs)
    const letters = this.#pruneDeadLetters(wallMs)
    return answers >= rowsAtOnce || letters >= rowsAtOnce
  }

  /** The answer to a message that waits is kept, however old: it is what tells a repeated message from a new one. */
  #pruneAnswers(wallMs: number): number {
    const { ageMs, most } = this.#bounds.answers
    // Those of a version before are as old as they are known to be.
    this.#run('UPDATE answer SET asked_at_ms = ? WHERE asked_at_ms = 0', wallMs)
    const excess = Number(readValue(this.#handle, 'SELECT count(*) FROM answer')) - most
    const oldest = `DELETE FROM answer WHERE (actor, key) IN (SELECT answer.actor, answer.key
      FROM answer JOIN actor ON actor.id = answer.actor
      WHERE answer.asked_at_ms < ? AND answer.seq <= actor.frontier ORDER BY answer.asked_at_ms LIMIT ?)`
    const old = ageMs === Infinity ? 0 : this.#run(oldest, wallMs - ageMs, rowsAtOnce)
    const tooMany = Math.min(excess - old, rowsAtOnce)
    return Math.max(old, tooMany > 0 ? this.#run(oldest, Number.MAX_SAFE_INTEGER, tooMany) : 0)
  }

  #pruneDeadLetters(wallMs: number): number {
    const { ageMs, most } = this.#bounds.deadLetters
    const old =
      ageMs === Infinity
        ? 0
        : this.#run(
            `DELETE FROM dead_letter WHERE number IN
              (SELECT number FROM (SELECT number, died_at_ms FROM dead_letter ORDER BY number LIMIT ?) WHERE died_at_ms < ?)`,
            rowsAtOnce,
            wallMs - ageMs,
          )
    const many = this.#run(
      'DELETE FROM dead_letter WHERE number IN (SELECT number FROM dead_letter ORDER BY number DESC LIMIT ? OFFSET ?)',
      rowsAtOnce,
      most,
    )
    return Math.max(old, many)
  }

  #run(sql: string, ...values: number[]): number {
    const { changes } = this.#handle.prepare(sql).run(...values) as { readonly changes: number | bigint }
    return Number(changes)
  }
}

function countIn(statement: SqlStatement): number {
  return Number((statement.get() as { readonly n: unknown }).n)
}
