import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { start } from '../../src/app/start.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { Store } from '../../src/runtime/persistence.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

/** A store that says whether anybody has opened it. */
const watchedStore = (): { store: Store; opened: () => boolean } => {
  const inner = memory()
  let opened = false
  const store: Store = {
    open: (world) => {
      opened = true
      return inner.open(world)
    },
  }
  return { store, opened: () => opened }
}

const wrong = (value: unknown) => value as never

describe('a tree that breaks a rule', () => {
  const node = child(Counter)
  const trees: readonly [string, () => Parameters<typeof start>[0], string][] = [
    [
      'an unknown strategy',
      () => supervisor({ strategy: wrong('one-for-one') }, { a: node }),
      'the root: strategy must be "one_for_one", "one_for_all" or "rest_for_one"; got "one-for-one". Did you mean "one_for_one"?',
    ],
    [
      'an unknown restart type',
      () => supervisor({}, { shop: supervisor({}, { carts: child(Counter, { restart: wrong('always') }) }) }),
      'shop/carts: restart must be "permanent", "transient" or "temporary"; got "always"',
    ],
    [
      'a negative limit',
      () => supervisor({}, { a: child(Counter, { shutdown: -1 }) }),
      'a: shutdown must be milliseconds >= 0, a text such as "5s", "infinity" or "kill"; got -1 (number)',
    ],
    [
      'a negative intensity',
      () => supervisor({ intensity: { restarts: -1, within: '5s' } }, { a: node }),
      'the root: intensity.restarts must be an integer >= 0; got -1 (number)',
    ],
    [
      'an option that does not exist',
      () => supervisor({}, { a: child(Counter, wrong({ restarts: 'permanent' })) }),
      'a: restarts is not an option; got "permanent". Did you mean "restart"?',
    ],
    [
      'something that is no actor',
      () => supervisor({}, { a: wrong({ initial: () => 0 }) }),
      'a must be made by child(...), supervisor(...) or dynamicSupervisor(...); got an object',
    ],
    [
      'two children with one name',
      () => supervisor({}, { a: child(Counter, { name: 'n' }), b: child(Counter, { name: 'n' }) }),
      'b: name must be unique in the tree; got "n". a has it',
    ],
    [
      'two definitions with one name',
      () => supervisor({}, { a: node, b: child(actor('counter', { initial: () => 0, handlers: () => ({}) })) }),
      'b: name of the behavior must be unique in the tree, because a checkpoint names its behavior; got "counter". Give one of the two definitions another name',
    ],
    [
      'an id that JavaScript would start out of order',
      () => supervisor({}, { 'a': node, '1': node }),
      'the root: id of a child must not be a whole number, which JavaScript moves before all other keys: the children would start in another order; got "1". Write for example "n1"',
    ],
    [
      'members with a name',
      () => supervisor({}, { a: dynamicSupervisor(Counter, wrong({ name: 'x' })) }),
      'a: name is not an option; got "x". A member is known by its key',
    ],
  ]

  it.each(trees)('by %s is refused with path, rule, value and way out, before anything happened', async (_, tree, text) => {
    const { store, opened } = watchedStore()
    const refused = start(tree(), { store })
    await expect(refused).rejects.toMatchObject({ code: 'configuration' })
    await expect(refused).rejects.toThrow(text)
    expect(opened()).toBe(false)
  })

  it('by wanting a store where there is none is refused', async () => {
    await expect(start(supervisor({}, { a: child(Counter, { state: 'durable' }) }))).rejects.toThrow(
      'a: state must be "volatile" in a tree that is started without a store; got "durable". Write start(tree, { store: sqlite("app.db") })',
    )
  })

  it('by an option of start that does not exist is refused', async () => {
    await expect(start(supervisor({}, {}), wrong({ stores: memory() }))).rejects.toThrow('start: stores is not an option')
  })
})

describe('a definition that breaks a rule', () => {
  it.each([
    [() => actor('', wrong({})), 'actor: name must be a text of at least one character; got ""'],
    [() => actor('x', wrong({ handlers: () => ({}) })), 'actor "x": initial must be a function; got nothing'],
    [
      () => actor('x', { initial: () => 0, version: 0, handlers: () => ({}) }),
      'actor "x": version must be an integer >= 1; got 0 (number)',
    ],
    [
      () => actor('x', { initial: () => 0, migrate: { 1: () => 1 }, handlers: () => ({}) }),
      'actor "x": migrate[1] must start from a version before the present one (1 (number)); got 1 (number). Raise `version` together with each step',
    ],
    [
      () => actor('x', { initial: () => 0, handlers: () => wrong({ go: () => 1 }) }),
      'actor "x": handlers.go must be made by call(…), cast(…) or stream(…) of the kit that `handlers` is given; got a function (go)',
    ],
  ])('is refused at once (%#)', (define, text) => {
    expect(define).toThrow(text)
  })
})

