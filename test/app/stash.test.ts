import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { noReply } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { ChildOptions } from '../../src/supervision/specs/child-options.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

/** Takes numbers only while it is open; what comes before is put aside. */
const Door = actor('door', {
  initial: () => ({ isOpen: false, taken: [] as number[] }),
  handlers: ({ call, cast }) => ({
    take: cast(message<number>(), ({ state, input, ctx }) => {
      if (!state.isOpen) return void ctx.stash()
      return { ...state, taken: [...state.taken, input] }
    }),
    ask: call(message<number>(), ({ state, input, ctx }) => {
      if (state.isOpen) return { reply: ctx.attempt, state: { ...state, taken: [...state.taken, input] } }
      ctx.stash()
      return noReply(state)
    }),
    open: cast(({ state, ctx }) => {
      ctx.unstashAll()
      return { ...state, isOpen: true }
    }),
    crash: cast(() => {
      throw new Error('broken')
    }),
    twice: cast(({ ctx }) => {
      ctx.stash()
      ctx.stash()
    }),
    taken: call(({ state }) => ({ reply: state.taken })),
  }),
})

const often = { intensity: { restarts: 100, within: '1h' } } as const
const opened = (options: ChildOptions = { state: 'volatile' }) =>
  simulated(supervisor(often, { door: child(Door, { ...options }) }))

describe('a stash', () => {
  it('[A4] keeps the order: what was put aside comes before what is queued', async () => {
    const { tree, settle, until, app } = await opened()
    for (const n of [1, 2, 3, 4]) void tree.door.cast.take(n)
    await settle()
    expect(app.inspect('door')).toMatchObject({ queued: 0, stashed: 4 })
    void tree.door.cast.open()
    for (const n of [5, 6, 7, 8]) void tree.door.cast.take(n)
    expect(await until(tree.door.call.taken())).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(app.inspect('door')).toMatchObject({ queued: 0, stashed: 0 })
  })

  it('keeps callers waiting, within their deadline, and counts no attempt', async () => {
    const { tree, settle, until } = await opened()
    const early = tree.door.call.ask(1)
    const late = tree.door.call.ask(2, { timeout: '1s' })
    await expect(until(late)).rejects.toMatchObject({ code: 'timeout' })
    void tree.door.cast.open()
    expect(await until(early)).toBe(1)
    await settle()
    expect(await until(tree.door.call.taken())).toEqual([1, 2])
  })

  it('is queued again after a crash, before what came later', async () => {
    const { tree, settle, until } = await opened()
    for (const n of [1, 2]) void tree.door.cast.take(n)
    await settle()
    void tree.door.cast.crash()
    void tree.door.cast.take(3)
    void tree.door.cast.open()
    expect(await until(tree.door.call.taken())).toEqual([1, 2, 3])
  })

  it('becomes dead letters in order when the actor ends for good', async () => {
    const { tree, settle, until, app } = await opened({ state: 'volatile', restart: 'temporary' })
    for (const n of [1, 2]) void tree.door.cast.take(n)
    const call = tree.door.call.ask(3)
    call.catch(() => undefined)
    await settle()
    await until(tree.door.stop())
    await expect(until(call)).rejects.toMatchObject({ code: 'noproc' })
    expect(app.deadLetters().map(({ input, cause }) => [input, cause])).toEqual([
      [1, 'stopped'],
      [2, 'stopped'],
      [3, 'stopped'],
    ])
  })

  it('has a bound: the message that does not fit ends the incarnation, with a clear reason', async () => {
    const { tree, settle, events } = await opened({ state: 'volatile', mailbox: { stash: 2 }, restart: 'temporary' })
    for (const n of [1, 2, 3]) void tree.door.cast.take(n)
    await settle()
    const [exited] = eventsOf(events, 'exited')
    const error = { code: 'stash', message: 'door: stash: 2 messages have been put aside already' }
    expect(exited?.reason).toMatchObject({ type: 'error', error })
    expect(eventsOf(events, 'dead letter').map(({ why }) => why)).toEqual(['crashed', 'stopped', 'stopped'])
  })

  it('takes a message once', async () => {
    const { tree, settle, events } = await opened({ state: 'volatile', restart: 'temporary' })
    void tree.door.cast.twice()
    await settle()
    expect(eventsOf(events, 'exited')[0]?.reason).toMatchObject({ error: { code: 'stash' } })
  })

  it('is refused in a durable turn, which applies its messages in the order of the journal', async () => {
    const { tree, until, events } = await opened({ state: 'durable', maxAttempts: 1 })
    await expect(until(tree.door.call.ask(1))).rejects.toMatchObject({ code: 'crashed' })
    expect(eventsOf(events, 'exited')[0]?.reason).toMatchObject({ error: { code: 'durable-turn' } })
    void tree.door.cast.open()
    expect(await until(tree.door.call.ask(2))).toBe(1)
  })
})
