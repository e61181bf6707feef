import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import type { Persistence } from '../../src/runtime/persistence.ts'
import { seededRandom } from '../../src/runtime/random.ts'
import { manualWorld } from '../support/manual-world.ts'
import { checkpointOf, inDirectory, message, openIn, rejection, turns, type OpenStore } from '../support/store-fixtures.ts'

/** A closed file with two actors that have applied three messages each, and one waiting; their states name the actor. */
async function closedStore(directory: string): Promise<string> {
  const path = join(directory, 'store.db')
  const { persistence, settled } = await openIn(sqlite(path))
  for (const id of ['a', 'b']) {
    await settled(persistence.open(id, 0))
    for (const n of [1, 2, 3]) {
      await settled(persistence.accept(id, message(`${id}${n}`, { key: `k${n}` })))
      await settled(persistence.commit(id, 1, turns([n], `${id} after ${n}`)))
    }
    await settled(persistence.accept(id, message(`${id}4`)))
    await settled(persistence.saveMember({ supervisor: id, key: 'x', args: `${id}'s` }))
  }
  await persistence.close()
  return path
}

function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

/** Opens the store and both actors; what cannot be had is an error of ours. */
async function read(path: string): Promise<{ readonly states: readonly unknown[]; readonly problems: readonly unknown[] }> {
  const states: unknown[] = []
  const problems: unknown[] = []
  let open: OpenStore
  try {
    open = await openIn(sqlite(path))
  } catch (error) {
    return { states, problems: [(error as { code?: unknown }).code === 'store' ? problemOf(error) : error] }
  }
  const { persistence, settled } = open
  for (const id of ['a', 'b'])
    try {
      const { offered, replay, backlog } = await settled(persistence.open(id, 0))
      states.push({ state: offered?.state, replay: replay.map(inputOf), backlog: backlog.map(inputOf) })
    } catch (error) {
      problems.push(problemOf(error))
    }
  await persistence.close().catch((error: unknown) => problems.push(problemOf(error)))
  return { states, problems }
}

const inputOf = ({ envelope }: { readonly envelope: { readonly input: unknown } }): unknown => envelope.input
const problemOf = (error: unknown): unknown => (error as { readonly problem?: unknown }).problem ?? error

/** What an actor comes back with: from its newest checkpoint, or from the one before and a message. */
const right = (id: string): unknown[] => [
  { state: `${id} after 3`, replay: [], backlog: [`${id}4`] },
  { state: `${id} after 2`, replay: [`${id}3`], backlog: [`${id}4`] },
]

describe('a file whose bytes are not what was written', () => {
  it('is right, falls back, or is refused with a problem of ours, wherever one bit is flipped: never silently wrong', () =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      const whole = readFileSync(path)
      const random = seededRandom(7)
      const allowed = [...right('a'), ...right('b')].map((state) => JSON.stringify(state))
      const seen = new Map<unknown, number>()
      for (let i = 0; i < 120; i += 1) {
        const bytes = Buffer.from(whole)
        const at = Math.floor(random.next() * bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.next() * 8))
        rmSync(`${path}-wal`, { force: true })
        writeFileSync(path, bytes)
        const { states, problems } = await read(path)
        for (const state of states) expect([at, allowed.includes(JSON.stringify(state)), state]).toEqual([at, true, state])
        for (const problem of problems) {
          expect([at, typeof problem, problem]).toEqual([at, 'string', problem])
          seen.set(problem, (seen.get(problem) ?? 0) + 1)
        }
      }
      expect(seen.get('damaged')).toBeGreaterThan(0)
    }))

  it('is refused where it was cut off', () =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      const { length } = readFileSync(path)
      for (const rest of [length - 4096, length / 2, 4096, 100, 1]) {
        truncateSync(path, rest)
        const { states, problems } = await read(path)
        expect([rest, states]).toEqual([rest, []])
        expect(['damaged', 'not-a-store']).toContain(problems[0])
      }
    }))

  it('is refused at the start where its pages are not whole, unless that is not looked at', () =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      const bytes = readFileSync(path)
      // The head of a page in the middle.
      bytes.fill(0xff, 3 * 4096, 3 * 4096 + 8)
      writeFileSync(path, bytes)
      const error = await rejection(sqlite(path).open(manualWorld()))
      expect([error.code, error.problem]).toEqual(['store', 'damaged'])
      expect(error.message).toMatch(/Restore it from a backup; nothing was changed$/)
      expect(readFileSync(path).equals(bytes)).toBe(true)
      const { persistence } = await openIn(sqlite(path, { verify: 'off' }))
      await persistence.close()
      expect((await sqlite(path, { verify: 'off' }).verify()).findings[0]).toMatchObject({ problem: 'pages' })
    }))

  it('is refused where something in it would run by itself', () =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      tamper(path, 'CREATE TRIGGER t AFTER INSERT ON inbox BEGIN DELETE FROM inbox; END')
      expect((await read(path)).problems).toEqual(['damaged'])
    }))
})

