import { describe, expect, it } from 'vitest'
import { createFairScheduler, type FairSchedulerOptions } from '../../src/runtime/fair-scheduler.ts'
import type { Runnable, Scheduler } from '../../src/runtime/scheduler.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { task } from '../support/runnables.ts'

describe('createFairScheduler', () => {
  it('does not run a task before ready has returned', async () => {
    const { scheduler, log } = setUp()
    scheduler.ready(task('a', log, 1))
    log.push('returned')
    await eventLoop()
    expect(log).toEqual(['returned', 'a'])
  })

  it('begins in a microtask, before timers and I/O', async () => {
    const { scheduler, log } = setUp()
    const immediate = eventLoop().then(() => log.push('event loop'))
    scheduler.ready(task('a', log, 1))
    await immediate
    expect(log).toEqual(['a', 'event loop'])
  })

  it('lets two tasks that always have more to do take turns', async () => {
    const { scheduler, log } = setUp()
    scheduler.ready(task('a', log, 3))
    scheduler.ready(task('b', log, 3))
    await eventLoop()
    expect(log).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  })

  it('gives a slice of 64 messages, or what is asked for', async () => {
    const budgets: number[] = []
    const asking: Runnable = { id: 'a', run: (budget) => budgets.push(budget) > 9 }
    setUp().scheduler.ready(asking)
    setUp({ sliceMessages: 5 }).scheduler.ready(asking)
    await eventLoop()
    expect(budgets).toEqual([64, 5])
  })

  it('runs a task that another one made ready after those that were in line before', async () => {
    const { scheduler, log } = setUp()
    const c = task('c', log, 1)
    scheduler.ready({ id: 'a', run: () => (log.push('a'), scheduler.ready(c), false) })
    scheduler.ready(task('b', log, 1))
    await eventLoop()
    expect(log).toEqual(['a', 'b', 'c'])
  })

  describe('under endless load', () => {
    it('lets the event loop in after 32 slices, although no time passes', async () => {
      const { scheduler, log } = setUp()
      scheduler.ready(endless('a', log))
      await eventLoop()
      expect(log.length).toBe(32)
      await eventLoop()
      expect(log.length).toBe(64)
    })

    it('lets the event loop in after 2 ms, although few slices have passed', async () => {
      const { scheduler, log, clock } = setUp()
      scheduler.ready(endless('a', log, () => clock.advance(0.5)))
      await eventLoop()
      expect(log.length).toBe(4)
      await eventLoop()
      expect(log.length).toBe(8)
    })

    it('lets the event loop in after 2 ms, although the time is spent in promises between short slices', async () => {
      const { scheduler, log, clock } = setUp()
      const waiting: Runnable = {
        id: 'a',
        run: () => {
          log.push('a')
          void Promise.resolve().then(() => {
            if (log.length > 3) clock.advance(1)
            scheduler.ready(waiting)
          })
          return false
        },
      }
      scheduler.ready(waiting)
      await eventLoop()
      expect(log.length).toBe(5)
    })

    it('counts sixteen tasks that run out of work as one slice', async () => {
      const { scheduler, log } = setUp()
      const passing: Runnable = { id: 'a', run: () => (log.push('a'), scheduler.ready(passing), false) }
      scheduler.ready(passing)
      await eventLoop()
      expect(log.length).toBe(32 * 16)
    })

    it('lets the event loop in although the line runs empty again and again, and promises fill it', async () => {
      const { scheduler, log } = setUp({ turnSlices: 1 })
      // As two actors do that call each other and await the reply.
      const replying: Runnable = {
        id: 'a',
        run: () => {
          log.push('a')
          void Promise.resolve().then(() => scheduler.ready(replying))
          return false
        },
      }
      scheduler.ready(replying)
      await eventLoop()
      expect(log.length).toBe(16)
    })

    it('lets the event loop in although deferred callbacks defer without end', async () => {
      const { scheduler, log } = setUp()
      const again = (): void => {
        log.push('again')
        scheduler.defer('again', again)
      }
      scheduler.defer('again', again)
      await eventLoop()
      // The last one runs because the event loop is about to have its turn.
      expect(log.length).toBe(33)
    })
  })

  describe('defer', () => {
    it('runs after the tasks in line, and after those that they make ready', async () => {
      const { scheduler, log } = setUp()
      const c = task('c', log, 1)
      const deferring = (): boolean => {
        log.push('a')
        scheduler.defer('store', () => log.push('store'))
        scheduler.ready(c)
        return false
      }
      scheduler.ready({ id: 'a', run: deferring })
      scheduler.ready(task('b', log, 2))
      await eventLoop()
      expect(log).toEqual(['a', 'b', 'c', 'b', 'store'])
    })

    it('runs before the event loop has its turn, although the line is not empty', async () => {
      const { scheduler, log } = setUp({ turnSlices: 2 })
      scheduler.ready(endless('a', log))
      scheduler.defer('store', () => log.push('store'))
      await eventLoop()
      expect(log).toEqual(['a', 'a', 'store'])
    })

    it('wakes a scheduler that has nothing else to do', async () => {
      const { scheduler, log } = setUp()
      scheduler.defer('store', () => log.push('store'))
      expect(log).toEqual([])
      await eventLoop()
      expect(log).toEqual(['store'])
    })

    it('may make tasks ready, and defer once more for after them', async () => {
      const { scheduler, log } = setUp()
      scheduler.defer('first', () => {
        log.push('first')
        scheduler.defer('second', () => log.push('second'))
        scheduler.ready(task('a', log, 1))
      })
      await eventLoop()
      expect(log).toEqual(['first', 'a', 'second'])
    })
  })

  describe('a failure', () => {
    it('of a task is reported and holds up nobody; the task stays out until it is ready again', async () => {
      const { scheduler, log, errors } = setUp()
      const failing: Runnable = { id: 'bad', run: () => fail('task') }
      scheduler.ready(failing)
      scheduler.ready(task('a', log, 2))
      await eventLoop()
      expect(log).toEqual(['a', 'a'])
      expect(errors).toEqual(['bad: task'])
      scheduler.ready(failing)
      await eventLoop()
      expect(errors).toEqual(['bad: task', 'bad: task'])
    })

    it('of a deferred callback is reported, and the others run', async () => {
      const { scheduler, log, errors } = setUp()
      scheduler.defer('store', () => fail('disk'))
      scheduler.defer('other', () => log.push('other'))
      await eventLoop()
      expect(log).toEqual(['other'])
      expect(errors).toEqual(['store: disk'])
    })

    it('becomes an unhandled rejection where nobody is told', async () => {
      const scheduler = createFairScheduler({ clock: createVirtualClock() })
      const rejection = nextUnhandledRejection()
      scheduler.ready({ id: 'bad', run: () => fail('nobody is told') })
      expect(await rejection).toEqual(new Error('nobody is told'))
    })
  })
})

function setUp(options: FairSchedulerOptions = {}) {
  const clock = createVirtualClock()
  const errors: string[] = []
  const onError = (error: unknown, source: string): void => void errors.push(`${source}: ${(error as Error).message}`)
  const scheduler: Scheduler = createFairScheduler({ clock, options: { onError, ...options } })
  const log: string[] = []
  return { clock, scheduler, log, errors }
}

function endless(id: string, log: string[], work: () => void = () => undefined): Runnable {
  return {
    id,
    run: () => {
      log.push(id)
      work()
      // Ends the load with the test: what has grown this long has starved the event loop.
      return log.length < 10_000
    },
  }
}

function eventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function fail(message: string): never {
  throw new Error(message)
}

/** Takes the next unhandled rejection away from the test runner, which would fail the run. */
function nextUnhandledRejection(): Promise<unknown> {
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  return new Promise((resolve) => {
    process.once('unhandledRejection', (error) => {
      for (const listener of others) process.on('unhandledRejection', listener)
      resolve(error)
    })
  })
}
