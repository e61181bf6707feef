import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numberIn, readAll, readBatch, type Position, type Report } from '../../../examples/birdstrikes/csv.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'birdstrikes-csv-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

const header = 'Aircraft Airline Operator,Remark,Cost Total $,Speed IAS in knots'
const dirt = [
  `\ufeff${header}`,
  'A,"x\r\ny",1,100',
  '',
  'B,"q""z",,',
  'Ünï/%,ab"c,"1,234.5",n/a',
  ',€ 🐦,-0, 90 ',
  'A',
  'B,too,2,3,many',
  'A,,7,',
].join('\r\n')

function write(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

async function collect(reports: AsyncIterable<Report>): Promise<readonly Report[]> {
  const collected: Report[] = []
  for await (const report of reports) collected.push(report)
  return collected
}

async function readInBatches(file: string, limit: number): Promise<{ reports: readonly Report[]; position: Position }> {
  let position: Position = { offset: 0, rows: 0, columns: null }
  const reports: Report[] = []
  for (;;) {
    const { reports: batch, next, isEnd } = await readBatch(file, position, limit)
    reports.push(...batch)
    position = next
    if (isEnd) return { reports, position }
  }
}

describe('readAll', () => {
  it('takes dirty rows for what can be made of them', async () => {
    const reports = await collect(readAll(write('dirt.csv', dirt)))
    expect(reports.map(({ row, operator, cost, speed }) => [row, operator, cost, speed])).toEqual([
      [1, 'A', 1, '100'],
      [2, 'B', 0, ''],
      [3, 'Ünï/%', 1234.5, 'n/a'],
      [4, '(no operator)', 0, ' 90 '],
      [5, 'A', 0, ''],
      [6, 'B', 2, '3'],
      [7, 'A', 7, ''],
    ])
  })

  it('refuses a file without the columns', async () => {
    const file = write('other.csv', 'a,b\n1,2\n')
    const problem = 'it has no column "Aircraft Airline Operator", "Cost Total $", "Speed IAS in knots"'
    await expect(collect(readAll(file))).rejects.toThrow(problem)
  })
})

describe('readBatch', () => {
  it.each([1, 2, 3, 7, 8, 100])('reads, %i rows at a time, what one pass reads, and ends where the file ends', async (limit) => {
    for (const [name, text] of [
      ['with-end.csv', `${dirt}\r\n\r\n`],
      ['without-end.csv', dirt],
    ] as const) {
      const file = write(name, text)
      const { reports, position } = await readInBatches(file, limit)
      expect(reports).toEqual(await collect(readAll(file)))
      expect(position).toEqual({ offset: statSync(file).size, rows: 7, columns: header.split(',') })
    }
  })

  it('finds the end of a file without rows', async () => {
    const file = write('empty.csv', `${header}\n`)
    const { reports, position } = await readInBatches(file, 5)
    expect(reports).toEqual([])
    expect(position).toEqual({ offset: statSync(file).size, rows: 0, columns: header.split(',') })
  })

  it('rejects if there is no file', async () => {
    await expect(readBatch(join(directory, 'none.csv'), { offset: 0, rows: 0, columns: null }, 5)).rejects.toThrow('ENOENT')
  })
})

describe('numberIn', () => {
  it.each<[string, number | undefined]>([
    ['', undefined],
    ['  ', undefined],
    ['n/a', undefined],
    ['Infinity', undefined],
    ['0', 0],
    ['-0', 0],
    [' 1,234.5 ', 1234.5],
  ])('makes of %j %j', (field, number) => {
    expect(numberIn(field)).toBe(number)
  })
})
