import { describe, expect, it } from 'vitest'
import { become } from '../../src/behaviors/become.ts'
import { behavior, type BehaviorInfo } from '../../src/behaviors/function-behavior.ts'
import { refuse } from '../../src/behaviors/handlers.ts'
import type { StandardSchema } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { Context } from '../../src/runtime/context.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never

const Stack = behavior('stack', (items: number[], push: number) => {
  if (push < 0) throw new Error('below zero')
  return become(Stack, [...items, push], { reply: [...items, push] })
})

/** A door: what it is, is what it does. */
const Open = behavior('open', (turns: number, command: 'toggle' | 'look' | 'break') => {
  if (command === 'break') throw new Error('broken')
  return command === 'look' ? `open after ${turns}` : become(Closed, turns + 1)
})
const Closed = behavior('closed', (turns: number, command: 'toggle' | 'look' | 'break') => {
  if (command === 'break') throw new Error('broken')
  return command === 'look' ? `closed after ${turns}` : become(Open, turns + 1)
})

const stacks = (state: 'volatile' | 'checkpointed' | 'durable') => supervisor({}, { stack: child(Stack, { args: [], state }) })
const doors = (state: 'volatile' | 'checkpointed' | 'durable') => supervisor({}, { door: child(Open, { args: 0, state }) })
const kinds = ['volatile', 'checkpointed', 'durable'] as const

