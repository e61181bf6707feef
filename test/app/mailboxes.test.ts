import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { noReply } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import type { MailboxOption } from '../../src/supervision/specs/mailbox-option.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import type { StateMode } from '../../src/runtime/actor-spec.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

/** A worker that takes a second for each job, and remembers what it did. */
const worker = (clock: Clock) =>
  actor('worker', {
    initial: () => ({ done: [] as string[] }),
    handlers: ({ call, cast }) => {
      const second = (): Promise<void> => new Promise((resolve) => void clock.setTimer(1_000, resolve))
      return {
        work: cast(message<string>(), async ({ state, input }) => {
          await second()
          return { done: [...state.done, input] }
        }),
        ask: call(message<string>(), async ({ state, input }) => {
          await second()
          return { reply: input, state: { done: [...state.done, input] } }
        }),
        later: cast(message<string>(), ({ ctx, input }) => void ctx.sendAfter(1_500, 'work', input)),
        twice: cast(message<string>(), async ({ ctx, input }) => {
          await second()
          ctx.sendSelf('work', `${input}1`)
          ctx.sendSelf('work', `${input}2`)
        }),
        crash: cast(async () => {
          await second()
          throw new Error('broken')
        }),
        done: call(({ state }) => ({ reply: state.done })),
      }
    },
  })

const often = { intensity: { restarts: 100, within: '1h' } } as const

const opened = async (mailbox: MailboxOption, state: StateMode = 'volatile') => {
  const clock = createVirtualClock()
  const sim = await simulated(supervisor(often, { w: child(worker(clock), { mailbox, state }) }), { clock })
  return { ...sim, dead: () => eventsOf(sim.events, 'dead letter').map(({ message: { name }, why }) => `${name} ${why}`) }
}

/** What a promise has come to; `open` if nothing yet. */
const outcomeOf = (promise: Promise<unknown>) => {
  const told = { outcome: 'open' as unknown }
  promise.then(
    (value) => (told.outcome = value),
    (error: { code: string }) => (told.outcome = error.code),
  )
  return told
}

