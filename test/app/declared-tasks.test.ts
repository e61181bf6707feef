import { describe, expect, it } from 'vitest'
import { start } from '../../src/app/start.ts'
import { task } from '../../src/behaviors/task.ts'
import type { TaskKit } from '../../src/behaviors/task-run.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never

describe('a task as a child', () => {
  it('runs once, and stays down when it has succeeded', async () => {
    const told: string[] = []
    const Import = task('import', async ({ args, sleep }: TaskKit<{ file: string }>) => {
      await sleep(20)
      told.push(args.file)
    })
    const tree = supervisor({}, { import: child(Import, { args: { file: 'a.csv' } }) })
    const { advance, events } = await simulatedWithoutStore(tree)
    await advance(1_000)
    expect(told).toEqual(['a.csv'])
    expect(lives(events)).toEqual(['import#1 started', 'root#1 started', 'import#1 exited normal'])
  })

  it('is started again when it fails, from its beginning', async () => {
    let runs = 0
    const Import = task('import', async () => {
      runs += 1
      if (runs < 3) throw new Error(`run ${runs}`)
    })
    const { settle, events } = await simulatedWithoutStore(supervisor({}, { import: child(Import) }))
    await settle()
    expect(runs).toBe(3)
    const starts = eventsOf(events, 'started').filter(({ id }) => id === 'import')
    expect(starts.map(({ source }) => source)).toEqual(['initial', 'initial', 'initial'])
    expect(lives(events).at(-1)).toBe('import#3 exited normal')
  })

  it('[A10] is aborted and started again when it is not done in time', async () => {
    let runs = 0
    const Import = task(
      'import',
      async ({ sleep }) => {
        runs += 1
        await sleep(runs === 1 ? '1h' : 1)
      },
      { timeout: 50 },
    )
    const { advance, events } = await simulatedWithoutStore(supervisor({}, { import: child(Import) }))
    await advance(100)
    expect(lives(events).slice(2)).toEqual(['import#1 exited error', 'import#2 started', 'import#2 exited normal'])
    expect(eventsOf(events, 'exited')[0]?.reason).toMatchObject({ error: { code: 'timeout', timeoutMs: 50 } })
  })

  it('is aborted by a stop, which waits for it within its limit', async () => {
    const told: string[] = []
    const Import = task('import', async ({ signal, sleep }) => {
      await sleep('1h').catch(() => told.push('aborted'))
      told.push((signal.reason as Error).name)
    })
    const Stuck = task('stuck', () => new Promise(() => undefined))
    const { app, until, settle, clock } = await simulatedWithoutStore(
      supervisor({}, { stuck: child(Stuck, { shutdown: '2s' }), import: child(Import) }),
    )
    await settle()
    await until(app.stop())
    expect(told).toEqual(['aborted', 'TaskEndedError'])
    expect(clock.now()).toBe(2_000)
  })

  it('speaks with actors as one of them', async () => {
    const Import = task('import', async ({ ctx }) => ctx.ref(Counter, 'counter').call.add(4))
    const children = { counter: child(Counter), import: child(Import) }
    const { tree, until, settle } = await simulatedWithoutStore(supervisor({}, children))
    await settle()
    expect(await until(tree.counter.call.count())).toBe(4)
  })

  it('ends its supervisor when it has succeeded, if that hangs on it', async () => {
    const Job = task('job', () => undefined)
    const { app, until } = await simulatedWithoutStore(
      supervisor({ autoShutdown: 'all_significant' }, { job: child(Job, { significant: true }) }),
    )
    expect(await until(app.ended)).toEqual({ type: 'shutdown' })
  })

  it('keeps nothing where others do, and runs again in the next process', async () => {
    const store = memory()
    let runs = 0
    const Import = task('import', () => {
      runs += 1
    })
    for (const process of [1, 2]) {
      const tree = supervisor({}, { import: child(Import), a: child(Counter) })
      const { app, until, settle, events } = await simulated(tree, { store })
      await settle()
      expect(runs).toBe(process)
      await until(app.stop())
      expect(eventsOf(events, 'checkpoint failed')).toEqual([])
      expect(eventsOf(events, 'state lost')).toEqual([])
    }
  })

  it('handles no messages', async () => {
    const Import = task('import', ({ sleep }) => sleep('1h'))
    const { tree, app, settle } = await simulatedWithoutStore(supervisor({}, { import: child(Import) }))
    await settle()
    expect(tree.import.id).toBe('import')
    expect(app.inspect(tree.import)).toMatchObject({ behavior: 'import', status: 'running' })
  })
})

describe('a task that breaks a rule', () => {
  it.each<[string, () => unknown, string]>([
    ['without a name', () => task('', () => 1), 'task: name must be a text of at least one character; got ""'],
    ['without a function', () => task('import', wrong('x')), 'task "import": fn must be a function; got "x"'],
    [
      'with half a time-out',
      () => task('import', () => 1, { timeout: wrong('soon') }),
      'task "import": timeout must be milliseconds >= 0',
    ],
    [
      'misspelt',
      () => task('import', () => 1, wrong({ restart: 'permanent' })),
      'task "import": restart is not an option; got "permanent". The only option is "timeout"',
    ],
  ])('%s is refused when it is defined', (_, define, text) => {
    expect(define).toThrow(text)
  })

  it('by a state that is kept is refused with its tree', async () => {
    const tree = supervisor(
      {},
      {
        import: child(
          task('import', () => 1),
          { state: 'durable' },
        ),
      },
    )
    const text =
      'import: state must be "volatile" for a task, a service or a process, which keep none; got "durable". Leave it out'
    await expect(start(tree, { store: memory() })).rejects.toThrow(text)
  })
})