describe('a behavior', () => {
  it('[A1] is a function of acquaintances and a message, whose result is the reply', async () => {
    const Greeter = behavior('greeter', (greeting: string, name: string) => `${greeting} ${name}`)
    const Silent = behavior('silent', (_: undefined, _name: string) => undefined)
    const { tree, until } = await simulatedWithoutStore(
      supervisor({}, { greeter: child(Greeter, { args: 'hello' }), silent: child(Silent) }),
    )
    expect(await until(tree.greeter.call('Ada'))).toBe('hello Ada')
    expect(await until(tree.silent.call('Ada'))).toBe(undefined)
  })

  it('[A2] becomes itself with other acquaintances from the next message on', async () => {
    const { tree, until } = await simulatedWithoutStore(stacks('volatile'))
    await until(tree.stack.cast(1))
    await until(tree.stack.cast(2))
    expect(await until(tree.stack.call(3))).toEqual([1, 2, 3])
  })

  it.each(kinds)('[A2] [A18] becomes another behavior, and is that one after a crash (%s)', async (state) => {
    const { tree, until, app } = await simulated(doors(state), { behaviors: [Closed] })
    await until(tree.door.call('toggle'))
    expect(await until(tree.door.call('look'))).toBe('closed after 1')
    await until(tree.door.cast('break'))
    expect(await until(tree.door.call('look'))).toBe('closed after 1')
    expect(app.inspect(tree.door)).toMatchObject({ incarnation: state === 'durable' ? 4 : 2, behavior: 'closed' })
    await until(tree.door.call('toggle'))
    expect(await until(tree.door.call('look'))).toBe('open after 2')
  })

  it.each(kinds)('[A15] comes back with the acquaintances before the message that it crashed on (%s)', async (state) => {
    const { tree, until } = await simulated(stacks(state))
    await until(tree.stack.cast(1))
    await expect(until(tree.stack.call(-1))).rejects.toMatchObject({ code: 'crashed' })
    expect(await until(tree.stack.call(2))).toEqual([1, 2])
  })

  it.each(['checkpointed', 'durable'] as const)('[A1] is in the next process what it was in the last (%s)', async (state) => {
    const store = memory()
    const first = await simulated(doors(state), { store, behaviors: [Closed] })
    await first.until(first.tree.door.call('toggle'))
    await first.until(first.app.stop())
    const second = await simulated(doors(state), { store, behaviors: [Closed] })
    expect(await second.until(second.tree.door.call('look'))).toBe('closed after 1')
    expect(eventsOf(second.events, 'started')[0]).toMatchObject({ id: 'door', behavior: 'closed', source: 'checkpoint' })
  })

  it('[A2] may become what the program does not know only if nothing is stored of it', async () => {
    const kept = await simulatedWithoutStore(doors('volatile'))
    await kept.until(kept.tree.door.call('toggle'))
    expect(await kept.until(kept.tree.door.call('look'))).toBe('closed after 1')
    for (const state of ['checkpointed', 'durable'] as const) {
      const { tree, until } = await simulated(doors(state))
      const refused = until(tree.door.call('toggle'))
      if (state === 'durable') await expect(refused).rejects.toMatchObject({ code: 'crashed' })
      else
        await expect(refused).rejects.toMatchObject({
          cause: { code: 'configuration', path: 'door: become', value: 'closed', remedy: expect.stringContaining('behaviors') },
        })
      expect(await until(tree.door.call('look'))).toBe('open after 0')
    }
  })

  it('refuses, answers later, waits, and is told of ends', async () => {
    const told: unknown[] = []
    const Watcher = behavior(
      'watcher',
      async (watched: string, message: 'watch' | 'no' | 'name', ctx: Context) => {
        await Promise.resolve()
        if (message === 'no') return refuse('not-today', { state: `${watched}!` })
        if (message === 'watch') ctx.monitor(watched)
        return watched
      },
      {
        info: (watched: string, info: BehaviorInfo) => {
          told.push([watched, info.type])
          return become(Watcher, 'nobody')
        },
      },
    )
    const Plain = behavior('plain', (_: undefined, message: string) => message)
    const { tree, until, settle } = await simulatedWithoutStore(
      supervisor({}, { w: child(Watcher, { args: 'p' }), p: child(Plain, { restart: 'temporary' }) }),
    )
    expect(await until(tree.w.call('watch'))).toBe('p')
    await until(tree.p.stop())
    await settle()
    expect(told).toEqual([['p', 'down']])
    await expect(until(tree.w.call('no'))).rejects.toMatchObject({ code: 'refused', refusal: 'not-today' })
    expect(await until(tree.w.call('name'))).toBe('nobody!')
  })

  it('is a member of a dynamic supervisor as every kind is', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { stacks: dynamicSupervisor(Stack) }))
    const stack = await until(tree.stacks.start('a', [1]))
    expect(await until(stack.call(2))).toEqual([1, 2])
  })

  it('checks its messages by a schema before they are sent', async () => {
    const positive: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => (Number(value) > 0 ? { value } : { issues: [{ message: 'must be > 0' }] }),
      },
    }
    const Sum = behavior('sum', (sum: number, add: number) => become(Sum, sum + add, { reply: sum + add }), { message: positive })
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { sum: child(Sum, { args: 0 }) }))
    await expect(until(tree.sum.call(-1))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('must be > 0'),
    })
    expect(await until(tree.sum.call(1))).toBe(1)
  })

  it.each<[string, () => unknown, string]>([
    ['no name', () => behavior('', () => undefined), 'behavior: name must be a text of at least one character; got ""'],
    ['no function', () => behavior('b', wrong(7)), 'behavior "b": fn must be a function; got 7 (number)'],
    [
      'an unknown option',
      () => behavior('b', () => undefined, wrong({ handlers: 1 })),
      'behavior "b": handlers is not an option; got 1 (number). ' +
        'The options are version, migrate, message, info, trapExits, init, restart, term',
    ],
    [
      'a version of another kind',
      () => behavior('b', () => undefined, { version: 0 }),
      'behavior "b": version must be an integer >= 1; got 0 (number)',
    ],
    [
      'a hook that is none',
      () => behavior('b', () => undefined, wrong({ term: 1 })),
      'behavior "b": term must be a function; got 1 (number)',
    ],
    [
      'a schema that is none',
      () => behavior('b', () => undefined, wrong({ message: {} })),
      'behavior "b": message must be a Standard Schema or message<T>(); got an object',
    ],
  ])('is refused with %s', (_, define, text) => {
    expect(define).toThrow(expect.objectContaining({ code: 'configuration', message: text }))
  })
})
