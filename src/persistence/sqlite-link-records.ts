import type { ActorId } from '../protocol/actor-id.ts'
import { StoreError } from '../runtime/errors.ts'
import type { LinkId } from '../runtime/linked/link-store.ts'
import { crcOf } from './checksum.ts'
import type { LinkRecords, LinkRow, OutboxRow, PairRow, StrayLetter } from './link-records.ts'
import type { Checked } from './records.ts'
import type { SqlHandle, SqlRow, SqlStatement, SqlValue } from './sqlite-handle.ts'

/** The tables of links in SQLite. Who has no link prepares none of its statements. */
export class SqliteLinkRecords implements LinkRecords {
  readonly #handle: SqlHandle
  readonly #location: string
  readonly #prepared = new Map<string, SqlStatement>()

  constructor(handle: SqlHandle, location: string) {
    this.#handle = handle
    this.#location = location
  }

  link(link: string): LinkRow | undefined {
    return this.#one('SELECT * FROM link WHERE link = ?', toLink, link)
  }

  putLink(row: LinkRow): void {
    const { link, storeId, epoch, opening } = row
    const put = 'INSERT OR REPLACE INTO link (link, store_id, epoch, opening, crc) VALUES (?, ?, ?, ?, ?)'
    this.#run(put, link, storeId, epoch, opening, linkCrc(row))
  }

  linkOut(link: string, from: ActorId, to: ActorId): PairRow | undefined {
    return this.#one('SELECT * FROM link_out WHERE link = ? AND sender = ? AND receiver = ?', toPair, link, from, to)
  }