describe('a message that cannot be handled', () => {
  const Keeper = actor('keeper', {
    initial: () => ({ kept: undefined as unknown }),
    handlers: ({ call, cast }) => ({
      keep: call(message<unknown>(), ({ input }) => ({ reply: true, state: { kept: input } })),
      keepFunction: call(() => ({ reply: true, state: { kept: { deep: [() => 1] } } })),
      note: cast(message<unknown>(), ({ input }) => ({ kept: input })),
      kept: call(({ state }) => ({ reply: state.kept })),
    }),
  })
  const tree = supervisor(
    {},
    {
      durable: child(Keeper, { state: 'durable', maxAttempts: 1 }),
      checkpointed: child(Keeper, { checkpoint: { every: 1 } }),
    },
  )

  it('[H4] because there is no such handler is refused before it is sent', async () => {
    const { tree: actors, until, events } = await simulated(tree)
    const port = actors.durable.call as unknown as Record<string, unknown>
    expect(port['nonsense']).toBeUndefined()
    // @ts-expect-error -- what has no handler has no method
    expect(actors.durable.call.nonsense).toBeUndefined()
    const Caller = actor('caller', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        ask: call(async ({ ctx }) => ({
          reply: await ctx.call('checkpointed', 'nonsense', 1).catch((error: unknown) => (error as Error).message),
        })),
      }),
    })
    const other = await simulated(supervisor({}, { checkpointed: child(Keeper), caller: child(Caller) }))
    expect(await other.until(other.tree.caller.call.ask())).toBe(
      'call of "nonsense" on checkpointed: behavior "keeper" has no handler "nonsense"; it has "keep", "keepFunction", "note", "kept"; nothing was sent',
    )
    expect(await until(actors.durable.call.kept())).toBeUndefined()
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('because its input cannot be stored is refused with the path, and nothing happens to the actor', async () => {
    const { tree: actors, until, events } = await simulated(tree)
    const refused = actors.durable.call.keep({ list: [1, { f: () => 1 }] })
    await expect(until(refused)).rejects.toMatchObject({ code: 'invalid', cause: { code: 'not-storable' } })
    await expect(refused).rejects.toThrow(/list\[1\]\.f cannot be stored: .*function/)
    expect(await until(actors.durable.call.kept())).toBeUndefined()
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('because the state it leads to cannot be stored: a durable turn does not take place', async () => {
    const { tree: actors, until } = await simulated(tree)
    await until(actors.durable.call.keep('before'))
    const crashed = actors.durable.call.keepFunction()
    await expect(until(crashed)).rejects.toMatchObject({ code: 'crashed' })
    expect(await until(actors.durable.call.kept())).toBe('before')
  })

  it('because the state it leads to cannot be stored: a checkpoint is not taken, and the actor goes on', async () => {
    const { tree: actors, until, settle, events } = await simulated(tree)
    await until(actors.checkpointed.call.keepFunction())
    await settle()
    const [failed] = eventsOf(events, 'checkpoint failed')
    expect(failed?.error).toMatchObject({ code: 'not-storable' })
    expect((failed?.error as Error).message).toContain('state.kept.deep[0] cannot be stored')
    expect(eventsOf(events, 'exited')).toEqual([])
    expect(await until(actors.checkpointed.call.keep(1))).toBe(true)
  })

  it('because the first state cannot be stored: the tree does not start, and says which child it was', async () => {
    const Unstorable = actor('unstorable', { initial: () => ({ a: { b: () => 1 } }), handlers: () => ({}) })
    const starting = simulated(supervisor({}, { shop: supervisor({}, { x: child(Unstorable) }) }))
    await expect(starting).rejects.toMatchObject({ code: 'tree-start', path: ['shop', 'x'] })
    await expect(starting).rejects.toThrow(
      /the tree was not started: shop\/x could not be started \(crash: state\.a\.b cannot be stored/,
    )
  })

  it('[H3] because its schema says so is refused before it is sent', async () => {
    const positive = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof value === 'number' && value > 0 ? { value } : { issues: [{ message: 'must be positive', path: ['qty'] }] },
      },
    }
    const Shop = actor('shop', {
      initial: () => 0,
      handlers: ({ call }) => ({ buy: call(positive, ({ input }) => ({ reply: input })) }),
    })
    const { tree: actors, until } = await simulated(supervisor({}, { a: child(Shop) }))
    await expect(until(actors.a.call.buy(-1))).rejects.toThrow(
      'call of "buy" on a: input.qty: must be positive; nothing was sent',
    )
    expect(await until(actors.a.call.buy(1))).toBe(1)
  })
})
