import { keyOf, parentOf, type ActorId } from '../protocol/actor-id.ts'
import { crcOf } from './checksum.ts'
import type { BegunAnewRow, Removed } from './records.ts'
import type { SqlHandle, SqlRow, SqlValue } from './sqlite-handle.ts'

/** The statements by which actors are forgotten; seldom needed, and so not prepared in advance. */
export class SqliteForgetting {
  readonly #handle: SqlHandle

  constructor(handle: SqlHandle) {
    this.#handle = handle
  }

  actorIds(): readonly ActorId[] {
    return (this.#handle.prepare('SELECT id FROM actor ORDER BY id').all() as SqlRow[]).map(({ id }) => String(id))
  }

  countWaiting(actor: ActorId, frontier: number): number {
    const counted = this.#handle.prepare('SELECT count(*) AS n FROM inbox WHERE actor = ? AND seq > ? AND is_dead = 0')
    return Number((counted.get(actor, frontier) as SqlRow)['n'])
  }

  removeActor(id: ActorId): Removed {
    this.#run('DELETE FROM member WHERE supervisor = ?', id)
    this.#run('DELETE FROM restarts WHERE supervisor = ?', id)
    this.#run('DELETE FROM exits WHERE supervisor = ?', id)
    const parent = parentOf(id)
    if (parent !== undefined) {
      this.#run('DELETE FROM member WHERE supervisor = ? AND key = ?', parent, keyOf(id))
      this.#run('DELETE FROM restarts WHERE supervisor = ? AND child = ?', parent, keyOf(id))
    }
    return {
      checkpoints: this.#run('DELETE FROM checkpoint WHERE actor = ?', id),
      messages: this.#run('DELETE FROM inbox WHERE actor = ?', id),
      timers: this.#run('DELETE FROM timer WHERE actor = ?', id),
      answers: this.#run('DELETE FROM answer WHERE actor = ?', id),
      deadLetters: this.#run('DELETE FROM dead_letter WHERE actor = ?', id),
    }
  }

  putBegunAnew({ actor, frontier, atMs, why }: BegunAnewRow): void {
    const crc = crcOf(actor, frontier, atMs, why)
    const put = 'INSERT OR REPLACE INTO begun_anew (actor, frontier, at_ms, why, crc) VALUES (?, ?, ?, ?, ?)'
    this.#run(put, actor, frontier, atMs, why, crc)
  }

  /** Nothing where the row is damaged: what it would excuse is missing then. */
  begunAnew(actor: ActorId): number {
    const row = this.#handle.prepare('SELECT * FROM begun_anew WHERE actor = ?').get(actor) as SqlRow | undefined
    if (row === undefined) return 0
    const [frontier, atMs, why] = [Number(row['frontier']), Number(row['at_ms']), String(row['why'])]
    return crcOf(actor, frontier, atMs, why) === Number(row['crc']) ? frontier : 0
  }

  #run(sql: string, ...values: SqlValue[]): number {
    const { changes } = this.#handle.prepare(sql).run(...values) as { readonly changes: number | bigint }
    return Number(changes)
  }
}
