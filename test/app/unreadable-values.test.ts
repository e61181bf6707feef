import { describe, expect, it } from 'vitest'
import { actor, child, memory, message, start, supervisor } from 'coppice'

const throwing = () => ({
  get boom(): number {
    throw new Error('boom')
  },
})

/** Deeper than a stack is. */
const deep = () => {
  let list: object = {}
  for (let i = 0; i < 100_000; i += 1) list = { list }
  return list
}

const mortal = { intensity: { restarts: 100, within: '1s' } } as const
const hostile = { throwing, deep }

describe.each(['volatile', 'checkpointed', 'durable'] as const)('a %s actor', (state) => {
  const Host = actor('host', {
    initial: () => ({ count: 0, held: undefined as unknown }),
    handlers: ({ call, cast }) => ({
      count: call(({ state: { count, held } }) => ({ reply: count + 1, state: { count: count + 1, held } })),
      take: cast(message<unknown>(), ({ state: same }) => same),
      hold: call(message<keyof typeof hostile>(), ({ state: { count }, input }) => ({
        reply: true,
        state: { count, held: hostile[input]() },
      })),
      give: call(message<keyof typeof hostile>(), ({ input }) => ({ reply: hostile[input]() })),
      send: call(message<keyof typeof hostile>(), ({ input, ctx }) => {
        void ctx.cast('other', 'take', hostile[input]()).catch(() => undefined)
        return { reply: true }
      }),
    }),
  })
  const tree = supervisor(mortal, { a: child(Host, { state }), other: child(Host, { state }) })

  it.each(['throwing', 'deep'] as const)('harms itself alone with a value that cannot be looked into: %s', async (kind) => {
    const app = await start(tree, { store: memory() })
    const { a, other } = app.tree
    for (const what of ['hold', 'give', 'send'] as const) await a.call[what](kind, { timeout: 2_000 }).catch(() => undefined)
    await Promise.resolve()
      .then(() => other.cast.take(hostile[kind]()))
      .catch(() => undefined)
    expect([await a.call.count(), await other.call.count()].every((count) => count === 1)).toBe(true)
    await app.stop()
  })
})

describe('a durable actor', () => {
  it('is told the path and what is wrong, and nothing of it is written', async () => {
    const Host = actor('host', {
      initial: () => ({ count: 0 }),
      handlers: ({ call }) => ({ take: call(message<unknown>(), () => ({ reply: true })) }),
    })
    const app = await start(supervisor({}, { a: child(Host, { state: 'durable' }) }), { store: memory() })
    await expect(app.tree.a.call.take(throwing())).rejects.toMatchObject({ code: 'invalid' })
    await expect(app.tree.a.call.take(throwing())).rejects.toThrow(
      'message.input cannot be stored: what throws where it is read (boom)',
    )
    expect(await app.tree.a.call.take(1)).toBe(true)
    await app.stop()
  })
})
