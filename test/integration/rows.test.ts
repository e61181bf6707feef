import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { rows } from '../rows/rows.ts'
import { RowWorld } from '../rows/world.ts'
import { run } from '../support/program.ts'
import { inDirectory } from '../support/store-fixtures.ts'

// A thread of a store takes its time to begin: without ROWS=all those rows have one that are about what is in the file.
const aboutTheFile = ['R5', 'R12', 'R13', 'R17', 'R21']
const rowsOver = (link: 'in-process' | 'worker') =>
  link === 'in-process' || process.env['ROWS'] === 'all' ? rows : rows.filter(({ row }) => aboutTheFile.includes(row))

const program = fileURLToPath(new URL('../rows/process.ts', import.meta.url))

describe.each(['in-process', 'worker'] as const)('with a store on the link %s, in this process', (link) => {
  it.each(rowsOver(link).map((row) => [row.row, row.says, row] as const))(
    '[R25] the row %s: %s',
    async (_name, _says, { steps, sees }) => {
      await inDirectory(async (directory) => {
        const worlds: RowWorld[] = []
        for (const [index, step] of steps.entries()) {
          const place = join(directory, `${index}`)
          mkdirSync(place)
          await worlds.at(-1)?.handOver(place)
          const world = new RowWorld({ directory: place, link })
          worlds.push(world)
          expect(await step(world)).toEqual(sees[index])
        }
        for (const world of worlds) await world.end()
      })
    },
  )
})

describe.each(['in-process', 'worker'] as const)(
  'with the whole tree in a process that is killed, and a store on the link %s',
  (link) => {
    it('[R25] the rows see the same, step by step', async () => {
      await inDirectory(async (directory) => {
        const taken = rowsOver(link)
        const longest = Math.max(...taken.map(({ steps }) => steps.length))
        for (let step = 0; step < longest; step += 1) {
          const killed = run(program, [directory, link, `${step}`, taken.map(({ row }) => row).join(' ')])
          await killed.hear((value) => value === 'done')
          await killed.kill9()
          expect(killed.process.signalCode).toBe('SIGKILL')
          const seen = Object.fromEntries(
            killed.said.flatMap((said) => (said === 'done' ? [] : [[(said as { row: string }).row, said]])),
          )
          const wanted = taken.filter(({ steps }) => step < steps.length).map(({ row, sees }) => [row, { row, seen: sees[step] }])
          expect(seen).toEqual(Object.fromEntries(wanted))
        }
      })
    })
  },
)
