import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import {
  checkpoints,
  child,
  memory,
  sqlite,
  start,
  StoreError,
  supervisor,
  type LevelOptions,
  type LevelRef,
  type Store,
} from 'coppice'
import { run } from '../support/program.ts'
import { hasSmallDisks, smallDisk, type SmallDisk } from '../support/small-disk.ts'
import { inDirectory } from '../support/store-fixtures.ts'

const program = fileURLToPath(new URL('fixtures/level-store.ts', import.meta.url))
const mounts = hasSmallDisks()

const treeWith = (options: LevelOptions) => supervisor({}, { near: child(checkpoints('near', { save: 'off', ...options })) })

/** Gives a level to `use` that ends without a last save. */
async function withLevel(options: LevelOptions, use: (near: LevelRef) => Promise<void>): Promise<void> {
  const app = await start(treeWith(options))
  try {
    await use(app.tree.near)
  } finally {
    await app.kill(app.tree.near, { restart: false })
    await app.stop()
  }
}

const problemOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none at all',
    (error: unknown) => {
      const { code, problem } = error as { readonly code?: unknown; readonly problem?: unknown }
      return code === 'level-file' ? problem : error
    },
  )

let disks: SmallDisk[] = []
afterEach(() => {
  for (const disk of disks) disk.remove()
  disks = []
})

function disk(kibibytes: number): SmallDisk {
  const made = smallDisk(kibibytes)
  if (made === undefined) throw new Error('no disk could be mounted')
  disks.push(made)
  return made
}

describe.each(['in-process', 'worker'] as const)('a level with a store of its own, on the link %s', (link) => {
  it('[C7] has what it had when it was saved, in the next process: what was forgotten is not there', async () => {
    await inDirectory(async (directory) => {
      const store = () => sqlite(join(directory, 'level.db'), { link })
      const first = await start(treeWith({ store: store() }))
      const { near } = first.tree
      await near.checkpoint('cart', { since: new Date(0), items: new Map([['a', 1]]) })
      await near.checkpoint('gone', 1)
      expect(await near.save()).toMatchObject({ status: 'saved', file: join(directory, 'level.db'), count: 2 })
      await near.forget('gone')
      near.note('more', 2n)
      expect(near.inspect()?.survives.process).toBe('what was saved')
      await first.stop()
      await withLevel({ store: store() }, async (again) => {
        expect(await again.keys()).toEqual(['cart', 'more'])
        expect((await again.restore('cart'))?.value).toEqual({ since: new Date(0), items: new Map([['a', 1]]) })
        expect((await again.restore('more'))?.value).toBe(2n)
      })
    })
  })

  it('has after kill -9 what it had said to be saved, or more, and each round as a whole', async () => {
    await inDirectory(async (directory) => {
      const file = join(directory, 'level.db')
      const saving = run(program, [file, link])
      await saving.hear((round) => Number(round) >= 3)
      await saving.kill9()
      const said = Math.max(...saving.said.map(Number))
      await withLevel({ store: sqlite(file) }, async (near) => {
        const rounds = await Promise.all(
          (await near.keys()).map(async (key) => (await near.restore(key))?.value as { round: number }),
        )
        expect(rounds.length).toBe(20)
        const seen = new Set(rounds.map(({ round }) => round))
        expect(seen.size).toBe(1)
        expect([...seen][0]).toBeGreaterThanOrEqual(said)
      })
    })
  })
})

