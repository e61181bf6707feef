import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { actor, child, message, sqlite, start, supervisor, type CoppiceEvent, type Link } from 'coppice'
import { hasSmallDisks, smallDisk, type SmallDisk } from '../support/small-disk.ts'

const Notes = actor('notes', {
  initial: () => ({ count: 0, last: '' }),
  handlers: ({ call }) => ({
    write: call(message<string>(), ({ state, input }) => ({
      reply: state.count + 1,
      state: { count: state.count + 1, last: input },
    })),
    count: call(({ state }) => ({ reply: state.count })),
  }),
})

const tree = supervisor(
  { intensity: { restarts: 1_000, within: '1s' } },
  {
    durable: child(Notes, { state: 'durable', backoff: { min: '10ms', max: '100ms' } }),
    checkpointed: child(Notes, { checkpoint: { every: 1 } }),
  },
)

let made: SmallDisk | undefined
afterEach(() => made?.remove())

const links: readonly Link[] = ['in-process', 'worker']

/** Disks of its own are not everywhere to be had. Failing writes of all kinds are in the chaos, which needs none. */
describe.skipIf(!hasSmallDisks())('a disk that is really full', () => {
  it.each(links)(
    'rejects what it cannot keep, loses and doubles nothing, and goes on when there is room (on the link %s)',
    async (link) => {
      made = smallDisk(1_024)
      if (made === undefined) throw new Error('no disk could be mounted')
      const ballast = join(made.directory, 'ballast')
      writeFileSync(ballast, Buffer.alloc(300 * 1_024))
      const store = () => sqlite(join(made?.directory ?? '', 'app.db'), { link })
      const problems: unknown[] = []
      const problemOf = (error: unknown): unknown => (error as { readonly problem?: unknown } | undefined)?.problem
      const onEvent = (event: CoppiceEvent): void => {
        if (event.type === 'exited' && event.reason.type === 'error') problems.push(problemOf(event.reason.error))
        if (event.type === 'start failed' && event.reason.type === 'error') problems.push(problemOf(event.reason.error))
        if (event.type === 'checkpoint failed') problems.push(problemOf(event.error))
      }
      const app = await start(tree, { store: store(), onEvent })
      const { durable, checkpointed } = app.tree
      let told = 0
      let n = 0
      let problem: unknown
      const write = (timeout: '1s' | '5s'): Promise<number> => durable.call.write('x'.repeat(20_000), { id: `${n}`, timeout })
      while (problem === undefined && n < 100) {
        try {
          told = await write('1s')
          n += 1
        } catch (error) {
          problem = error
          problems.push(problemOf((error as Error).cause))
        }
      }
      // It was not accepted; or it was, and cannot be applied before there is room.
      expect(['unavailable', 'timeout']).toContain((problem as { readonly code: string }).code)
      expect(problems).toContain('full')
      expect(told).toBeGreaterThan(0)
      // Whoever keeps no journal goes on with what it has in memory.
      expect(await checkpointed.call.write('y')).toBe(1)
      rmSync(ballast)
      expect(await write('5s')).toBe(told + 1)
      expect(await durable.call.count()).toBe(told + 1)
      await checkpointed.checkpoint()
      await app.stop()
      const next = await start(tree, { store: store() })
      expect([await next.tree.durable.call.count(), await next.tree.checkpointed.call.count()]).toEqual([told + 1, 1])
      await next.stop()
    },
  )

  it.each(links)('or may only be read, is refused at the start, and is as it was (on the link %s)', async (link) => {
    made = smallDisk(1_024)
    if (made === undefined) throw new Error('no disk could be mounted')
    const store = () => sqlite(join(made?.directory ?? '', 'app.db'), { link })
    const app = await start(tree, { store: store() })
    await app.tree.durable.call.write('once')
    await app.stop()
    made.makeReadOnly()
    await expect(start(tree, { store: store() })).rejects.toMatchObject({ code: 'store', problem: 'read-only' })
    made.makeWritable()
    const next = await start(tree, { store: store() })
    expect(await next.tree.durable.call.count()).toBe(1)
    await next.stop()
  })
})
