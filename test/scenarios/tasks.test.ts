import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import type { TaskKit } from '../../src/behaviors/task-run.ts'
import { IgnoreError } from '../../src/runtime/errors.ts'
import { seededRandom } from '../../src/runtime/random.ts'
import { taskSupervisor } from '../../src/supervision/trees/task-supervisor.ts'
import { supervisor } from '../../src/supervision/trees/tree.ts'
import { simulatedWithoutStore } from '../support/simulated-app.ts'

const seeds = Array.from({ length: 40 }, (_, index) => index + 1)

const Killer = actor('killer', {
  initial: (id: string, ctx): object => {
    ctx.kill(id)
    throw new IgnoreError()
  },
  handlers: () => ({}),
})

/** What a task may be like. */
const kinds: readonly ((kit: TaskKit) => unknown)[] = [
  () => 'done',
  async ({ sleep }) => sleep(20),
  () => {
    throw new Error('at once')
  },
  async ({ sleep }) => {
    await sleep(10)
    throw new Error('later')
  },
  async ({ sleep }) => sleep('1h'),
  () => new Promise(() => undefined),
  async ({ sleep }) => {
    await sleep('1h').catch(() => undefined)
    return 'late'
  },
]

describe('a storm of tasks, cancels, time-outs and kills', () => {
  it.each(seeds)('leaves no task behind and no promise open (seed %i)', async (seed) => {
    const random = seededRandom(seed)
    const intensity = { restarts: 1_000, within: 1 }
    const tree = supervisor({ intensity }, { tasks: taskSupervisor({ shutdown: 50, intensity }) })
    const {
      tree: { tasks },
      app,
      settle,
      advance,
      until,
    } = await simulatedWithoutStore(tree, { seed })
    const open = new Set<number>()
    const kind = () => kinds[random.integer(kinds.length)] ?? (() => 'done')

    const watch = (nth: number, promise: PromiseLike<unknown>): void => {
      open.add(nth)
      const close = (): void => void open.delete(nth)
      promise.then(close, close)
    }

    for (let nth = 0; nth < 60; nth += 1) {
      const timeout = random.integer(2) === 0 ? 15 : 60
      const what = random.integer(10)
      if (what < 5) {
        const task = tasks.async(kind(), { timeout })
        watch(nth, task)
        if (random.integer(3) === 0) watch(nth + 1_000, task.cancel(nth))
      } else if (what === 5) {
        const started = tasks.startChild(kind(), { restart: 'temporary', timeout })
        watch(nth, started)
      } else if (what === 6) {
        const started = tasks.startChild(kind(), { restart: 'permanent', timeout: 5 })
        watch(
          nth,
          started.then(
            (task) => task.cancel(),
            () => undefined,
          ),
        )
      } else if (what === 7) {
        const take = random.integer(4)
        const some = async (): Promise<void> => {
          let taken = 0
          const options = { maxConcurrency: 2, timeout, ordered: take % 2 === 0 }
          const stream = tasks.stream([1, 2, 3, 4, 5], (_, kit) => kind()(kit), options)
          for await (const result of stream) if (result.status === 'failed' || (taken += 1) > take) break
        }
        watch(nth, some())
      } else if (what === 8) await advance(random.integer(30))
      else if (random.integer(3) === 0) void app.spawn(Killer, `killer ${nth}`, 'tasks').catch(() => undefined)
    }
    await settle()
    await advance(1_000)
    expect([...open]).toEqual([])
    expect(app.running()).toEqual(['', 'tasks'])
    expect(await until(tasks.count())).toBe(0)
    await until(app.stop())
  })
})
