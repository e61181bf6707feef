// The process that does the work, and that is killed. main.ts starts it, with its orders as the one argument.
import { sqlite, start, StoreError, type CoppiceEvent } from '../../src/index.ts'
import { tellOf } from './event-tellings.ts'
import { freeze, watchFor } from './freezing.ts'
import { followUp } from './follow-up.ts'
import type { KillPoint } from './kill-plan.ts'
import { tell, type Orders, type Telling } from './telling.ts'
import { birdstrikes } from './tree.ts'

/** A parent that has not killed a frozen worker by then never will. */
const frozenLimitMs = 30_000

// The terminal tells this process of Ctrl-C as well. The parent decides, and asks by closing standard input.
process.on('SIGINT', () => undefined)
const asked = new AbortController()
process.stdin.resume().once('end', () => asked.abort())

tell(await run(JSON.parse(process.argv[2] ?? '') as Orders, asked.signal).catch(failure))
process.stdin.destroy()

async function run({ database, kill, ...work }: Orders, stopAsked: AbortSignal): Promise<Telling> {
  const watch = kill === null ? undefined : watchFor(kill, (at) => reach(kill, at))
  let waiting = 0
  let hasApplied = false
  const onEvent = (event: CoppiceEvent): void => {
    if (event.type === 'recovering') waiting += event.backlog
    tellOf(event)
    if (!hasApplied && event.type === 'committed' && event.id.startsWith('ledgers/') && event.turns > 0) {
      hasApplied = true
      tell({ type: 'applied' })
    }
    watch?.(event)
  }
  // Whoever had the database before may be about to stop.
  const app = await start(birdstrikes(work), { store: sqlite(database, { busy: '3s' }), onEvent })
  tell({ type: 'up', actors: app.running().length, waiting })
  // In every life the same id: however often this is sent, the reader begins once.
  await app.tree.reader.cast.read({ id: 'begin' })
  const ending = await followUp(app.tree, stopAsked)
  await app.stop()
  return ending
}

function reach({ moment }: KillPoint, at: string): void {
  const isFrozen = moment !== 'any'
  tell({ type: 'reached', isFrozen, at })
  if (!isFrozen) return
  freeze(frozenLimitMs)
  process.exit(1)
}

function failure(error: unknown): Telling {
  process.exitCode = 1
  if (error instanceof StoreError && error.problem === 'locked') return { type: 'taken' }
  return { type: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
