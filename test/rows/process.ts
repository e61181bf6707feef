// One process of every row: each takes its step, says what it has seen, and is there until it is killed.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Link } from '../../src/index.ts'
import { rows } from './rows.ts'
import { RowWorld } from './world.ts'

const [directory = '', link = '', step = '', names = ''] = process.argv.slice(2)
process.setMaxListeners(rows.length)

await Promise.all(
  rows.map(async ({ row, steps }) => {
    const take = steps[Number(step)]
    if (take === undefined || !names.split(' ').includes(row)) return
    const world = new RowWorld({ directory: join(directory, row), link: link as Link })
    const seen = await take(world).catch((error: unknown) => String(error))
    writeSync(1, `${JSON.stringify({ row, seen })}\n`)
  }),
)
writeSync(1, '"done"\n')
setInterval(() => undefined, 1_000)
