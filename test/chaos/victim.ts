// A program that is killed: it gives the orders that it is sent to its tree, and says what came of each. At a named point it
// kills itself.
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { start, sqlite, type Link, type Sync } from '../../src/index.ts'
import { CrashedError } from '../../src/runtime/errors.ts'
import { chainTree } from './chain-tree.ts'
import { outside, type ToVictim } from './witness.ts'
import { idOf } from './verdict.ts'

const [file = '', link = 'in-process', sync = 'normal', point = '', nth = '1'] = process.argv.slice(2)
let left = Number(nth)

const say = (what: unknown): void => void writeSync(1, `${JSON.stringify(what)}\n`)

function reach(where: string): void {
  if (where !== point) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

/** In this thread every statement goes through here. */
function watchStatements(): void {
  const { prototype } = Database as unknown as { readonly prototype: Database.Database }
  const prepare = prototype.prepare
  prototype.prepare = function watched(this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql)
    const verb = /^(?:COMMIT|INSERT|UPDATE|DELETE)/.exec(sql)?.[0]
    if (verb === undefined) return statement
    const run = statement.run.bind(statement) as (...values: readonly unknown[]) => Database.RunResult
    statement.run = (...values: readonly unknown[]) => {
      reach(`before ${verb}`)
      const result = run(...values)
      reach(`after ${verb}`)
      return result
    }
    return statement
  } as typeof prepare
  const exec = prototype.exec
  prototype.exec = function watched(this: Database.Database, sql: string) {
    reach('opening')
    return exec.call(this, sql)
  }
}

if (point !== '') watchStatements()

const app = await start(chainTree(10_000, 12), {
  store: sqlite(file, { link: link as Link, sync: sync as Sync }),
  onEvent: (event) => reach(event.type),
})
const { tree } = app
say({ up: app.store?.epoch })

createInterface({ input: process.stdin }).on('line', (line) => {
  const word = JSON.parse(line) as ToVictim
  if (word.type === 'give') give(word)
  else if (word.type === 'note') note(word)
  else if (word.type === 'look') void look()
  else void app.stop().then(() => process.exit(0))
})

function give({ order }: Extract<ToVictim, { type: 'give' }>): void {
  const { desk } = order
  const id = idOf(order)
  tree[desk].call.enter(order, { id, timeout: '100d' }).then(
    (told) => say({ id, told }),
    (error: unknown) => {
      if (error instanceof CrashedError && order.kind === 'poison') say({ id, told: 'given up' })
      else say({ id, error: String(error) })
    },
  )
}

function note({ k }: Extract<ToVictim, { type: 'note' }>): void {
  const id = `${outside}:${k}`
  tree.ledger.cast.note({ desk: outside, k, text: id }, { id }).then(
    () => say({ noted: k }),
    (error: unknown) => say({ id, error: String(error) }),
  )
}

/** What waits in the journals is handled before: that may take its time. */
async function look(): Promise<void> {
  const options = { timeout: '10m' } as const
  const { east: e, west: w, ledger: l } = tree
  const [east, west, ledger] = await Promise.all([e.call.state(options), w.call.state(options), l.call.state(options)])
  say({ held: { desks: { east, west }, ledger } })
}
