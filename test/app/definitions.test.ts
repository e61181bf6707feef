import { actor, agent, behavior, childProcess, eventManager, machine, queue, service, supervisor, task } from 'coppice'
import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { Counter } from '../support/scripted.ts'
import { simulatedWithoutStore } from '../support/simulated-app.ts'

const definitions = {
  actor: actor('cart', { initial: () => ({}), handlers: () => ({}) }),
  agent: agent('cart', () => 1),
  behavior: behavior('cart', (_: undefined, message: string) => message),
  childProcess: childProcess('cart', 'true'),
  eventManager: eventManager('cart', []),
  machine: machine('cart', setup({}).createMachine({})),
  queue: queue('cart', { max: 1 }),
  service: service('cart', { start: () => ({}), stop: () => undefined }),
  task: task('cart', () => undefined),
}

describe('a definition', () => {
  it.each(Object.entries(definitions))(
    '[H1] is neither called nor constructed: the error names what to write (%s)',
    (_, given) => {
      const Cart = given as unknown as { (owner: string): unknown; new (owner: string): unknown; name: string }
      const problem =
        'cart() is no way to make an actor: it is made by a spawn in a running system, or declared in a tree; got "Ann". ' +
        'Write await app.spawn(Definition, key, args), or child(Definition, { args }) in the tree of start(tree)'
      expect(() => Cart('Ann')).toThrow(problem)
      expect(() => new Cart('Ann')).toThrow(problem)
      expect(Cart.name).toBe('cart')
    },
  )

  it('[H1] is refused by its type as well', () => {
    const call = () => {
      // @ts-expect-error a definition is no function
      Counter()
    }
    const construct = () => {
      // @ts-expect-error nor a class
      void new Counter()
    }
    expect(call).toThrow('app.spawn')
    expect(construct).toThrow('app.spawn')
  })

  it('[H1] is spawned in a running system only', async () => {
    const { app, until } = await simulatedWithoutStore(supervisor({}, {}))
    await until(app.stop())
    for (const options of [{}, { supervised: true }])
      await expect(until(app.spawn(Counter, 'late', undefined, options))).rejects.toMatchObject({
        code: 'spawn',
        problem: 'not-running',
      })
    expect(app.running()).toEqual([])
  })
})
