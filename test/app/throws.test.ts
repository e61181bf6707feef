import { describe, expect, it } from 'vitest'
import { actor, child, supervisor, supervisorOf, TreeStartError, type Clock } from 'coppice'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const often = { intensity: { restarts: 100, within: '1h' } } as const

/** Fails in each way in which a handler can, after it has changed the state that it was given. */
const Faulty = actor('faulty', {
  initial: () => ({ items: ['first'] }),
  handlers: ({ call, cast }) => {
    const spoil = (state: { readonly items: string[] }): never => {
      try {
        state.items.push('torn')
      } finally {
        // In development the state is frozen, and refuses the change.
        throw new TypeError('broken')
      }
    }
    return {
      'call': call(({ state }): { reply: string } => spoil(state)),
      'cast': cast(({ state }) => spoil(state)),
      'async call': call(async ({ state }): Promise<{ reply: string }> => (await Promise.resolve(), spoil(state))),
      'async cast': cast(async ({ state }) => (await Promise.resolve(), spoil(state))),
      'items': call(({ state }) => ({ reply: state.items })),
    }
  },
})

describe('a throw in a handler', () => {
  it.each(['call', 'cast', 'async call', 'async cast'] as const)(
    'of a %s is a crash: the supervisor restarts, who called learns why at once, and the state is as before',
    async (kind) => {
      const { tree, clock, settle, until, events } = await simulatedWithoutStore(supervisor({}, { a: child(Faulty) }))
      const failed = kind.endsWith('call')
        ? tree.a.call[kind as 'call']().catch((error: unknown) => error)
        : tree.a.cast[kind as 'cast']()
      const behind = tree.a.call.items()
      expect(await until(failed)).toEqual(kind.endsWith('call') ? expect.objectContaining({ code: 'crashed' }) : undefined)
      if (kind.endsWith('call')) expect(((await failed) as Error).message).toContain('crash: broken')
      await settle()
      expect(lives(events).slice(2)).toEqual(['a#1 exited error', 'a#2 started'])
      expect(await until(behind)).toEqual(['first'])
      expect(clock.now()).toBe(0)
    },
  )

  it('is told with its message, the error itself, what was decided, and what is left of the budget', async () => {
    const { app, tree, settle, until } = await simulatedWithoutStore(supervisor({}, { a: child(Faulty) }))
    void until(tree.a.call.call()).catch(() => undefined)
    await settle()
    expect(app.decisions()).toMatchObject([
      { child: 'a', decided: 'restart', budgetLeft: 2, message: { name: 'call' }, reason: { error: new TypeError('broken') } },
    ])
    expect(supervisorOf(tree).inspect()?.budgetLeft).toBe(2)
  })
})

/** Answers in a second, and never when told so. */
const slow = (clock: Clock) =>
  actor('slow', {
    initial: () => ({ answered: 0 }),
    handlers: ({ call }) => ({
      answer: call(async ({ state }) => {
        await new Promise<void>((resolve) => void clock.setTimer(1_000, resolve))
        return { reply: state.answered + 1, state: { answered: state.answered + 1 } }
      }),
    }),
  })

describe('a kill in the middle of a call', () => {
  it.each(['volatile', 'checkpointed'] as const)(
    'rejects that call at once, which never gets what the dead incarnation answers; those behind it are answered (%s)',
    async (state) => {
      const clock = createVirtualClock()
      const tree = supervisor(often, { a: child(slow(clock), { state }) })
      const { app, tree: refs, advance, until, settle } = await simulated(tree, { clock })
      const called = refs.a.call.answer()
      called.catch(() => undefined)
      await advance(500)
      const behind = refs.a.call.answer()
      await settle()
      await until(app.kill('a'))
      await expect(until(called)).rejects.toMatchObject({ code: 'crashed', reason: { type: 'killed' } })
      expect(clock.now()).toBe(500)
      expect(await until(behind)).toBe(1)
      expect(app.inspect('a')?.incarnation).toBe(2)
    },
  )
})

describe('a start that always fails', () => {
  it('of a tree tells which child it was and why, and leaves nothing running', async () => {
    const Hopeless = actor('hopeless', {
      initial: (): object => {
        throw new Error('no hope')
      },
      handlers: () => ({}),
    })
    const told: string[] = []
    const tree = supervisor({}, { a: child(Counter), b: supervisor({}, { c: child(Counter), d: child(Hopeless) }) })
    const starting = simulatedWithoutStore(tree, {
      onEvent: (event) => void told.push(...lives([event])),
    })
    await expect(starting).rejects.toBeInstanceOf(TreeStartError)
    await expect(starting).rejects.toThrow(/no hope/)
    expect(told).toEqual(['a#1 started', 'b/c#1 started', 'b/c#1 exited shutdown', 'a#1 exited shutdown'])
  })

  it('of a child that had run uses up the budget, and ends its supervisor in order; callers are told', async () => {
    let runs = 0
    const OnceOnly = actor('once only', {
      initial: () => ({}),
      init: () => {
        if ((runs += 1) > 1) throw new Error('not again')
      },
      handlers: ({ cast }) => ({
        crash: cast(() => {
          throw new Error('boom')
        }),
      }),
    })
    const tree = supervisor({}, { a: child(Counter), b: child(OnceOnly) })
    const { app, tree: refs, until, events } = await simulatedWithoutStore(tree)
    void refs.b.cast.crash()
    await until(app.ended)
    expect(runs).toBe(4)
    expect(lives(events).slice(-2)).toEqual(['a#1 exited shutdown', 'root#1 exited shutdown'])
    expect(eventsOf(events, 'decided').at(-1)?.decision).toMatchObject({ decided: 'give up' })
    await expect(refs.a.call.count()).rejects.toMatchObject({ code: 'noproc' })
  })
})
