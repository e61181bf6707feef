import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { applicationId, schemaVersion } from '../../src/persistence/sqlite-schema.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { fill } from '../support/full-store.ts'
import { openIn } from '../support/store-fixtures.ts'

const page = readFileSync(fileURLToPath(new URL('../../guides/the-file.md', import.meta.url)), 'utf8')
const database = new DatabaseSync(':memory:')
beforeAll(async () => fill(await openIn(sqlite(database))))

/** The first cells of the table in a section, as far as they are code. */
function firstCells(heading: string): string[] {
  const [, section = ''] = page.split(`\n${heading}\n`)
  const [body = ''] = section.split(/\n#/)
  const rows = [...body.matchAll(/^\| `?([a-z_0-9]+)`? +\|/gm)].map(([, cell = '']) => cell)
  return rows.slice(1)
}

function named(type: 'table' | 'view'): string[] {
  const rows = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all(type)
  return rows.map(({ name }) => String(name))
}

describe('the page of the file', () => {
  it('has every table, and no other', () => {
    const sections = [...page.matchAll(/^### `([a-z_]+)`$/gm)].map(([, name]) => name)
    expect(sections.sort()).toEqual(named('table'))
  })

  it('has the columns of each table, in their order', () => {
    for (const table of named('table')) {
      const columns = database.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table)
      expect([table, firstCells(`### \`${table}\``)]).toEqual([table, columns.map(({ name }) => String(name))])
    }
  })

  it('has every view, and each shows something', () => {
    expect(firstCells('## For people: views').sort()).toEqual(named('view'))
    for (const view of named('view'))
      expect([view, database.prepare(`SELECT * FROM ${view}`).all().length]).not.toEqual([view, 0])
  })

  it('says which versions there are', () => {
    const versions = Array.from({ length: schemaVersion }, (_, i) => String(i + 1))
    expect(firstCells('## Versions')).toEqual(versions)
    expect(page).toContain(`\`PRAGMA application_id\` is ${applicationId}`)
  })

  it('is right about what may go by hand: who lacks a message is refused, other rows are not missed', async () => {
    for (const table of ['dead_letter', 'exits', 'restarts', 'answer', 'timer', 'member']) database.exec(`DELETE FROM ${table}`)
    const { persistence, settled } = await openIn(sqlite(database))
    expect(await settled(persistence.open('shop/cart', 0))).toMatchObject({ frontier: 3, backlog: [{ seq: 4 }] })
    database.exec('DELETE FROM inbox')
    const again = await openIn(sqlite(database))
    const open = again.settled(again.persistence.open('shop/cart', 0))
    await expect(open).rejects.toMatchObject({ code: 'store', problem: 'damaged' })
  })
})

describe('the views', () => {
  beforeAll(async () => {
    await fill(await openIn(sqlite(fresh)))
  })
  const fresh = new DatabaseSync(':memory:')
  const first = (view: string): unknown => fresh.prepare(`SELECT * FROM ${view}`).get()

  it('say what timers, dead letters and members there are, with times that can be read', () => {
    expect(first('timers_now')).toMatchObject({
      actor: 'shop/cart',
      id: 't',
      due_at: '1970-01-01 00:00:05',
      input: '{"json":"due"}',
    })
    expect(first('dead_letters_told')).toMatchObject({
      died_at: '1970-01-01 00:16:40',
      actor: 'shop/cart',
      seq: 2,
      why: 'it crashed 3 times',
    })
    expect(first('members_now')).toEqual({ supervisor: 'shop/carts', key: 'user/7', args: '{"json":{"owner":"u7"}}' })
  })
})
