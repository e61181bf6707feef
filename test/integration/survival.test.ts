import { rmSync } from 'node:fs'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { actor, checkpoints, child, message, sqlite, supervisor, type LevelOptions } from 'coppice'
import { RowWorld } from '../rows/world.ts'
import { inDirectory } from '../support/store-fixtures.ts'

const Counter = actor('counter', {
  initial: () => ({ count: 0 }),
  handlers: ({ call, cast }) => ({
    next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })),
    count: call(({ state }) => ({ reply: state.count })),
    crash: cast(message<string>(), ({ input }) => {
      throw new Error(input)
    }),
  }),
})

/** One actor of each kind, and levels of each kind. */
function treeIn(directory: string) {
  const level = (name: string, options: LevelOptions = {}) => child(checkpoints(name, { save: 'off', ...options }))
  return supervisor(
    { intensity: { restarts: 100, within: '1s' } },
    {
      volatile: child(Counter, { state: 'volatile' }),
      checkpointed: child(Counter),
      often: child(Counter, { checkpoint: { every: 1 } }),
      durable: child(Counter, { state: 'durable' }),
      inMemory: level('in memory'),
      inFile: level('in a file', { file: join(directory, 'states', 'level') }),
      inStore: level('in a store', { store: sqlite(join(directory, 'states', 'level.db')) }),
    },
  )
}

const actors = ['volatile', 'checkpointed', 'often', 'durable'] as const
const levels = ['inMemory', 'inFile', 'inStore'] as const

type Tree = Awaited<ReturnType<typeof begin>>['tree']

const begin = (world: RowWorld, directory: string) => world.start(treeIn(directory))

/** Each actor counts to 3, and each level has 3; of levels 2 was saved. */
async function work(tree: Tree): Promise<void> {
  for (let n = 1; n <= 3; n += 1) {
    for (const name of actors) await tree[name].call.next()
    for (const name of levels) await tree[name].checkpoint('count', n)
    if (n === 2) for (const name of ['inFile', 'inStore'] as const) await tree[name].save()
  }
  await tree.often.checkpoint()
}

async function leftIn(tree: Tree): Promise<Record<string, unknown>> {
  const left: Record<string, unknown> = {}
  for (const name of actors) left[name] = await tree[name].call.count()
  for (const name of levels) left[name] = (await tree[name].restore('count'))?.value
  return left
}

/** Of 3 that were counted, what is there afterwards; the table in guides/guarantees.md says the same in words. */
const left = {
  crash: { volatile: 3, checkpointed: 3, often: 3, durable: 3, inMemory: 3, inFile: 3, inStore: 3 },
  process: { volatile: 0, checkpointed: 0, often: 3, durable: 3, inMemory: undefined, inFile: 2, inStore: 2 },
  file: { volatile: 0, checkpointed: 0, often: 0, durable: 0, inMemory: undefined, inFile: 2, inStore: 2 },
}

describe('what is left', () => {
  it('of each kind of state when its actor crashes', () =>
    inDirectory(async (directory) => {
      const world = new RowWorld({ directory, link: 'in-process' })
      const app = await begin(world, directory)
      await work(app.tree)
      for (const name of actors) void app.tree[name].cast.crash('boom')
      for (const name of levels) await app.kill(app.tree[name])
      await world.hear('exited', actors.length)
      expect(await leftIn(app.tree)).toEqual(left.crash)
      await world.end()
    }))

  it.each(['process', 'file'] as const)('of each kind of state when the %s is gone', (what) =>
    inDirectory(async (directory) => {
      const [first, second] = [join(directory, 'first'), join(directory, 'second')]
      mkdirSync(first)
      mkdirSync(second)
      const world = new RowWorld({ directory: first, link: 'in-process' })
      const app = await begin(world, first)
      await work(app.tree)
      await world.handOver(second)
      if (what === 'file') rmSync(join(second, 'app.db'))
      const next = new RowWorld({ directory: second, link: 'in-process' })
      const again = await begin(next, second)
      expect(await leftIn(again.tree)).toEqual(left[what])
      if (what === 'process') expect(next.of('state lost').map(({ id }) => id)).toContain('volatile')
      await world.end()
      await next.end()
    }),
  )
})