  linkOuts(link: string, from: ActorId, to: ActorId, most: number): PairRow[] {
    const behind = `SELECT * FROM link_out WHERE link = ? AND (sender, receiver) > (?, ?)
      ORDER BY sender, receiver LIMIT ?`
    const rows = this.#statement(behind).all(link, from, to, most) as SqlRow[]
    return rows.map((columns) => this.#checked(toPair(columns), link))
  }

  putLinkOut(row: PairRow): void {
    this.#putPair('link_out', row)
  }

  linkIn(link: string, from: ActorId, to: ActorId): PairRow | undefined {
    return this.#one('SELECT * FROM link_in WHERE link = ? AND sender = ? AND receiver = ?', toPair, link, from, to)
  }

  putLinkIn(row: PairRow): void {
    this.#putPair('link_in', row)
  }

  countLinkIn(link: string): number {
    return this.#count('SELECT count(*) AS n FROM link_in WHERE link = ?', link)
  }

  dropLinkIn(link: string): void {
    this.#run('DELETE FROM link_in WHERE link = ?', link)
  }

  addOutbox(row: Omit<OutboxRow, 'position'>): void {
    const { link, from, to, id, prev, kind, name, input, key } = row
    const add = `INSERT INTO outbox
      (link, sender, receiver, epoch, n, prev_epoch, prev_n, kind, name, input, key, crc)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    this.#run(add, link, from, to, id.epoch, id.n, prev.epoch, prev.n, kind, name, input, key, outboxCrc(row))
  }

  outbox(link: string, after: number, most: number): OutboxRow[] {
    const statement = this.#statement('SELECT * FROM outbox WHERE link = ? AND position > ? ORDER BY position LIMIT ?')
    return (statement.all(link, after, most) as SqlRow[]).map((columns) => this.#checked(toOutbox(columns), link))
  }

  oldestOutbox(link: string, from: ActorId, to: ActorId): OutboxRow | undefined {
    const oldest = 'SELECT * FROM outbox WHERE link = ? AND sender = ? AND receiver = ? ORDER BY epoch, n LIMIT 1'
    return this.#one(oldest, toOutbox, link, from, to)
  }

  countOutbox(link: string): number {
    return this.#count('SELECT count(*) AS n FROM outbox WHERE link = ?', link)
  }

  dropOutbox({ link, from, to, epoch, n }: PairRow): number {
    const drop = 'DELETE FROM outbox WHERE link = ? AND sender = ? AND receiver = ? AND (epoch, n) <= (?, ?)'
    return this.#run(drop, link, from, to, epoch, n)
  }

  addStrayLetter({ actor, why, kind, name, input, sender, key, atMs }: StrayLetter): number {
    const next = this.#statement('SELECT coalesce(max(number), 0) + 1 AS n FROM dead_letter').get() as SqlRow
    const seq = -Number(next['n'])
    const add = `INSERT INTO dead_letter (actor, seq, why, attempts, kind, name, input, sender, key, died_at_ms)
      VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)`
    this.#run(add, actor, seq, why, kind, name, input, sender, key, atMs)
    return seq
  }

  outboxes(): { readonly link: string; readonly waiting: number }[] {
    const rows = this.#statement('SELECT link, count(*) AS n FROM outbox GROUP BY link ORDER BY link').all() as SqlRow[]
    return rows.map((columns) => ({ link: String(columns['link']), waiting: Number(columns['n']) }))
  }

  dropLink(link: string): number {
    for (const table of ['link', 'link_out', 'link_in']) this.#run(`DELETE FROM ${table} WHERE link = ?`, link)
    return this.#run('DELETE FROM outbox WHERE link = ?', link)
  }

  #putPair(table: 'link_in' | 'link_out', row: PairRow): void {
    const { link, from, to, epoch, n } = row
    const put = `INSERT OR REPLACE INTO ${table} (link, sender, receiver, epoch, n, crc) VALUES (?, ?, ?, ?, ?, ?)`
    this.#run(put, link, from, to, epoch, n, pairCrc(row))
  }

  #one<Row>(sql: string, read: (columns: SqlRow) => Checked<Row>, link: string, ...rest: SqlValue[]): Row | undefined {
    const columns = this.#statement(sql).get(link, ...rest) as SqlRow | null | undefined
    return columns === undefined || columns === null ? undefined : this.#checked(read(columns), link)
  }

  #count(sql: string, link: string): number {
    return Number((this.#statement(sql).get(link) as SqlRow)['n'])
  }

  #run(sql: string, ...values: SqlValue[]): number {
    const { changes } = this.#statement(sql).run(...values) as { readonly changes: number | bigint }
    return Number(changes)
  }

  #statement(sql: string): SqlStatement {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#handle.prepare(sql)
    this.#prepared.set(sql, statement)
    return statement
  }

  #checked<Row>({ row, isIntact }: Checked<Row>, link: string): Row {
    if (isIntact) return row
    const message = `holds a row of the link ${JSON.stringify(link)} that is not what was written. Restore it from a backup`
    throw new StoreError({ problem: 'damaged', location: this.#location, message: `${message}; nothing was changed` })
  }
}

const linkCrc = ({ link, storeId, epoch, opening }: LinkRow): number => crcOf(link, storeId, epoch, opening)

const pairCrc = ({ link, from, to, epoch, n }: PairRow): number => crcOf(link, from, to, epoch, n)

/** The position is given by the database, and in what order rows are read is all that it says. */
const outboxCrc = ({ link, from, to, id, prev, kind, name, input, key }: Omit<OutboxRow, 'position'>): number =>
  crcOf(link, from, to, id.epoch, id.n, prev.epoch, prev.n, kind, name, input, key)

export function toLink(columns: SqlRow): Checked<LinkRow> {
  const row: LinkRow = {
    link: String(columns['link']),
    storeId: String(columns['store_id']),
    epoch: Number(columns['epoch']),
    opening: String(columns['opening']),
  }
  return { row, isIntact: linkCrc(row) === Number(columns['crc']) }
}

/** Of `link_in` and of `link_out`. */
export function toPair(columns: SqlRow): Checked<PairRow> {
  const row: PairRow = { ...pairIn(columns), ...idIn(columns, 'epoch', 'n') }
  return { row, isIntact: pairCrc(row) === Number(columns['crc']) }
}

export function toOutbox(columns: SqlRow): Checked<OutboxRow> {
  const key = columns['key']
  const row: OutboxRow = {
    ...pairIn(columns),
    position: Number(columns['position']),
    id: idIn(columns, 'epoch', 'n'),
    prev: idIn(columns, 'prev_epoch', 'prev_n'),
    kind: columns['kind'] === 'call' ? 'call' : 'cast',
    name: String(columns['name']),
    input: String(columns['input']),
    key: typeof key === 'string' ? key : null,
  }
  return { row, isIntact: outboxCrc(row) === Number(columns['crc']) }
}

function pairIn(columns: SqlRow): Pick<PairRow, 'link' | 'from' | 'to'> {
  return { link: String(columns['link']), from: String(columns['sender']), to: String(columns['receiver']) }
}

function idIn(columns: SqlRow, epoch: string, n: string): LinkId {
  return { epoch: Number(columns[epoch]), n: Number(columns[n]) }
}
