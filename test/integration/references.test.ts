import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { actor, child, memory, start, supervisor } from 'coppice'
import { describe, expect, it } from 'vitest'
import { Counter } from '../support/scripted.ts'

/** Collects garbage until `kept` is gone, or will not go. */
async function collected(kept: WeakRef<object>): Promise<boolean> {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 100 && kept.deref() !== undefined; round += 1) {
    await turn()
    collect()
  }
  return kept.deref() === undefined
}

describe('an actor whose reference nobody has any more', () => {
  it('[H13] goes on: its life does not hang on garbage collection', async () => {
    const app = await start(supervisor({}, {}))
    const id = '~/lonely'
    const forgotten = await (async () => new WeakRef(await app.spawn(Counter, 'lonely', { from: 1 })))()
    expect(await collected(forgotten)).toBe(true)
    expect(app.running()).toContain(id)
    expect(app.inspect(id)?.status).toBe('running')
    await app.stop()
  })
})

describe('the state with which an actor began', () => {
  it.each(['volatile', 'checkpointed', 'durable'] as const)('is let go when it has another (%s)', async (state) => {
    const first: WeakRef<object>[] = []
    const Page = actor('page', {
      initial: () => {
        const text = { lines: ['much'] }
        first.push(new WeakRef(text))
        return { text }
      },
      // Asynchronous, so that the start waits for it.
      init: () => Promise.resolve(),
      handlers: ({ call }) => ({ turn: call(() => ({ reply: 'turned', state: { text: { lines: [] } } })) }),
    })
    const app = await start(supervisor({}, { page: child(Page, { state }) }), { store: memory() })
    expect(await app.tree.page.call.turn()).toBe('turned')
    expect(first).toHaveLength(1)
    for (const text of first) expect(await collected(text)).toBe(true)
    await app.stop()
  })
})
