// The process of the plain twin, which is killed as the worker is. main.ts starts it, with its orders as the one argument.
import { seededBug } from './bug.ts'
import { freeze } from './freezing.ts'
import { tell, type Telling } from './telling.ts'
import { runTwin } from './twin.ts'
import type { TwinOrders } from './twin-job.ts'

/** A parent that has not killed a frozen process by then never will. */
const frozenLimitMs = 30_000

// The terminal tells this process of Ctrl-C as well. The parent decides.
process.on('SIGINT', () => undefined)

tell(await run(JSON.parse(process.argv[2] ?? '') as TwinOrders).catch(failure))

async function run({ file, place, seed, kill, newFrom }: TwinOrders): Promise<Telling> {
  let hasApplied = false
  const passed = (row: number): void => {
    if (!hasApplied && row > newFrom) {
      hasApplied = true
      tell({ type: 'applied' })
    }
    if (kill !== null && kill !== 'recovery' && row >= kill) reach(`row ${row.toLocaleString('en-US')}`)
  }
  await runTwin({
    file,
    place,
    bug: seededBug(seed),
    loaded: (rows) => {
      if (kill === 'recovery' || (kill !== null && rows >= kill)) reach(`row ${rows.toLocaleString('en-US')}, at its start`)
    },
    crashed: (error) => tell({ type: 'crash', id: 'twin', handler: undefined, why: String(error) }),
    passed,
    saved: ({ position: { rows }, statistics: { measured, refused } }) => tell({ type: 'progress', rows, measured, refused }),
  })
  return { type: 'done' }
}

function reach(at: string): void {
  tell({ type: 'reached', isFrozen: true, at })
  freeze(frozenLimitMs)
  process.exit(1)
}

function failure(error: unknown): Telling {
  process.exitCode = 1
  return { type: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
