import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor, type TimerRef } from 'coppice'
import { lives, simulatedWithoutStore } from '../support/simulated-app.ts'

const Timed = actor('timed', {
  initial: () => ({ fired: 0 }),
  handlers: ({ call, cast }) => {
    const timers: TimerRef[] = []
    return {
      set: cast(message<number>(), ({ input, ctx }) => void timers.push(ctx.sendAfter('1s', 'fire', input))),
      setMany: cast(message<number>(), ({ input, ctx }) => {
        for (let n = 0; n < input; n += 1) timers.push(ctx.sendAfter('1s', 'fire', n))
      }),
      keep: cast(message<object>(), ({ input, ctx }) => void ctx.sendAfter('1s', 'fire', input)),
      cancelAll: cast(({ ctx }) => {
        for (const timer of timers.splice(0)) ctx.cancelTimer(timer)
      }),
      fire: cast(message<unknown>(), ({ state }) => ({ fired: state.fired + 1 })),
      fired: call(({ state }) => ({ reply: state.fired })),
    }
  },
})

describe('a timer of an actor', () => {
  it('that has fired is gone: cancelling it does nothing, to it and to those after it', async () => {
    const { tree, clock, advance, until } = await simulatedWithoutStore(supervisor({}, { t: child(Timed) }))
    void tree.t.cast.set(1)
    await advance('1s')
    expect(await until(tree.t.call.fired())).toBe(1)
    void tree.t.cast.cancelAll()
    void tree.t.cast.set(2)
    await advance('1s')
    expect(await until(tree.t.call.fired())).toBe(2)
    // The limit of the calls, which one timer watches for all of them.
    await advance('10s')
    expect(clock.pending).toBe(0)
  })

  it('leaves nothing behind when it has fired, however many there were, nor does what it would have sent', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { tree, clock, settle, advance, until } = await simulatedWithoutStore(supervisor({}, { t: child(Timed) }))
    const inputs: WeakRef<object>[] = []
    for (let round = 0; round < 10; round += 1) {
      // What is frozen is passed as it is.
      const input = Object.freeze({ round })
      inputs.push(new WeakRef(input))
      void tree.t.cast.keep(input)
      void tree.t.cast.setMany(1_000)
      await advance('1s')
    }
    expect(clock.pending).toBe(0)
    expect(await until(tree.t.call.fired())).toBe(10_010)
    await settle()
    collect()
    expect(inputs.slice(0, 9).filter((input) => input.deref() !== undefined)).toEqual([])
  })

  it('is cancelled by a stop with all others', async () => {
    const { app, tree, clock, settle, until } = await simulatedWithoutStore(supervisor({}, { t: child(Timed) }))
    void tree.t.cast.setMany(1_000)
    await settle()
    expect(clock.pending).toBe(1_000)
    await until(app.stop())
    expect(clock.pending).toBe(0)
  })
})

/** Does something each second, which throws the second time. */
const Scheduled = actor('scheduled', {
  initial: (_: undefined, ctx) => {
    ctx.interval('1s', 'job')
    return { jobs: 0 }
  },
  restart: (ctx) => ctx.fresh(),
  handlers: ({ call, cast }) => ({
    job: cast(({ state, ctx }) => {
      if (ctx.incarnation === 1 && state.jobs === 1) throw new Error('the second job')
      return { jobs: state.jobs + 1 }
    }),
    failBeside: cast(({ ctx }) => {
      ctx.setTimeout(() => {
        throw new Error('beside')
      }, '10ms')
    }),
    jobs: call(({ state }) => ({ reply: state.jobs })),
  }),
})

describe('a job that is done again and again', () => {
  it('and throws is a crash of its actor, which its own supervisor sees; the next incarnation goes on with it', async () => {
    const one = await simulatedWithoutStore(supervisor({}, { s: child(Scheduled) }))
    const other = await simulatedWithoutStore(supervisor({}, { s: child(Scheduled) }))
    await one.advance('2s')
    expect(lives(one.events).slice(2)).toEqual(['s#1 exited error', 's#2 started'])
    await one.advance('3s')
    expect(await one.until(one.tree.s.call.jobs())).toBe(3)
    void one.tree.s.cast.failBeside()
    await one.advance('10ms')
    expect(lives(one.events).slice(4)).toEqual(['s#2 exited error', 's#3 started'])
    await one.advance('2s')
    expect(await one.until(one.tree.s.call.jobs())).toBe(2)
    expect(lives(other.events)).toEqual(['s#1 started', 'root#1 started'])
  })
})