describe('a level whose store', () => {
  const kept = async (file: string): Promise<void> =>
    withLevel({ store: sqlite(file) }, async (near) => {
      await near.checkpoint('k', 1)
      await near.save()
    })

  /** What it can be started with. */
  const starting = async (file: string): Promise<unknown> => {
    const failed: unknown = await start(treeWith({ store: sqlite(file) })).then(
      async (app) => {
        await app.stop()
        return 'started'
      },
      (error: unknown) => error,
    )
    const reason = (failed as { reason?: { cause?: { reason?: { error?: { problem?: unknown } } } } }).reason
    return JSON.stringify(reason) === undefined ? failed : findProblem(reason)
  }

  it('writes only what has changed, and again what could not be written', async () => {
    const inner = memory()
    let written: string[] = []
    let isBroken = false
    const store: Store = {
      open: async (world) => {
        const persistence = await inner.open(world)
        const saveMember: typeof persistence.saveMember = (member) => {
          written.push(member.key)
          const message = 'is full; nothing was written'
          return isBroken
            ? Promise.reject(new StoreError({ problem: 'full', location: 'here', message }))
            : persistence.saveMember(member)
        }
        return Object.assign(Object.create(persistence) as typeof persistence, { saveMember })
      },
    }
    await withLevel({ store }, async (near) => {
      for (let key = 0; key < 10; key += 1) near.note(`${key}`, 'x')
      await near.save()
      expect(written).toHaveLength(10)
      written = []
      near.note('7', 'y')
      isBroken = true
      expect(await problemOf(near.save())).toBe('full')
      isBroken = false
      await near.save()
      await near.save()
      expect(written).toEqual(['4 near7', '4 near7'])
    })
  })

  it('has a row that was changed, or one that was exchanged for another, is not started', async () => {
    await inDirectory(async (directory) => {
      const changed = join(directory, 'changed.db')
      await kept(changed)
      edit(changed, "UPDATE member SET args = replace(args, '1', '2')")
      expect(await starting(changed)).toBe('damaged')
    })
  })

  it('is of a newer schema, a symbolic link, a directory or no store, is not started, and is left as it is', async () => {
    await inDirectory(async (directory) => {
      const newer = join(directory, 'newer.db')
      await kept(newer)
      edit(newer, 'PRAGMA user_version = 99')
      expect(await starting(newer)).toBe('newer')
      const link = join(directory, 'link.db')
      symlinkSync(newer, link)
      expect(await starting(link)).toBe('no file')
      const folder = join(directory, 'folder.db')
      mkdirSync(folder)
      expect(await starting(folder)).toBe('no file')
      const text = join(directory, 'text.db')
      writeFileSync(text, 'x'.repeat(2_000))
      expect(await starting(text)).toBe('no file')
      expect(readFileSync(text, 'utf8')).toBe('x'.repeat(2_000))
    })
  })

  it('is in use by somebody else, is not written, and is at the next save', async () => {
    await inDirectory(async (directory) => {
      const file = join(directory, 'level.db')
      await withLevel({ store: sqlite(file) }, async (near) => {
        const other = await start(supervisor({}, {}), { store: sqlite(file) })
        near.note('k', 1)
        expect(await problemOf(near.save())).toBe('not written')
        expect(near.inspect()?.saved?.status).toBe('failed')
        await other.stop()
        expect(await near.save()).toMatchObject({ status: 'saved', count: 1 })
      })
    })
  })

  it.skipIf(!mounts)(
    'is on a full disk, or on one that cannot be written, has what was saved before, and goes on when it can',
    async () => {
      const { directory, makeReadOnly, makeWritable } = disk(512)
      const file = join(directory, 'level.db')
      await withLevel({ store: sqlite(file) }, async (near) => {
        await near.checkpoint('k', 1)
        await near.save()
        for (let key = 0; key < 100; key += 1) near.note(`large ${key}`, 'x'.repeat(10_000))
        expect(await problemOf(near.save())).toBe('full')
        for (let key = 0; key < 100; key += 1) await near.forget(`large ${key}`)
        await near.save()
        makeReadOnly()
        near.note('k', 2)
        expect(await problemOf(near.save())).toBe('read-only')
        makeWritable()
        await near.save()
      })
      await withLevel({ store: sqlite(file) }, async (near) => {
        expect([await near.keys(), (await near.restore('k'))?.value]).toEqual([['k'], 2])
      })
    },
  )

  it('is given beside a file, or is none, is refused', () => {
    const both = (): unknown => checkpoints('near', { file: 'a', store: sqlite('b') })
    expect(both).toThrow('checkpoints "near": store must not be given with a file')
    expect(() => checkpoints('near', { store: 'level.db' as never })).toThrow('store must be a store of its own')
  })
})

describe('a level whose file', () => {
  it.skipIf(!mounts)(
    'is on a full disk, or on one that cannot be written, has what was saved before, and goes on when it can',
    async () => {
      const { directory, makeReadOnly, makeWritable } = disk(64)
      const file = join(directory, 'level')
      await withLevel({ file }, async (near) => {
        await near.checkpoint('k', 1)
        await near.save()
        const before = readFileSync(file, 'utf8')
        near.note('large', 'x'.repeat(100_000))
        expect(await problemOf(near.save())).toBe('full')
        expect([readFileSync(file, 'utf8'), existsSync(`${file}.new`)]).toEqual([before, false])
        await near.forget('large')
        await near.save()
        makeReadOnly()
        expect(await problemOf(near.save())).toBe('read-only')
        makeWritable()
        await near.checkpoint('k', 2)
        await near.save()
      })
      await withLevel({ file }, async (near) => expect((await near.restore('k'))?.value).toBe(2))
    },
  )

  it('was written by somebody else meanwhile is left alone, until it is loaded or gone', async () => {
    await inDirectory(async (directory) => {
      const file = join(directory, 'level')
      await withLevel({ file }, async (near) => {
        await near.checkpoint('k', 1)
        await near.save()
        writeFileSync(file, 'of somebody else')
        expect(await problemOf(near.save())).toBe('replaced')
        expect(readFileSync(file, 'utf8')).toBe('of somebody else')
        expect(await problemOf(near.load())).toBe('damaged')
        await withLevel({ file: join(directory, 'other') }, async (other) => {
          await other.checkpoint('theirs', 1)
          await other.save(file)
        })
        expect(await problemOf(near.save())).toBe('replaced')
        expect(await near.load()).toBe(1)
        await near.save()
      })
    })
  })

  it('is a link or a directory is neither read nor written, and a link where it is written beside is not followed', async () => {
    await inDirectory(async (directory) => {
      const secret = join(directory, 'secret')
      writeFileSync(secret, 'of somebody else')
      const link = join(directory, 'link')
      symlinkSync(secret, link)
      const folder = join(directory, 'folder')
      mkdirSync(folder)
      const file = join(directory, 'level')
      symlinkSync(secret, `${file}.new`)
      await withLevel({}, async (near) => {
        for (const wrong of [link, folder]) {
          expect(await problemOf(near.save(wrong))).toBe('no file')
          expect(await problemOf(near.load(wrong))).toBe('no file')
        }
        await near.save(file)
      })
      expect([readFileSync(secret, 'utf8'), statSync(file).isFile()]).toEqual(['of somebody else', true])
    })
  })
})

function findProblem(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const { code, problem } = value as { readonly code?: unknown; readonly problem?: unknown }
  if (code === 'level-file') return problem
  for (const inner of Object.values(value)) {
    const found = findProblem(inner)
    if (found !== undefined) return found
  }
  return undefined
}

function edit(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}
