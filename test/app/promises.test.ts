import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'

const modes = ['volatile', 'checkpointed', 'durable'] as const
const mortal = { intensity: { restarts: 1_000, within: '1s' } } as const

describe.each(modes)('messages to a %s actor', (state) => {
  const Receiver = actor('receiver', {
    initial: () => ({ heard: [] as number[], busy: 0, most: 0 }),
    handlers: ({ call, cast }) => ({
      hear: cast(message<number>(), async ({ state: { heard, busy, most }, input, ctx }) => {
        if (input % 3 === 0) await ctx.sleep(5)
        return { heard: [...heard, input], busy, most }
      }),
      read: call(({ state: { heard } }) => ({ reply: heard })),
    }),
  })
  const Sender = actor('sender', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      talk: cast(message<{ readonly from: number; readonly count: number }>(), ({ state: same, input: { from, count }, ctx }) => {
        for (let n = 0; n < count; n += 1) void ctx.cast('receiver', 'hear', from + n)
        return same
      }),
    }),
  })

  it('of one sender are handled in the order in which they were sent, also over crashes; none is doubled', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const tree = supervisor(mortal, { sender: child(Sender, { state }), receiver: child(Receiver, { state }) })
      await using sim = await simulatedSystem(tree, { seed })
      for (let round = 0; round < 5; round += 1) {
        await sim.until(sim.tree.sender.cast.talk({ from: round * 10, count: 10 }))
        if (round % 2 === 1) await sim.until(sim.app.kill(sim.tree.receiver))
      }
      await sim.advance('1s')
      const heard = await sim.until(sim.tree.receiver.call.read())
      expect(heard, `seed ${seed}`).toEqual([...new Set(heard)].toSorted((a, b) => a - b))
      if (state === 'durable') expect(heard).toHaveLength(50)
    }
  })

  it('are handled one at a time: the next begins when the promise of the one before has settled', async () => {
    let running = 0
    let most = 0
    const Slow = actor('slow', {
      initial: () => ({ count: 0 }),
      handlers: ({ call }) => ({
        work: call(async ({ state: { count }, ctx }) => {
          running += 1
          most = Math.max(most, running)
          await ctx.sleep(10)
          running -= 1
          return { reply: count + 1, state: { count: count + 1 } }
        }),
      }),
    })
    await using sim = await simulatedSystem(supervisor({}, { slow: child(Slow, { state }) }))
    const replies = await sim.until(Promise.all(Array.from({ length: 8 }, () => sim.tree.slow.call.work())))
    expect([replies, most]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], 1])
  })

  it('come before the notice that their sender has ended', async () => {
    const Watcher = actor('watcher', {
      initial: () => ({ log: [] as string[] }),
      handlers: ({ call, cast }) => ({
        watch: call(({ state: same, ctx }) => {
          ctx.monitor('talker')
          return { reply: true, state: same }
        }),
        hear: cast(message<number>(), ({ state: { log }, input }) => ({ log: [...log, `heard ${input}`] })),
        read: call(({ state: { log } }) => ({ reply: log })),
      }),
      info: ({ state: { log }, message: { type } }) => ({ log: [...log, type] }),
    })
    const Talker = actor('talker', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        talkAndEnd: cast(({ state: same, ctx }) => {
          for (const n of [1, 2, 3]) void ctx.cast('watcher', 'hear', n)
          ctx.stop()
          return same
        }),
      }),
    })
    for (let seed = 1; seed <= 10; seed += 1) {
      const tree = supervisor({}, { watcher: child(Watcher, { state }), talker: child(Talker, { state, restart: 'temporary' }) })
      await using sim = await simulatedSystem(tree, { seed })
      await sim.until(sim.tree.watcher.call.watch())
      await sim.until(sim.tree.talker.cast.talkAndEnd())
      await sim.settle()
      expect(await sim.until(sim.tree.watcher.call.read()), `seed ${seed}`).toEqual(['heard 1', 'heard 2', 'heard 3', 'down'])
    }
  })
})

describe('the id of a message', () => {
  it('is the same each time it is handled, also in the next process, and nobody else has it', async () => {
    const seen: string[] = []
    const Trying = actor('trying', {
      initial: () => ({ done: 0 }),
      handlers: ({ cast }) => ({
        work: cast(({ state: { done }, ctx }) => {
          seen.push(JSON.stringify(ctx.messageId))
          if (seen.length < 3) throw new Error('again')
          return { done: done + 1 }
        }),
      }),
    })
    const store = new DatabaseSync(':memory:')
    const tree = supervisor(mortal, { a: child(Trying, { state: 'durable', maxAttempts: 5 }) })
    await using sim = await simulatedSystem(tree, { store, faults: [{ at: 'message', actor: 'a', nth: 2, do: 'hang' }] })
    void sim.tree.a.cast.work().catch(() => undefined)
    await sim.settle()
    await sim.restart()
    await sim.settle()
    await sim.until(sim.tree.a.cast.work())
    await sim.settle()
    expect(seen.length).toBeGreaterThanOrEqual(3)
    expect([new Set(seen.slice(0, -1)).size, seen.at(-1) === seen[0]]).toEqual([1, false])
  })
})

describe('a checkpoint in the store', () => {
  it('is never changed: what is there under a number is what was written there', async () => {
    const store = new DatabaseSync(':memory:')
    const Counter = actor('counter', {
      initial: () => ({ count: 0 }),
      handlers: ({ call }) => ({ next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })) }),
    })
    const tree = supervisor({}, { a: child(Counter, { state: 'durable', checkpoint: { keep: 5 } }) })
    await using sim = await simulatedSystem(tree, { store })
    const known = new Map<unknown, string>()
    for (let n = 0; n < 20; n += 1) {
      await sim.until(sim.tree.a.call.next())
      if (n === 10) await sim.restart()
      for (const row of store.prepare('SELECT * FROM checkpoint').all() as Record<string, unknown>[]) {
        const text = JSON.stringify(row)
        expect(known.get(row['number']) ?? text).toBe(text)
        known.set(row['number'], text)
      }
    }
    expect(known.size).toBeGreaterThanOrEqual(20)
  })
})

describe('a wall clock that jumps', () => {
  it.each(['-24h', '24h'] as const)(
    'by %s neither restarts anybody, nor ends a call, nor lets anybody off the intensity',
    async (jump) => {
      const Slow = actor('slow', {
        initial: () => ({}),
        handlers: ({ call, cast }) => ({
          wait: call(async ({ state, ctx }) => {
            await ctx.sleep(2_000)
            return { reply: 'done', state }
          }),
          crash: cast(() => {
            throw new Error('boom')
          }),
        }),
      })
      const tree = supervisor({ intensity: { restarts: 1, within: '5s' } }, { a: child(Slow) })
      await using sim = await simulatedSystem(tree, { faults: [{ at: 'clock', after: '1s', jump }] })
      const asked = sim.tree.a.call.wait({ timeout: '3s' }).catch(() => 'too late')
      expect(await sim.until(asked)).toBe('done')
      expect(sim.events.filter(({ type }) => type === 'exited')).toEqual([])
      void sim.tree.a.cast.crash().catch(() => undefined)
      await sim.advance('500ms')
      void sim.tree.a.cast.crash().catch(() => undefined)
      await sim.settle()
      expect(await sim.until(sim.app.ended)).toMatchObject({ type: 'shutdown' })
    },
  )
})
