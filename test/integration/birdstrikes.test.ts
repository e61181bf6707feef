import Database from 'better-sqlite3'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const example = (name: string): string => fileURLToPath(new URL(`../../examples/birdstrikes/${name}`, import.meta.url))
const dataset = fileURLToPath(new URL('../data/birdstrikes.csv', import.meta.resolve('vega-datasets')))
const rows = 600
const limitMs = 60_000

let directory: string
let file: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'birdstrikes-'))
  file = join(directory, 'small.csv')
  writeFileSync(
    file,
    readFileSync(dataset, 'utf8')
      .split('\n')
      .slice(0, rows + 1)
      .join('\n'),
  )
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
}

/** Sees each line as it comes. */
type Meanwhile = (line: string, child: ChildProcess) => void

/** Runs a program of the example to its end. */
async function run(program: string, args: readonly string[], meanwhile?: Meanwhile): Promise<Ended> {
  const options = { timeout: limitMs, killSignal: 'SIGKILL' } as const
  const child = spawn(process.execPath, [example(program), ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (text: string): void => {
    const before = output.split('\n').length
    output += text
    for (const line of output.split('\n').slice(before - 1, -1)) meanwhile?.(line, child)
  }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines: output.trimEnd().split('\n') }
}

function runJob(data: string, args: readonly string[], meanwhile?: Meanwhile): Promise<Ended> {
  return run('main.ts', ['--file', file, '--data', join(directory, data), ...args], meanwhile)
}

function databaseIn(data: string): string {
  const [run = 'none'] = readdirSync(join(directory, data))
  return join(directory, data, run, 'birdstrikes.db')
}

describe('the main job', () => {
  it(
    'is exact in spite of kills at each of the exact moments',
    async () => {
      const { code, lines } = await runJob('kills', ['--kills', '3', '--seed', '2'])
      expect(lines.at(-1)).toBe('exact: 600 rows, 600 applied once, 0 lost, 0 twice, 3 kills')
      expect(lines).toContain('kills      3: 1 between accept and apply, 1 between commit and reply, 1 during recovery')
      expect(code).toBe(0)
    },
    limitMs,
  )

  it(
    'shows beside it what became of the rows in a plain program that was killed as often',
    async () => {
      const { code, lines } = await runJob('twin', ['--kills', '3', '--seed', '1'])
      const times = /median \d+ ms, worst \d+ ms$/
      const cells = (name: string): readonly string[] =>
        lines.find((line) => line.startsWith(`${name}  `) && times.test(line))?.split(/ {2,}/) ?? []
      expect(cells('coppice').slice(1, 5)).toEqual(['600', '600', '0', '0'])
      expect(cells('coppice')[6]).toBe('3')
      const [rowCount, appliedOnce, lost, twice, crashes, kills] = cells('plain twin').slice(1).map(Number)
      expect([rowCount, kills]).toEqual([600, 3])
      // The reader's crashes lose nothing: what it does can be done again.
      expect(lost).toBeGreaterThan(0)
      expect(crashes).toBeGreaterThanOrEqual(lost ?? 0)
      expect((appliedOnce ?? 0) + (lost ?? 0) + (twice ?? 0)).toBe(600)
      expect(code).toBe(0)
    },
    limitMs,
  )

  it(
    'writes nothing but plain lines when it is piped',
    async () => {
      const { lines } = await runJob('plain', ['--kills', '1'])
      for (const line of lines) expect(line).toMatch(/^[^\p{Cc}█░]*$/u)
    },
    limitMs,
  )

  it(
    'stops in order when asked, and continues with the next start',
    async () => {
      const interrupt: Meanwhile = (line, child) => {
        if (/ s {2}up /.test(line)) child.kill('SIGINT')
      }
      const stopped = await runJob('stop', ['--kills', '0', '--rate', '100'], interrupt)
      const row = /^stopped at row (\d+) of 600; the same command continues there$/.exec(stopped.lines.at(-1) ?? '')?.[1]
      expect(stopped.lines.at(-1)).toMatch(/^stopped at row \d+ of 600/)
      expect(stopped.code).toBe(130)

      const continued = await runJob('stop', ['--kills', '0'])
      expect(continued.lines).toContain(`continues at row ${row}, after 0 kills`)
      expect(continued.lines.at(-1)).toBe('exact: 600 rows, 600 applied once, 0 lost, 0 twice, 0 kills')
      expect(continued.code).toBe(0)
    },
    limitMs,
  )

  it('says what is wrong with an option, and does nothing', async () => {
    const { code, lines } = await run('main.ts', ['--kills', 'many'])
    const problem = '--kills must be an integer from 0 to 1000; got "many"'
    expect(lines).toEqual([`birdstrikes: ${problem}. Nothing was done; --help says more`])
    expect(code).toBe(2)
  })

  it('says what is wrong with a file, and does nothing', async () => {
    const { code, lines } = await runJob('wrong', ['--file', example('main.ts')])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('it has no column "Aircraft Airline Operator"')
    expect(lines[0]).toContain('Nothing was done')
    expect(code).toBe(2)
  })
})

describe('the check', () => {
  beforeAll(async () => {
    await runJob('check', ['--kills', '0'])
  }, limitMs)

  async function checkAfter(change: string): Promise<Ended> {
    const copy = join(directory, 'copy.db')
    copyFileSync(databaseIn('check'), copy)
    const database = new Database(copy)
    database.exec(change)
    database.close()
    return run('check.ts', [copy, file])
  }

  const ledger = "actor = 'ledgers/MILITARY' AND number = (SELECT max(number) FROM checkpoint WHERE actor = 'ledgers/MILITARY')"
  const noticed = "actor = 'notices' AND number = (SELECT max(number) FROM checkpoint WHERE actor = 'notices')"

  it('finds a database exact that nobody has changed', async () => {
    const { code, lines } = await checkAfter('')
    expect(lines).toEqual(['exact: 600 rows, 600 applied once, 0 lost, 0 twice'])
    expect(code).toBe(0)
  })

  it.each<[string, string, string, string]>([
    [
      'a lost row',
      `UPDATE checkpoint SET state = json_remove(state, '$.json.rows[3]') WHERE ${ledger}`,
      'ledger of MILITARY: rows is [1,2,3,',
      '599 applied once, 1 lost, 0 twice',
    ],
    [
      'a row that was applied twice',
      `UPDATE checkpoint SET state = json_insert(state, '$.json.rows[#]', 1) WHERE ${ledger}`,
      'ledger of MILITARY: rows is [1,2,3,',
      '599 applied once, 0 lost, 1 twice',
    ],
    [
      'a notice that was given twice',
      `UPDATE checkpoint SET state = json_insert(state, '$.json.rows[#]', state -> '$.json.rows[0]') WHERE ${noticed}`,
      'notices: rows is [',
      '599 applied once, 0 lost, 1 twice',
    ],
    [
      'a lost notice',
      `UPDATE checkpoint SET state = json_remove(state, '$.json.rows[0]') WHERE ${noticed}`,
      'notices: rows is [',
      '599 applied once, 1 lost, 0 twice',
    ],
    [
      'a wrong sum',
      `UPDATE checkpoint SET state = json_set(state, '$.json.totalCost', 1) WHERE ${ledger}`,
      'ledger of MILITARY: totalCost is 1, expected ',
      '600 applied once, 0 lost, 0 twice',
    ],
    [
      'another order',
      `UPDATE checkpoint SET state = json_set(state, '$.json.chain', 'x') WHERE ${ledger}`,
      'ledger of MILITARY: chain is "x", expected ',
      '600 applied once, 0 lost, 0 twice',
    ],
    [
      'a ledger that is gone',
      "DELETE FROM checkpoint WHERE actor = 'ledgers/UNKNOWN'",
      'ledger of UNKNOWN: it is not in the database',
      ' lost, 0 twice',
    ],
    [
      'a message that waits',
      "UPDATE actor SET frontier = frontier - 1 WHERE id = 'statistics'",
      'messages accepted and not applied: 1, expected 0',
      '600 applied once, 0 lost, 0 twice',
    ],
    [
      'a reader that has not come to the end',
      "UPDATE checkpoint SET state = json_set(state, '$.json.offset', 5) WHERE actor = 'reader'",
      'reader: offset is 5, expected ',
      '600 applied once, 0 lost, 0 twice',
    ],
  ])('finds %s', async (_, change, difference, numbers) => {
    const { code, lines } = await checkAfter(change)
    expect(lines[0]).toContain(`differs  ${difference}`)
    expect(lines.at(-1)).toMatch(/^NOT exact: 600 rows, /)
    expect(lines.at(-1)).toContain(numbers)
    expect(code).toBe(1)
  })
})
