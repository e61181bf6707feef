import { actor, child, ConfigurationError, message, supervisor } from 'coppice'
import { describe, expect, it } from 'vitest'
import { Counter } from '../support/scripted.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Namer = actor('namer', {
  initial: () => ({}),
  handlers: ({ call, cast }) => ({
    register: call(message<readonly [string, string?]>(), ({ input: [name, namespace], ctx }) => ({
      reply: ctx.register(name, ctx.id, { namespace }),
    })),
    unregister: call(message<readonly [string, string?]>(), ({ input: [name, namespace], ctx }) => ({
      reply: ctx.unregister(name, { namespace }),
    })),
    whereis: call(message<readonly [string, string?]>(), ({ input: [name, namespace], ctx }) => ({
      reply: ctx.whereis(name, { namespace })?.id,
    })),
    spawn: call(message<string>(), async ({ input, ctx }) => ({
      reply: (await ctx.spawn(Counter, input, undefined, { name: 'one', ifExists: 'return' })).ref.id,
    })),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
})

describe('names in namespaces', () => {
  it('[F12] [A20] do not meet, and one that is looked for elsewhere is not found', async () => {
    const tree = supervisor(
      {},
      { a: child(Counter, { name: 'clerk' }), b: child(Counter, { name: 'clerk', namespace: 'shop' }), n: child(Namer) },
    )
    const { app, tree: refs, until } = await simulatedWithoutStore(tree)
    expect([
      app.whereis('clerk')?.id,
      app.whereis('clerk', { namespace: 'shop' })?.id,
      app.whereis('clerk', { namespace: 'bank' }),
    ]).toEqual(['a', 'b', undefined])
    expect(await until(refs.n.call.register(['clerk', 'shop']))).toBe(false)
    expect(await until(refs.n.call.register(['clerk', 'bank']))).toBe(true)
    expect(await until(refs.n.call.whereis(['clerk', 'bank']))).toBe('n')
    expect(await until(refs.n.call.unregister(['clerk', 'bank']))).toBe(true)
    expect(app.whereis('clerk', { namespace: 'bank' })).toBeUndefined()
  })

  it('[A20] are reserved while their actor is restarted', async () => {
    const tree = supervisor(
      {},
      { b: child(Namer, { name: 'clerk', namespace: 'shop', backoff: { min: '1m', max: '1m' } }), n: child(Namer) },
    )
    const { app, tree: refs, until, settle } = await simulatedWithoutStore(tree)
    void refs.b.cast.crash()
    await settle()
    expect(app.whereis('clerk', { namespace: 'shop' })).toEqual({ id: 'b', status: 'restarting' })
    expect(await until(refs.n.call.register(['clerk', 'shop']))).toBe(false)
  })

  it('are refused without a name, twice in a tree, and for members', async () => {
    const declared = (options: object) =>
      simulatedWithoutStore(supervisor({}, { a: child(Counter, { name: 'x', namespace: 's' }), b: child(Counter, options) }))
    await expect(declared({ namespace: 's' })).rejects.toThrow('b: namespace is only for a child that has a name; got "s"')
    await expect(declared({ name: 'x', namespace: '' })).rejects.toThrow('b: namespace must be')
    await expect(declared({ name: 'x', namespace: 's' })).rejects.toThrow('b: name must be unique in the tree; got "x". a has it')
    const { app, until } = await simulatedWithoutStore(supervisor({}, {}))
    await expect(until(app.spawn(Counter, 'c', undefined, { namespace: 's' }))).rejects.toThrow(
      /spawn: namespace is only for an actor that has a name/,
    )
  })
})

describe('get or create', () => {
  it.each([{ name: 'one' }, {}])(
    '[F12] gives 50 who ask at once the same actor, and leaves the arguments of the others aside (%o)',
    async (named) => {
      const Slow = actor('slow', {
        initial: async (from: number) => {
          await Promise.resolve()
          return { from }
        },
        handlers: ({ call }) => ({ from: call(({ state }) => ({ reply: state.from })) }),
      })
      const { app, until } = await simulatedWithoutStore(supervisor({}, {}))
      const asked = Array.from({ length: 50 }, (_, n) =>
        app.spawn(Slow, 'name' in named ? `key ${n}` : 'key', n, { ...named, ifExists: 'return' }),
      )
      const refs = await until(Promise.all(asked))
      expect(new Set(refs.map((ref) => JSON.stringify(ref))).size).toBe(1)
      expect(app.running().filter((id) => id.startsWith('~/'))).toHaveLength(1)
      expect(await until(Promise.all(refs.map((ref) => ref.call.from())))).toEqual(Array.from({ length: 50 }, () => 0))
    },
  )

  it('[F12] by actors and from outside finds the same one, also a child of the tree', async () => {
    const tree = supervisor({}, { c: child(Counter, { name: 'one' }), n: child(Namer) })
    const { app, tree: refs, until } = await simulatedWithoutStore(tree)
    expect(await until(refs.n.call.spawn('x'))).toBe('c')
    expect((await until(app.spawn(Counter, 'y', undefined, { name: 'one', ifExists: 'return' }))).id).toBe('c')
  })

  it('makes a new one where the one before is ending, and refuses one of another kind', async () => {
    const { app, until, settle } = await simulatedWithoutStore(supervisor({}, {}))
    let leave = (): void => undefined
    const term = () => new Promise<void>((resolve) => (leave = resolve))
    const Leaving = actor('leaving', { initial: () => ({}), term, handlers: () => ({}) })
    const first = await until(app.spawn(Leaving, 'k', undefined))
    void first.stop()
    await settle()
    const again = app.spawn(Leaving, 'k', undefined, { ifExists: 'return' })
    await settle()
    leave()
    const second = await until(again)
    expect([await second.whenUp(), app.running().includes('~/k')]).toEqual([1, true])
    await expect(until(app.spawn(Counter, 'k', undefined, { ifExists: 'return' }))).rejects.toThrow(
      /spawn: ifExists must find an actor of the kind "counter"; got "leaving"\. ~\/k is there/,
    )
    await expect(until(app.spawn(Counter, 'z', undefined, { ifExists: 'sure' as 'return' }))).rejects.toBeInstanceOf(
      ConfigurationError,
    )
  })

  it('fails for all who wait when the start fails, and can be tried again', async () => {
    let works = false
    const Flaky = actor('flaky', {
      initial: async () => {
        await Promise.resolve()
        if (!works) throw new Error('not yet')
        return {}
      },
      handlers: () => ({}),
    })
    const { app, until } = await simulated(supervisor({}, {}))
    const ask = () =>
      app.spawn(Flaky, 'k', undefined, { name: 'f', ifExists: 'return' }).then(
        (ref) => ref.id,
        (error: { code: string }) => error.code,
      )
    expect(await until(Promise.all([ask(), ask(), ask()]))).toEqual(['spawn', 'spawn', 'spawn'])
    works = true
    expect(await until(ask())).toBe('~/k')
  })
})
