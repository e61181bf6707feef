import { keyOf, parentOf, type ActorId } from '../protocol/actor-id.ts'
import { crcOf } from './checksum.ts'
import type { BegunAnewRow, EnvelopeText, Records, Removed, SettingAside } from './records.ts'
import type { SqlHandle, SqlRow, SqlValue } from './sqlite-handle.ts'
import { queries } from './sqlite-queries.ts'
import { toMessage, toTimer } from './sqlite-rows.ts'
import { columnsOf } from './sqlite-tables.ts'

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
    this.#run('DELETE FROM expired WHERE actor = ?', id)
    this.#run('DELETE FROM effect WHERE actor = ?', id)
    this.#run('DELETE FROM entry WHERE actor = ?', id)
    this.#run('DELETE FROM entry_before WHERE actor = ?', id)
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

  dropAnswer(actor: ActorId, key: string): void {
    this.#run('DELETE FROM answer WHERE actor = ? AND key = ?', actor, key)
  }

  dropAnswersAfter(actor: ActorId, seq: number): void {
    this.#run('DELETE FROM answer WHERE actor = ? AND seq > ?', actor, seq)
  }

  putBegunAnew({ actor, frontier, atMs, why }: BegunAnewRow): void {
    const crc = crcOf(actor, frontier, atMs, why)
    const put = 'INSERT OR REPLACE INTO begun_anew (actor, frontier, at_ms, why, crc) VALUES (?, ?, ?, ?, ?)'
    this.#run(put, actor, frontier, atMs, why, crc)
  }

  setAside(actor: ActorId, order: SettingAside): ReturnType<Records['setAside']> {
    const { frontier, why, atMs } = order
    const keep = (table: string, where: string): number => {
      const row = columnsOf(this.#handle, table).map((column) => `'${column}', ${column}`)
      const given = `SELECT actor, ?, ?, '${table}', json_object(${row.join(', ')}) FROM ${table} WHERE ${where}`
      this.#run(`INSERT INTO set_aside (actor, at_ms, why, kind, content) ${given}`, atMs, why, actor)
      return this.#run(`DELETE FROM ${table} WHERE ${where}`, actor)
    }
    const checkpoints = keep('checkpoint', 'actor = ?')
    keep('entry', 'actor = ?')
    keep('entry_before', 'actor = ?')
    const applied = keep('inbox', `actor = ? AND seq <= ${frontier}`)
    keep('timer', `actor = ? AND id IN (${this.#damagedTimers(actor)})`)
    const { unhandled, again } = this.#mendJournal(actor, order)
    return { lost: { checkpoints, applied, unhandled }, again }
  }

  /** Nothing is done where every message above the frontier is there and intact. */
  #mendJournal(actor: ActorId, { frontier, nextSeq, atMs }: SettingAside): { unhandled: number; again: EnvelopeText[] } {
    const columns = this.#handle.prepare('SELECT * FROM inbox WHERE actor = ? AND seq > ?').all(actor, frontier) as SqlRow[]
    const rows = columns.map((row) => toMessage(row))
    const intact = rows.flatMap(({ row, isIntact }) => (isIntact && !row.isDead ? [row] : []))
    const known = new Set(rows.flatMap(({ row, isIntact }) => (isIntact ? [row.seq] : [])))
    const unhandled: number[] = []
    for (let seq = frontier + 1; seq < nextSeq; seq += 1) if (!known.has(seq)) unhandled.push(seq)
    if (unhandled.length === 0) return { unhandled: 0, again: [] }
    const there = new Set(rows.map(({ row }) => row.seq))
    for (const seq of unhandled) {
      const why = there.has(seq) ? 'it cannot be read' : 'it is missing'
      if (!there.has(seq)) this.#run(queries.addMessage, actor, seq, 'cast', '', '', null, null, 0)
      this.#run(queries.addDeadLetter, why, atMs, actor, seq)
    }
    for (const { key } of intact) if (key !== null) this.dropAnswer(actor, key)
    this.#run('DELETE FROM inbox WHERE actor = ?', actor)
    return { unhandled: unhandled.length, again: intact }
  }

  /** As texts of SQL. */
  #damagedTimers(actor: ActorId): string {
    const rows = this.#handle.prepare('SELECT * FROM timer WHERE actor = ?').all(actor) as SqlRow[]
    const damaged = rows.filter((row) => !toTimer(row).isIntact).map(({ id }) => `'${String(id).replaceAll("'", "''")}'`)
    return damaged.join(', ')
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
