import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { schemaVersion } from '../../src/persistence/sqlite-schema.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { fill } from '../support/full-store.ts'
import { rowsIn } from '../support/store-content.ts'
import { inDirectory, openIn, rejection } from '../support/store-fixtures.ts'

const version1 = readFileSync(fileURLToPath(new URL('fixtures/version-1.sql', import.meta.url)), 'utf8')

/** A full store, and its export. */
async function exported(directory: string): Promise<{ readonly path: string; readonly lines: string; readonly text: string }> {
  const [path, lines] = [join(directory, 'store.db'), join(directory, 'store.jsonl')]
  const store = sqlite(path)
  const open = await openIn(store)
  await fill(open)
  await store.exportTo(lines)
  await open.persistence.close()
  return { path, lines, text: readFileSync(lines, 'utf8') }
}

describe('an export', () => {
  it('[C7] of a store that is in use is imported into a new file with everything in it', () =>
    inDirectory(async (directory) => {
      const { path, lines } = await exported(directory)
      const other = join(directory, 'other.db')
      const report = await sqlite(other).importFrom(lines)
      const before = rowsIn(path)
      expect(rowsIn(other)).toEqual(before)
      const full = Object.entries(before).flatMap(([table, rows]) => (rows.length > 0 ? [table] : []))
      expect(full.sort()).toEqual(
        [
          'actor',
          'answer',
          'checkpoint',
          'dead_letter',
          'entry',
          'entry_before',
          'exits',
          'inbox',
          'link',
          'link_in',
          'link_out',
          'member',
          'meta',
          'outbox',
          'restarts',
          'timer',
        ].sort(),
      )
      expect(report.rows).toMatchObject({
        actor: 3,
        inbox: 4,
        checkpoint: 5,
        entry: 2,
        dead_letter: 2,
        outbox: 1,
        member: 1,
        exits: 2,
        timer: 1,
      })
      const { persistence, settled } = await openIn(sqlite(other))
      expect(persistence.info).toMatchObject({ storeId: report.storeId, epoch: 2 })
      const revived = await settled(persistence.open('shop/cart', 0))
      expect(revived).toMatchObject({ incarnation: 2, lastExit: { type: 'error' }, backlog: [{ seq: 4 }] })
      expect(revived.offered?.state).toEqual({ items: new Map([['a', 2]]), big: 10n })
      expect(revived.timers).toMatchObject([{ id: 't', dueAtMs: 5_000.5 }])
      await persistence.close()
      expect(readdirSync(directory).sort()).toEqual(['other.db', 'store.db', 'store.jsonl'])
    }))

  it('is text: a first line that says what it is, a line for each row, and a last one with the sum', () =>
    inDirectory(async (directory) => {
      const { text } = await exported(directory)
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(lines[0]).toMatchObject({ coppice: 'export', format: 1, schema: schemaVersion, epoch: 1 })
      expect(lines[1]).toMatchObject({ table: 'actor', row: { id: 'shop/cart', incarnation: 1, next_seq: 5 } })
      expect(lines.at(-1)).toMatchObject({ end: { rows: { actor: 3 } } })
      expect(lines.slice(1, -1).every((line) => 'table' in line && 'row' in line)).toBe(true)
    }))

  it.each<[string, (text: string) => string, string]>([
    ['that is cut off', (text) => text.slice(0, text.length / 2), 'damaged'],
    ['without its last line', (text) => text.slice(0, text.indexOf('{"end"')), 'damaged'],
    ['in which one digit is another', (text) => text.replace('"incarnation":1', '"incarnation":2'), 'damaged'],
    ['in which a row is missing', (text) => text.replace(/\{"table":"timer".*\n/, ''), 'damaged'],
    ['that goes on behind its end', (text) => `${text}${text}`, 'damaged'],
    ['of a newer version', (text) => text.replace(`"schema":${schemaVersion}`, '"schema":99'), 'newer-schema'],
    ['with a table of another program', (text) => text.replace('"table":"actor"', '"table":"users"'), 'damaged'],
    ['that is another text', () => 'hello\n', 'not-a-store'],
    ['that is empty', () => '', 'not-a-store'],
  ])('%s is refused, and no file is made', (_, change, problem) =>
    inDirectory(async (directory) => {
      const { text } = await exported(directory)
      const [bad, other] = [join(directory, 'bad.jsonl'), join(directory, 'other.db')]
      writeFileSync(bad, change(text))
      const error = await rejection(sqlite(other).importFrom(bad))
      expect([error.code, error.problem, existsSync(other)]).toEqual(['store', problem, false])
      expect(error.message).toMatch(/nothing was imported$/)
      expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([])
    }),
  )

  it('is imported into a new file only, and made into a new one', () =>
    inDirectory(async (directory) => {
      const { path, lines } = await exported(directory)
      const before = rowsIn(path)
      expect((await rejection(sqlite(path).importFrom(lines))).problem).toBe('exists')
      expect((await rejection(sqlite(path).exportTo(lines))).problem).toBe('exists')
      expect(rowsIn(path)).toEqual(before)
      expect((await rejection(sqlite(':memory:').importFrom(lines))).code).toBe('configuration')
      expect((await rejection(sqlite(join(directory, 'x.db')).importFrom(join(directory, 'none')))).problem).toBe('missing')
    }))

  it('of a version before is brought up to date', () =>
    inDirectory(async (directory) => {
      const old = new DatabaseSync(join(directory, 'old.db'))
      old.exec(version1)
      old.close()
      // As the version before would have written it: rows as they are, under its own number.
      const current = join(directory, 'current.jsonl')
      const rows = rowsIn(join(directory, 'old.db'))
      const head = { coppice: 'export', format: 1, schema: 1, storeId: 'x', epoch: 1, exportedAt: '2026-01-01T00:00:00.000Z' }
      const body = [head, ...Object.entries(rows).flatMap(([table, of]) => of.map((row) => ({ table, row })))]
      const meta = { table: 'meta', row: { name: 'epoch', value: 1 } }
      const text = [...body, meta].map((line) => `${JSON.stringify(line)}\n`).join('')
      const { createHash } = await import('node:crypto')
      const sha256 = createHash('sha256').update(text).digest('hex')
      writeFileSync(current, `${text}${JSON.stringify({ end: { rows: {}, sha256 } })}\n`)
      const other = join(directory, 'other.db')
      await sqlite(other).importFrom(current)
      const { persistence, settled } = await openIn(sqlite(other))
      expect((await settled(persistence.open('durable', 0))).offered?.state).toEqual({ count: 6 })
      await persistence.close()
    }))
})
