import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fileOpening } from '../../src/persistence/sqlite-opening.ts'
import { schemaVersion } from '../../src/persistence/sqlite-schema.ts'
import { sqlite, type SqlHandle } from '../../src/persistence/sqlite-store.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { links } from '../support/links.ts'
import { Counter } from '../support/scripted.ts'
import { manualWorld } from '../support/manual-world.ts'
import { simulated } from '../support/simulated-app.ts'
import { inDirectory, openIn, rejection } from '../support/store-fixtures.ts'

const version1 = readFileSync(fileURLToPath(new URL('fixtures/version-1.sql', import.meta.url)), 'utf8')

/** A file as the first version of coppice left it. */
function fileOfVersion1(directory: string): string {
  const path = join(directory, 'store.db')
  const database = new DatabaseSync(path)
  database.exec(version1)
  database.close()
  return path
}

/** Everything in a file but the facts about its owner. */
function contentOf(path: string): { readonly version: unknown; readonly rows: Record<string, unknown[]> } {
  const database = new DatabaseSync(path)
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  const rows = tables.flatMap(({ name }) =>
    name === 'meta' ? [] : [[String(name), database.prepare(`SELECT * FROM "${String(name)}"`).all()] as const],
  )
  const version = database.prepare('PRAGMA user_version').get()?.['user_version']
  database.close()
  return { version, rows: Object.fromEntries(rows) }
}

function schemaOf(path: string): unknown[] {
  const database = new DatabaseSync(path)
  const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
  database.close()
  // The tool that wrote the old file leaves another space behind a view.
  return schema.map(({ type, name, sql }) => [type, name, String(sql).trim()])
}

const tree = supervisor(
  {},
  {
    checkpointed: child(Counter, { state: 'checkpointed' }),
    durable: child(Counter, { state: 'durable', maxAttempts: 1 }),
    carts: dynamicSupervisor(Counter, { state: 'durable' }),
  },
)

describe('a file of the first version', () => {
  it('is used with all that it holds, and is of the newest version then', () =>
    inDirectory(async (directory) => {
      const path = fileOfVersion1(directory)
      const { tree: actors, app, until } = await simulated(tree, { store: sqlite(path) })
      expect(app.store?.epoch).toBe(2)
      expect(await until(actors.checkpointed.call.count())).toBe(7)
      expect(await until(actors.durable.call.add(5, { id: 'r1' }))).toBe(5)
      expect(await until(actors.durable.call.count())).toBe(6)
      expect(await until(actors.carts.get('x').call.count())).toBe(4)
      await until(app.stop())
      const { version, rows } = contentOf(path)
      expect([version, rows['dead_letter']?.length]).toEqual([schemaVersion, 1])
    }))

  it.each(['in-process', 'worker'] as const)('is brought up to date over the link %s', (link) =>
    inDirectory(async (directory) => {
      const path = fileOfVersion1(directory)
      const store = links[link](fileOpening({ path, busyMs: 0, sync: 'full' }))
      const { persistence, settled } = await openIn(store)
      const members = [{ supervisor: 'carts', key: 'x', args: { from: 3 } }]
      expect([persistence.info.epoch, await settled(persistence.members('carts'))]).toEqual([2, members])
      expect((await settled(persistence.open('durable', 0))).offered?.state).toEqual({ count: 6 })
      await persistence.close()
      expect(contentOf(path).version).toBe(schemaVersion)
    }),
  )

  it('has the same tables then as a new one', () =>
    inDirectory(async (directory) => {
      const old = fileOfVersion1(directory)
      await (await openIn(sqlite(old))).persistence.close()
      const fresh = join(directory, 'fresh.db')
      await (await openIn(sqlite(fresh))).persistence.close()
      expect(schemaOf(old)).toEqual(schemaOf(fresh))
    }))

  it('loses no row by being opened', () =>
    inDirectory(async (directory) => {
      const path = fileOfVersion1(directory)
      const before = contentOf(path)
      await (await openIn(sqlite(path))).persistence.close()
      const after = contentOf(path)
      const answer = before.rows['answer']?.map((row) => ({ ...(row as object), asked_at_ms: 0 }))
      const rows = { ...before.rows, answer, ...emptyIn(after.rows, before.rows) }
      expect(after).toEqual({ version: schemaVersion, rows })
    }))

  it('that cannot be brought up to date is refused, and stays as it was', () =>
    inDirectory(async (directory) => {
      const path = fileOfVersion1(directory)
      const other = new DatabaseSync(path)
      other.exec("CREATE TABLE exits (mine TEXT); INSERT INTO exits VALUES ('kept')")
      other.close()
      const before = readFileSync(path)
      const error = await rejection(sqlite(path).open(manualWorld()))
      expect([error.code, error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
        'store',
        'damaged',
        'store <path> cannot be brought from schema 1 to 2 (table exits already exists); nothing was changed',
      ])
      expect(contentOf(path)).toMatchObject({ version: 1, rows: { exits: [{ mine: 'kept' }] } })
      // Only the header says that it keeps a log beside it now.
      expect(readFileSync(path).subarray(100)).toEqual(before.subarray(100))
    }))

  it('is what it was when the process dies before the upgrade is committed', () =>
    inDirectory(async (directory) => {
      const path = fileOfVersion1(directory)
      const before = contentOf(path)
      const images: string[] = []
      const database = new DatabaseSync(path)
      const dying: SqlHandle = {
        prepare: (sql) => database.prepare(sql),
        exec: (sql) => {
          if (sql === 'COMMIT') images.push(imageOf(path, join(directory, `image-${images.length}.db`)))
          database.exec(sql)
        },
      }
      await sqlite(dying).open(manualWorld())
      database.close()
      expect(images).toHaveLength(1)
      for (const image of images) expect(contentOf(image)).toEqual(before)
      expect(contentOf(path).version).toBe(schemaVersion)
    }))
})

/** Tables that were added, and have nothing in them. */
function emptyIn(after: Record<string, unknown[]>, before: Record<string, unknown[]>): Record<string, unknown[]> {
  return Object.fromEntries(Object.keys(after).flatMap((name) => (name in before ? [] : [[name, []]])))
}

/** The file and its log as they are on the disk at this moment. */
function imageOf(path: string, image: string): string {
  copyFileSync(path, image)
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${image}-wal`)
  return image
}