describe('a bounded mailbox', () => {
  it('[A5] that rejects tells a caller at once, and makes a dead letter of a cast', async () => {
    const { tree, settle, advance, until, dead, app } = await opened({ max: 2, full: 'reject' })
    void tree.w.cast.work('a')
    await settle()
    void tree.w.cast.work('b')
    void tree.w.cast.work('c')
    await tree.w.cast.work('d')
    const call = outcomeOf(tree.w.call.ask('e'))
    await settle()
    expect(call.outcome).toBe('overloaded')
    expect(dead()).toEqual(['work overloaded'])
    expect(app.deadLetters()).toMatchObject([{ id: 'w', input: 'd', cause: 'overloaded' }])
    expect(app.inspect('w')?.queued).toBe(2)
    await advance('3s')
    expect(await until(tree.w.call.done())).toEqual(['a', 'b', 'c'])
  })

  it('[A5] that drops the oldest makes a dead letter of it and tells its caller; the newest stay', async () => {
    const { tree, settle, advance, until, dead } = await opened({ max: 2, full: 'dropOldest' })
    void tree.w.cast.work('a')
    await settle()
    const call = outcomeOf(tree.w.call.ask('b'))
    void tree.w.cast.work('c')
    void tree.w.cast.work('d')
    await settle()
    expect(call.outcome).toBe('overloaded')
    void tree.w.cast.work('e')
    await advance('3s')
    expect(dead()).toEqual(['ask overloaded', 'work overloaded'])
    expect(await until(tree.w.call.done())).toEqual(['a', 'd', 'e'])
  })

  it('[A5] that drops the newest makes dead letters of calls too', async () => {
    const { tree, settle, dead } = await opened({ max: 1, full: 'dropNewest' })
    void tree.w.cast.work('a')
    await settle()
    void tree.w.cast.work('b')
    const call = outcomeOf(tree.w.call.ask('c'))
    await settle()
    expect(call.outcome).toBe('overloaded')
    expect(dead()).toEqual(['ask overloaded'])
  })

  it('[A5] that lets senders wait takes them in their order, and holds back casts that are awaited', async () => {
    const { tree, settle, advance, until, dead } = await opened({ max: 1, full: 'wait' })
    void tree.w.cast.work('a')
    await settle()
    void tree.w.cast.work('b')
    const third = outcomeOf(tree.w.cast.work('c'))
    const fourth = outcomeOf(tree.w.call.ask('d'))
    const fifth = outcomeOf(tree.w.cast.work('e'))
    await settle()
    expect(third.outcome).toBe('open')
    await advance('1s')
    expect([third.outcome, fifth.outcome]).toEqual([undefined, 'open'])
    await advance('4s')
    expect([fourth.outcome, fifth.outcome]).toEqual(['d', undefined])
    expect(dead()).toEqual([])
    expect(await until(tree.w.call.done())).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('[A5] that lets senders wait does so within their deadline: what waited in vain is not handled', async () => {
    const { tree, settle, advance, until, dead } = await opened({ max: 1, full: 'wait' })
    for (const job of ['a', 'b']) void tree.w.cast.work(job)
    await settle()
    void tree.w.cast.work('c')
    const call = outcomeOf(tree.w.call.ask('d', { timeout: '900ms' }))
    const cast = outcomeOf(tree.w.cast.work('e', { timeout: '900ms' }))
    const abort = new AbortController()
    const aborted = outcomeOf(tree.w.call.ask('f', { signal: abort.signal }))
    await advance('900ms')
    abort.abort()
    await settle()
    expect([call.outcome, cast.outcome, aborted.outcome]).toEqual(['overloaded', 'overloaded', 'aborted'])
    expect(dead()).toEqual(['work overloaded'])
    await advance('10s')
    expect(await until(tree.w.call.done())).toEqual(['a', 'b', 'c'])
  })

  it('neither counts nor drops timers, signals and what an actor sends to itself', async () => {
    const { tree, settle, advance, until, dead } = await opened({ max: 1, full: 'reject' })
    await until(tree.w.cast.later('timer'))
    await settle()
    await until(tree.w.cast.twice('self'))
    await settle()
    await until(tree.w.cast.work('b'))
    await advance('1600ms')
    await until(tree.w.cast.work('c'))
    await advance('10s')
    expect(dead()).toEqual([])
    expect(await until(tree.w.call.done())).toEqual(['b', 'self1', 'self2', 'timer', 'c'])
    for (const job of ['x', 'y']) void tree.w.cast.work(job)
    // A stop is no message of a user: it finds its way past the bound.
    const stop = outcomeOf(tree.w.stop())
    await advance('5s')
    expect(stop.outcome).toBeUndefined()
  })

  it('[S13] keeps what is queued over a restart, also what waits for room', async () => {
    const { tree, settle, advance, until } = await opened({ max: 1, full: 'wait' })
    void tree.w.cast.crash()
    await settle()
    for (const job of ['a', 'b', 'c']) void tree.w.cast.work(job)
    await advance('10s')
    expect(await until(tree.w.call.done())).toEqual(['a', 'b', 'c'])
  })

  it('drops what is queued at a restart if told so, as OTP does', async () => {
    const { tree, settle, advance, until, dead } = await opened({ onRestart: 'drop' })
    void tree.w.cast.crash()
    await settle()
    void tree.w.cast.work('a')
    const call = outcomeOf(tree.w.call.ask('b'))
    await advance('1s')
    expect(call.outcome).toBe('noproc')
    expect(dead()).toEqual(['crash crashed', 'work ended', 'ask ended'])
    expect(await until(tree.w.call.done())).toEqual([])
  })

  it('tells who waits for room when the actor ends for good', async () => {
    const clock = createVirtualClock()
    const tree = supervisor(often, { w: child(worker(clock), { mailbox: { max: 1, full: 'wait' }, restart: 'temporary' }) })
    const { tree: refs, events, settle, advance } = await simulated(tree, { clock })
    void refs.w.cast.crash()
    await settle()
    void refs.w.cast.work('a')
    const cast = outcomeOf(refs.w.cast.work('b'))
    const call = outcomeOf(refs.w.call.ask('c'))
    await advance('1s')
    expect([cast.outcome, call.outcome]).toEqual([undefined, 'noproc'])
    expect(eventsOf(events, 'dead letter').map(({ why }) => why)).toEqual(['crashed', 'stopped', 'stopped'])
  })

  it('bounds what a journal accepts: nothing that was accepted is dropped', async () => {
    const { tree, settle, advance, until, dead } = await opened({ max: 2, full: 'reject' }, 'durable')
    void tree.w.cast.work('a')
    await advance('100ms')
    const outcomes = ['b', 'c', 'd', 'e'].map((job) => outcomeOf(tree.w.cast.work(job)))
    const call = outcomeOf(tree.w.call.ask('f'))
    await settle()
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([undefined, undefined, 'overloaded', 'overloaded'])
    expect(call.outcome).toBe('overloaded')
    expect(dead()).toEqual(['work overloaded', 'work overloaded'])
    await advance('10s')
    expect(await until(tree.w.call.done())).toEqual(['a', 'b', 'c'])
  })

  it('lets senders wait before the journal accepts, in their order', async () => {
    const { tree, advance, until } = await opened({ max: 1, full: 'wait' }, 'durable')
    const jobs = ['a', 'b', 'c', 'd', 'e']
    for (const job of jobs) void tree.w.cast.work(job, { timeout: '1m' })
    await advance('1m')
    expect(await until(tree.w.call.done())).toEqual(jobs)
  })

  it('is an option of the members of a dynamic supervisor', async () => {
    const clock = createVirtualClock()
    const tree = supervisor({}, { ws: dynamicSupervisor(worker(clock), { mailbox: { max: 1 } }) })
    const { tree: refs, settle, until } = await simulated(tree, { clock })
    const w = await until(refs.ws.start('1'))
    void w.cast.work('a')
    await settle()
    void w.cast.work('b')
    await expect(until(w.call.ask('c'))).rejects.toMatchObject({ code: 'overloaded', max: 1 })
  })
})

describe('a dead letter', () => {
  it('[A23] can be sent again, once', async () => {
    const { tree, settle, advance, until, app } = await opened({ max: 1, full: 'dropNewest' })
    void tree.w.cast.work('a')
    await settle()
    void tree.w.cast.work('b')
    void tree.w.cast.work('c')
    tree.w.call.ask('d').catch(() => undefined)
    await advance('5s')
    const [cast, call] = app.deadLetters()
    if (cast === undefined || call === undefined) throw new Error('both are dead letters')
    expect(await until(app.replay(cast))).toBeUndefined()
    await advance('1s')
    expect(await until(app.replay(call))).toBe('d')
    expect(await until(tree.w.call.done())).toEqual(['a', 'b', 'c', 'd'])
    expect(app.deadLetters()).toEqual([])
    await expect(until(app.replay(call))).rejects.toMatchObject({ code: 'dead-letter' })
  })

  it('of a durable actor is sent again as a new message', async () => {
    let isBroken = true
    const Fragile = actor('fragile', {
      initial: () => ({ count: 0 }),
      handlers: ({ call }) => ({
        add: call(({ state }) => {
          if (isBroken) throw new Error('broken')
          return { reply: state.count + 1, state: { count: state.count + 1 } }
        }),
      }),
    })
    const tree = supervisor(often, { f: child(Fragile, { state: 'durable', maxAttempts: 2 }) })
    const { tree: refs, app, until } = await simulated(tree)
    await expect(until(refs.f.call.add({ id: 'one' }))).rejects.toMatchObject({ code: 'crashed' })
    isBroken = false
    const letter = app.deadLetters()[0]
    if (letter === undefined) throw new Error('it is a dead letter')
    expect(letter).toMatchObject({ id: 'f', cause: 'crashed', message: { name: 'add', seq: 1 } })
    expect(await until(app.replay(letter))).toBe(1)
  })

  it('is kept until newer ones take its place', async () => {
    const clock = createVirtualClock()
    const tree = supervisor({}, { w: child(worker(clock), { restart: 'temporary' }) })
    const { tree: refs, app, until } = await simulated(tree, { clock, keepDeadLetters: 2 })
    await until(refs.w.stop())
    for (const job of ['a', 'b', 'c']) void refs.w.cast.work(job)
    expect(app.deadLetters().map(({ number, input }) => [number, input])).toEqual([
      [2, 'b'],
      [3, 'c'],
    ])
    await expect(until(app.replay({ number: 1 }))).rejects.toMatchObject({ code: 'dead-letter' })
  })
})

describe('a call that is forwarded to a full mailbox', () => {
  const front = (w: ReturnType<typeof worker>) =>
    actor('front', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        pass: call(message<string>(), ({ input, ctx }) => {
          ctx.forward(ctx.ref(w, 'w'), 'ask', input)
          return noReply()
        }),
      }),
    })

  it.each<[StateMode, 'reject' | 'wait']>([
    ['volatile', 'reject'],
    ['durable', 'reject'],
    ['volatile', 'wait'],
    ['durable', 'wait'],
  ])('is held to the bound as any other: %s, %s', async (state, full) => {
    const clock = createVirtualClock()
    const definition = worker(clock)
    const w = child(definition, { mailbox: { max: 1, full }, state })
    const sim = await simulated(supervisor({}, { w, front: child(front(definition), { state: 'volatile' }) }), { clock })
    void sim.tree.w.cast.work('first')
    await sim.settle()
    void sim.tree.w.cast.work('second')
    await sim.settle()
    const passed = sim.tree.front.call.pass('third', { timeout: '1m' })
    passed.catch(() => undefined)
    await sim.settle()
    expect(sim.app.inspect('w')?.queued).toBe(1)
    if (full === 'wait') expect(await sim.until(passed)).toBe('third')
    else await expect(passed).rejects.toMatchObject({ code: 'overloaded' })
  })
})
