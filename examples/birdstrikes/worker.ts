// The process that does the work, and that is killed. Started by main.ts with its orders as the one argument.
import { describeReason, sqlite, start, type App, type CoppiceEvent } from '../../src/index.ts'
import { freeze, watchFor } from './freezing.ts'
import type { KillPoint } from './kill-plan.ts'
import { tell, type Orders } from './telling.ts'
import { birdstrikes } from './tree.ts'

/** A parent that has not killed a frozen worker by then is not there any more. */
const frozenLimitMs = 30_000
const askEveryMs = 25

type Tree = App<ReturnType<typeof birdstrikes> extends { reference(...args: never): infer Ref } ? Ref : never>['tree']

const orders = JSON.parse(process.argv[2] ?? '') as Orders
// The terminal tells this process of Ctrl-C as well; the parent decides, and asks by closing standard input.
process.on('SIGINT', () => undefined)
await run(orders).catch((error: unknown) => {
  tell({ type: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  process.exitCode = 1
})

async function run({ database, kill, ...work }: Orders): Promise<void> {
  const recovery = { waiting: 0 }
  const watch = kill === null ? undefined : watchFor(kill, (at) => reach(kill, at))
  const onEvent = (event: CoppiceEvent): void => {
    report(event)
    if (event.type === 'recovering') recovery.waiting += event.backlog
    watch?.(event)
  }
  const asked = { toStop: false }
  const stopAsked = new Promise<void>((resolve) => {
    process.stdin.resume().once('end', () => {
      asked.toStop = true
      resolve()
    })
  })
  const app = await start(birdstrikes(work), { store: sqlite(database), onEvent })
  tell({ type: 'up', actors: app.running().length, waiting: recovery.waiting })
  // In every life the same id: however often it is sent, the reader begins once.
  await app.tree.reader.cast.read({ id: 'begin' })
  const ending = await Promise.race([
    follow(app.tree, stopAsked).then((rows) => ({ rows })),
    app.ended.then((reason) => ({ rows: undefined, reason: describeReason(reason) })),
  ])
  if (ending.rows === undefined) throw new Error(`the tree gave up: ${ending.reason}`)
  await app.stop()
  process.stdin.unref()
  tell(asked.toStop ? { type: 'stopped', rows: ending.rows } : { type: 'done' })
}