describe('rows that stand where those of another actor were', () => {
  const swapped = (table: string, columns: readonly string[], where: string): string =>
    columns
      .map(
        (column) => `UPDATE ${table} SET ${column} = (SELECT ${column} FROM ${table} other WHERE other.actor = 'b' AND ${where})
          WHERE actor = 'a' AND ${where.replaceAll('other.', '')}`,
      )
      .join(';')

  it.each<[string, string, (persistence: Persistence) => Promise<unknown>]>([
    ['a waiting message', swapped('inbox', ['input', 'crc'], 'other.seq = 4'), (p) => p.open('a', 0)],
    [
      'an answer',
      swapped('answer', ['seq', 'outcome', 'crc'], "other.key = 'k1'"),
      (p) => p.accept('a', message(1, { key: 'k1' })),
    ],
    [
      'a member',
      "UPDATE member SET args = '{\"json\":\"b''s\"}', crc = (SELECT crc FROM member WHERE supervisor = 'b') WHERE supervisor = 'a'",
      (p) => p.members('a'),
    ],
    [
      'an actor',
      "UPDATE actor SET next_seq = 9, crc = (SELECT crc FROM actor WHERE id = 'b') WHERE id = 'a'",
      (p) => p.open('a', 0),
    ],
  ])('are found out: %s', (_, sql, use) =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      tamper(path, sql)
      const { persistence, settled } = await openIn(sqlite(path))
      expect((await settled(rejection(use(persistence)))).problem).toBe('damaged')
      // The other one is not harmed.
      expect((await settled(persistence.open('b', 0))).offered?.state).toBe('b after 3')
      await persistence.close()
    }),
  )

  it('are found out: checkpoints that have changed places, whole rows of them', () =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      tamper(
        path,
        `UPDATE checkpoint SET actor = 'c' WHERE actor = 'a'; UPDATE checkpoint SET actor = 'a' WHERE actor = 'b';
         UPDATE checkpoint SET actor = 'b' WHERE actor = 'c'`,
      )
      const report = await sqlite(path).verify()
      expect(report.isSound).toBe(false)
      expect(report.findings.map(({ problem, actor }) => [problem, actor])).toEqual([
        ['actor', 'a'],
        ['actor', 'b'],
      ])
      expect((await read(path)).states).toEqual([])
    }))
})

describe('verify', () => {
  it('reads everything, changes nothing, and says whose each finding is', () =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      const store = sqlite(path)
      const sound = await store.verify()
      expect(sound).toMatchObject({ isSound: true, findings: [], actors: 2 })
      expect(sound.bytes).toBeGreaterThan(4096)
      tamper(path, `UPDATE checkpoint SET state = '{"json":"mine"}' WHERE actor = 'a' AND number = 3`)
      tamper(path, `DELETE FROM inbox WHERE actor = 'b' AND seq = 4; UPDATE member SET args = '7' WHERE supervisor = 'b'`)
      const { findings, isSound } = await store.verify()
      expect(isSound).toBe(false)
      expect(findings).toMatchObject([
        { problem: 'checkpoint', actor: 'a', text: expect.stringMatching(/^checkpoint 3 of a cannot be read: its checksum/) },
        { problem: 'actor', actor: 'b', text: expect.stringMatching(/lacks message 4 of b/) },
        { problem: 'row', actor: 'b', text: 'member has a row of b that is not what was written' },
      ])
    }))
})

describe('a file that is not where it was', () => {
  it.each<[string, (path: string) => void]>([
    ['deleted', (path) => rmSync(path)],
    ['moved', (path) => renameSync(path, `${path}.old`)],
    [
      'replaced by an older one',
      (path) => {
        copyFileSync(path, `${path}.copy`)
        renameSync(`${path}.copy`, path)
      },
    ],
    ['robbed of its log', (path) => rmSync(`${path}-wal`)],
  ])('while it is in use, %s, is noticed: nothing is acknowledged any more, and no new file is made', (_, harm) =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      const { persistence, settled, world } = await openIn(sqlite(path))
      await settled(persistence.open('a', 0))
      harm(path)
      world.wallMs += 1_000
      const error = await settled(rejection(persistence.accept('a', message(5))))
      expect([error.code, error.problem]).toEqual(['store', 'replaced'])
      expect(error.message).toMatch(/was deleted or replaced while it was in use.*nothing of this group was written$/)
      const late = await rejection(persistence.accept('a', message(6)))
      expect(late.problem).toBe('replaced')
      await persistence.close()
    }),
  )

  it('while nobody has it, an older one, is a store like any other: its epoch is what tells', () =>
    inDirectory(async (directory) => {
      const path = await closedStore(directory)
      copyFileSync(path, `${path}.old`)
      const first = await openIn(sqlite(path))
      await first.settled(first.persistence.open('a', 0))
      await first.settled(first.persistence.commit('a', 2, checkpointOf('newer', 3)))
      await first.persistence.close()
      const newer = await openIn(sqlite(path))
      await newer.persistence.close()
      renameSync(`${path}.old`, path)
      const { persistence } = await openIn(sqlite(path))
      expect(persistence.info.storeId).toBe(newer.persistence.info.storeId)
      expect(persistence.info.epoch).toBeLessThan(newer.persistence.info.epoch)
      await persistence.close()
    }))
})

describe('a state of 200 MB', () => {
  it('is refused with what is wrong before anything is written, and the actor goes on', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'store.db')
      const { persistence, settled } = await openIn(sqlite(path))
      await settled(persistence.open('a', 0))
      const error = await settled(rejection(persistence.commit('a', 1, checkpointOf('x'.repeat(200 * 1024 * 1024), 1))))
      expect(error.code).toBe('not-storable')
      expect((await settled(persistence.commit('a', 1, checkpointOf('small', 1)))).checkpoint).toBe(1)
      await persistence.close()
    }))
})
