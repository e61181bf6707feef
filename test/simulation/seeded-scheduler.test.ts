import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/runtime/random.ts'
import type { Runnable, Scheduler } from '../../src/runtime/scheduler.ts'
import { createSeededScheduler, type SeededScheduler } from '../../src/simulation/seeded-scheduler.ts'

describe('createSeededScheduler', () => {
  it('takes one message of one task in a step', () => {
    const { scheduler, log } = setUp(1)
    scheduler.ready(task('a', log, 2))
    expect(scheduler.isIdle).toBe(false)
    expect([scheduler.step(), scheduler.step(), scheduler.step()]).toEqual([true, true, false])
    expect(log).toEqual(['a', 'a'])
    expect(scheduler.isIdle).toBe(true)
  })

  it('comes to every order of three tasks, one seed or another', () => {
    const orders = Array.from({ length: 100 }, (_, seed) => {
      const { scheduler, log } = setUp(seed)
      for (const id of ['a', 'b', 'c']) scheduler.ready(task(id, log, 1))
      runOut(scheduler)
      return log.join('')
    })
    expect([...new Set(orders)].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  })

  it('runs what is deferred only after each task that was in line has had a turn', () => {
    fc.assert(
      fc.property(seed, (chosen) => {
        const { scheduler, log } = setUp(chosen)
        for (const id of ['a', 'b', 'c']) scheduler.ready(task(id, log, 3))
        scheduler.defer('store', () => log.push('store'))
        runOut(scheduler)
        const before = log.slice(0, log.indexOf('store'))
        expect([...new Set(before)].sort()).toEqual(['a', 'b', 'c'])
      }),
    )
  })

  it('lets what is deferred compete with tasks that came after it', () => {
    const orders = Array.from({ length: 20 }, (_, chosen) => {
      const { scheduler, log } = setUp(chosen)
      scheduler.defer('store', () => log.push('store'))
      scheduler.ready(task('a', log, 1))
      runOut(scheduler)
      return log.join(' ')
    })
    expect([...new Set(orders)].sort()).toEqual(['a store', 'store a'])
  })

  it('takes up an offer at any time or never, and is idle although one is left', () => {
    const runs = Array.from({ length: 20 }, (_, chosen) => {
      const { scheduler, log } = setUp(chosen)
      scheduler.offer('fault', () => log.push('fault'))
      scheduler.ready(task('a', log, 1))
      runOut(scheduler)
      return log.join(' ')
    })
    expect([...new Set(runs)].sort()).toEqual(['a', 'fault a'])
  })

  it('does not take up an offer that was taken back', () => {
    const { scheduler, log } = setUp(1)
    const takeBack = scheduler.offer('fault', () => log.push('fault'))
    takeBack()
    takeBack()
    scheduler.ready(task('a', log, 20))
    runOut(scheduler)
    expect(log).not.toContain('fault')
  })

  it('passes on what a task throws, and leaves it out of the line', () => {
    const { scheduler } = setUp(1)
    scheduler.ready({ id: 'bad', run: () => fail('task') })
    expect(() => scheduler.step()).toThrow('task')
    expect(scheduler.isIdle).toBe(true)
    expect(scheduler.print()).toBe('run bad')
  })

  it('prints its schedule, so that a reader can tell apart what has the same name', () => {
    const { scheduler, log } = setUp(3)
    for (const id of ['shop/carts', '', 'two\nlines', 'same', 'same']) scheduler.ready(task(id, log, 1))
    scheduler.defer('same', () => undefined)
    runOut(scheduler)
    const second = expect.stringMatching(/^run same( #2)?$/)
    expect(scheduler.schedule.toSorted()).toEqual([
      'defer same',
      'run ""',
      'run "two\\nlines"',
      'run same',
      second,
      'run shop/carts',
    ])
    expect(scheduler.print().split('\n')).toEqual(scheduler.schedule)
  })

  it('makes the same choices with the same seed', () => {
    fc.assert(
      fc.property(seed, fc.array(work), (chosen, works) => {
        expect(run(chosen, works)).toEqual(run(chosen, works))
      }),
    )
  })

  it('makes the choices of a printed schedule again, whatever the seed', () => {
    fc.assert(
      fc.property(seed, seed, fc.array(work), (first, second, works) => {
        const recorded = run(first, works)
        expect(run(second, works, recorded.text)).toEqual(recorded)
      }),
    )
  })

  it('goes on by chance after the last choice of a schedule', () => {
    const { scheduler, log } = setUp(1, '\n  run b\n\n  run b\n')
    scheduler.ready(task('a', log, 1))
    scheduler.ready(task('b', log, 3))
    runOut(scheduler)
    expect(log.slice(0, 2)).toEqual(['b', 'b'])
    expect(log.toSorted()).toEqual(['a', 'b', 'b', 'b'])
  })

  it('draws the same numbers when it replays, for whoever shares the chance', () => {
    const draw = (replay: string): number => {
      const random = seededRandom(7)
      const scheduler = createSeededScheduler({ random, replay })
      for (const id of ['a', 'b', 'c']) scheduler.ready(task(id, [], 1))
      runOut(scheduler)
      return random.next()
    }
    expect(draw('run c\nrun a\nrun b')).toBe(draw(''))
  })

  it('says where a schedule does not fit, and runs nothing', () => {
    const { scheduler, log } = setUp(1, 'run a\nrun c')
    scheduler.ready(task('a', log, 1))
    scheduler.ready(task('b', log, 1))
    scheduler.defer('store', () => undefined)
    scheduler.step()
    expect(() => scheduler.step()).toThrow(
      expect.objectContaining({
        code: 'schedule-mismatch',
        message: 'the schedule does not fit: step 2 wants "run c"; what can run is "run b". The step was not taken',
      }),
    )
    expect(log).toEqual(['a'])
  })

  it('refuses a schedule that is none', () => {
    expect(() => setUp(1, 'run a\nwalk b')).toThrow(
      'schedule, step 2 must be "run <id>", "defer <label>" or "offer <label>"; got "walk b"',
    )
  })
})

/** A task that does something with the scheduler in each of its turns. */
interface Work {
  readonly id: string
  readonly turns: readonly ('nothing' | 'defer' | 'wake')[]
}

const seed = fc.integer()
const work: fc.Arbitrary<Work> = fc.record({
  id: fc.constantFrom('a', 'b', 'c/d', 'e f'),
  turns: fc.array(fc.constantFrom('nothing', 'defer', 'wake'), { minLength: 1, maxLength: 4 }),
})

function run(chosen: number, works: readonly Work[], replay = ''): { readonly text: string; readonly log: readonly string[] } {
  const { scheduler, log } = setUp(chosen, replay)
  works.forEach((planned, index) => scheduler.ready(working(planned, index, scheduler, log)))
  runOut(scheduler)
  return { text: scheduler.print(), log }
}

function working({ id, turns }: Work, index: number, scheduler: Scheduler, log: string[]): Runnable {
  let turn = 0
  return {
    id,
    run: () => {
      log.push(`${id} ${index} ${turn}`)
      if (turns[turn] === 'defer') scheduler.defer(id, () => log.push(`deferred by ${index}`))
      if (turns[turn] === 'wake') scheduler.ready(task(`woken by ${id}`, log, 1))
      turn += 1
      return turn < turns.length
    },
  }
}

function setUp(chosen: number, replay = ''): { readonly scheduler: SeededScheduler; readonly log: string[] } {
  return { scheduler: createSeededScheduler({ random: seededRandom(chosen), replay }), log: [] }
}

function task(id: string, log: string[], messages: number): Runnable {
  let left = messages
  return {
    id,
    run: (budget) => {
      expect(budget).toBe(1)
      log.push(id)
      left -= 1
      return left > 0
    },
  }
}

function runOut(scheduler: SeededScheduler): void {
  while (scheduler.step());
}

function fail(message: string): never {
  throw new Error(message)
}
