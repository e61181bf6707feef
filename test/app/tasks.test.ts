import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { TaskKit } from '../../src/behaviors/task-run.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { start } from '../../src/app/start.ts'
import { taskSupervisor } from '../../src/supervision/trees/task-supervisor.ts'
import type { TasksRef } from '../../src/supervision/trees/tasks-ref.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never
const withTasks = (options?: Parameters<typeof taskSupervisor>[0]) => supervisor({}, { tasks: taskSupervisor(options) })

/** Runs until its signal is aborted, and then ends. */
const untilAborted = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

/** Takes no notice of its signal. */
const stubborn = (): Promise<never> => new Promise(() => undefined)

describe('a task', () => {
  it('gives what its function gives, at once or later, with its arguments and the time of the system', async () => {
    const { tree, until, clock, settle } = await simulatedWithoutStore(withTasks())
    expect(await until(tree.tasks.async(() => 7))).toBe(7)
    const slow = tree.tasks.async(
      async ({ args, sleep }: TaskKit<{ by: number }>) => {
        await sleep('1m')
        return args.by * 2
      },
      { args: { by: 21 } },
    )
    expect(await until(slow)).toBe(42)
    expect(clock.now()).toBe(60_000)
    await settle()
    expect(await until(tree.tasks.count())).toBe(0)
  })

  it('runs as a child, which is gone when it is done', async () => {
    const { tree, until, settle, app, events } = await simulatedWithoutStore(withTasks())
    const task = tree.tasks.async(({ sleep }) => sleep(10))
    await settle()
    expect(app.running()).toContain(task.id)
    expect(await until(tree.tasks.count())).toBe(1)
    await until(task)
    await settle()
    expect(app.inspect(task.id)).toBeUndefined()
    expect(lives(events).slice(2)).toEqual([`${task.id}#1 started`, `${task.id}#1 exited normal`])
  })

  it('rejects with what its function throws, at once or later, and is not started again', async () => {
    const { tree, until, settle, events } = await simulatedWithoutStore(withTasks())
    const failures: readonly (() => unknown)[] = [
      () => {
        throw new RangeError('at once')
      },
      async () => Promise.reject(new RangeError('later')),
    ]
    for (const fail of failures) await expect(until(tree.tasks.async(fail))).rejects.toThrow(RangeError)
    await settle()
    expect(eventsOf(events, 'started')).toHaveLength(4)
    expect(eventsOf(events, 'decided').map(({ decision }) => decision.decided)).toEqual(['remove', 'remove'])
  })

  it('of which nobody wants to know fails without a stray rejection', async () => {
    const { tree, settle, events } = await simulatedWithoutStore(withTasks())
    void tree.tasks.async(() => Promise.reject(new Error('alone')))
    await settle()
    expect(eventsOf(events, 'exited')).toHaveLength(1)
  })

  it('[A10] that is not done in time is aborted and has failed', async () => {
    const { tree, until, clock } = await simulatedWithoutStore(withTasks())
    let signal: AbortSignal | undefined
    const task = tree.tasks.async(
      (kit) => {
        signal = kit.signal
        return untilAborted(kit)
      },
      { timeout: 50 },
    )
    await expect(until(task)).rejects.toMatchObject({ code: 'timeout', timeoutMs: 50, task: task.id })
    expect(clock.now()).toBe(50)
    expect(signal?.reason).toMatchObject({ code: 'timeout' })
  })

  it('that is not done in time, and takes no notice, rejects in time, and is disowned after its limit', async () => {
    const { tree, until, settle, advance, clock, app } = await simulatedWithoutStore(withTasks({ shutdown: '2s' }))
    const task = tree.tasks.async(stubborn, { timeout: 50 })
    await expect(until(task)).rejects.toMatchObject({ code: 'timeout' })
    expect(clock.now()).toBe(50)
    await advance(1_999)
    expect(await until(tree.tasks.count())).toBe(1)
    await advance(1)
    await settle()
    expect(await until(tree.tasks.count())).toBe(0)
    expect(app.inspect(task.id)).toBeUndefined()
  })

  it('can be cancelled, before it runs and while it does', async () => {
    const { tree, until, settle, events } = await simulatedWithoutStore(withTasks())
    const ran: string[] = []
    const early = tree.tasks.async(() => ran.push('early'))
    await until(early.cancel())
    await expect(until(early)).rejects.toMatchObject({ code: 'task-ended', reason: { type: 'shutdown' } })
    const late = tree.tasks.async(untilAborted)
    await settle()
    await until(late.cancel('not needed'))
    await expect(until(late)).rejects.toMatchObject({ code: 'task-ended', cause: 'not needed' })
    await settle()
    expect(ran).toEqual([])
    expect(await until(tree.tasks.count())).toBe(0)
    expect(lives(events).slice(2)).toEqual([`${late.id}#1 started`, `${late.id}#1 exited shutdown`])
  })

  it('is cancelled by the signal of who started it', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(withTasks())
    const abort = new AbortController()
    const before = tree.tasks.async(untilAborted, { signal: abort.signal })
    await settle()
    abort.abort('enough')
    const after = tree.tasks.async(() => 1, { signal: abort.signal })
    for (const task of [before, after])
      await expect(until<unknown>(task)).rejects.toMatchObject({ code: 'task-ended', cause: 'enough' })
  })

  it('that is done cannot be cancelled any more', async () => {
    const { tree, until } = await simulatedWithoutStore(withTasks())
    const task = tree.tasks.async(() => 1)
    expect(await until(task)).toBe(1)
    await until(task.cancel())
    expect(await until(task)).toBe(1)
  })

  it('is not to be had once the tree has ended', async () => {
    const { tree, until, app } = await simulatedWithoutStore(withTasks())
    await until(app.stop())
    await expect(until(tree.tasks.async(() => 1))).rejects.toMatchObject({ code: 'noproc' })
  })
})

describe('a task that an actor starts', () => {
  const Tasks = taskSupervisor({ shutdown: 100 })
  const Starter = actor('starter', {
    initial: () => ({ told: [] as string[] }),
    handlers: ({ call, cast }) => ({
      ask: call(message<number>(), async ({ input, ctx }) => ({ reply: await ctx.ref(Tasks, 'tasks').async(() => input + 1) })),
      begin: cast(message<{ fn: (kit: TaskKit) => unknown; way: 'async' | 'asyncNolink' }>(), ({ input, ctx }) => {
        void ctx.ref(Tasks, 'tasks')[input.way](input.fn)
      }),
      catchIt: call(message<() => unknown>(), async ({ input, ctx }) => {
        const told = await ctx
          .ref(Tasks, 'tasks')
          .async(input)
          .then(
            () => 'done',
            (error: Error) => error.message,
          )
        return { reply: told, state: { told: [told] } }
      }),
      cancelIt: call(async ({ ctx }) => {
        const task = ctx.ref(Tasks, 'tasks').async(untilAborted)
        await ctx.ref(Tasks, 'tasks').async(({ sleep }) => sleep(5))
        await task.cancel()
        return { reply: await task.catch((error: Error & { code: string }) => error.code) }
      }),
      trap: cast(({ ctx }) => void ctx.trapExits(true)),
      told: call(({ state }) => ({ reply: state.told })),
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
    info: ({ state, message: got }) => ({ told: [...state.told, `${got.type} ${'reason' in got ? got.reason.type : ''}`] }),
  })
  const tree = () => supervisor({}, { tasks: Tasks, starter: child(Starter) })
  const fail = () => {
    throw new Error('no')
  }

  it('gives its result to it', async () => {
    const { tree: refs, until } = await simulatedWithoutStore(tree())
    expect(await until(refs.starter.call.ask(1))).toBe(2)
  })

  it('takes it along when it crashes, before that can catch anything', async () => {
    const { tree: refs, until, events } = await simulatedWithoutStore(tree())
    await expect(until(refs.starter.call.catchIt(fail))).rejects.toMatchObject({ code: 'crashed' })
    expect(await until(refs.starter.call.told())).toEqual([])
    expect(lives(events)).toContain('starter#1 exited error')
  })

  it('gives it a message if it traps exits, and then rejects', async () => {
    const { tree: refs, until } = await simulatedWithoutStore(tree())
    void refs.starter.cast.trap()
    expect(await until(refs.starter.call.catchIt(fail))).toBe('no')
    expect(await until(refs.starter.call.told())).toEqual(['no', 'exit error'])
  })

  it('leaves it alone when it was started without a link', async () => {
    const { tree: refs, settle, events } = await simulatedWithoutStore(tree())
    void refs.starter.cast.begin({ fn: fail, way: 'asyncNolink' })
    await settle()
    expect(lives(events).filter((told) => told.startsWith('starter'))).toEqual(['starter#1 started'])
  })

  it('ends with it if it is linked, and only then', async () => {
    const { tree: refs, settle, until } = await simulatedWithoutStore(tree())
    const signals: Partial<Record<'async' | 'asyncNolink', AbortSignal>> = {}
    for (const way of ['async', 'asyncNolink'] as const) {
      const fn = (kit: TaskKit) => {
        signals[way] = kit.signal
        return untilAborted(kit)
      }
      void refs.starter.cast.begin({ fn, way })
    }
    await settle()
    void refs.starter.cast.crash()
    await settle()
    expect(signals).toMatchObject({ async: { aborted: true }, asyncNolink: { aborted: false } })
    expect(await until(refs.tasks.count())).toBe(1)
  })

  it('is not begun for one that has ended by then', async () => {
    const ran: number[] = []
    const Hasty = actor('hasty', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(({ ctx }) => {
          void ctx.ref(Tasks, 'tasks').async(() => ran.push(1))
          throw new Error('gone')
        }),
      }),
    })
    const { tree: refs, settle, until } = await simulatedWithoutStore(supervisor({}, { tasks: Tasks, hasty: child(Hasty) }))
    void refs.hasty.cast.go()
    await settle()
    expect(ran).toEqual([])
    expect(await until(refs.tasks.count())).toBe(0)
  })

  it('can be cancelled by it without an end of its own', async () => {
    const { tree: refs, until, events } = await simulatedWithoutStore(tree())
    expect(await until(refs.starter.call.cancelIt())).toBe('task-ended')
    expect(lives(events).filter((told) => told.startsWith('starter'))).toEqual(['starter#1 started'])
  })

  it('is refused inside a durable turn', async () => {
    const Keeper = actor('keeper', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        go: call(({ ctx }) => {
          try {
            void ctx.ref(Tasks, 'tasks').async(() => 1)
          } catch (error) {
            return { reply: (error as Error & { code: string }).code }
          }
          return { reply: 'started' }
        }),
      }),
    })
    const { tree: refs, until } = await simulated(supervisor({}, { tasks: Tasks, keeper: child(Keeper, { state: 'durable' }) }))
    expect(await until(refs.keeper.call.go())).toBe('durable-turn')
  })
})

describe('a started task', () => {
  it('[A10] that hangs is aborted after 50 ms and started again, and meanwhile its supervisor answers', async () => {
    const { tree, until, settle, advance, clock, events } = await simulatedWithoutStore(withTasks())
    const attempts: number[] = []
    const task = await until(
      tree.tasks.startChild(
        async (kit) => {
          attempts.push(clock.now())
          if (attempts.length < 3) await untilAborted(kit)
        },
        { timeout: 50 },
      ),
    )
    await settle()
    const asked = clock.now()
    expect(await until(tree.tasks.count())).toBe(1)
    expect(clock.now()).toBe(asked)
    await advance(200)
    expect(attempts).toEqual([0, 50, 100])
    expect(lives(events).slice(2)).toEqual([
      `${task.id}#1 started`,
      `${task.id}#1 exited error`,
      `${task.id}#2 started`,
      `${task.id}#2 exited error`,
      `${task.id}#3 started`,
      `${task.id}#3 exited normal`,
    ])
    expect(await until(tree.tasks.count())).toBe(0)
  })

  it('[A10] that hangs and takes no notice of its abort does not hold up its supervisor either', async () => {
    const { tree, until, settle, advance, clock } = await simulatedWithoutStore(withTasks({ shutdown: '1s' }))
    let attempts = 0
    await until(tree.tasks.startChild(() => ((attempts += 1), stubborn()), { timeout: 50 }))
    await advance(500)
    const asked = clock.now()
    expect(await until(tree.tasks.count())).toBe(1)
    expect(await until(tree.tasks.async(() => 'well'))).toBe('well')
    expect(clock.now()).toBe(asked)
    expect(attempts).toBe(1)
    await advance(550)
    await settle()
    expect(attempts).toBe(2)
  })

  it.each([
    ['temporary', false, false],
    ['transient', false, true],
    ['permanent', true, true],
    [undefined, false, true],
  ] as const)('of the type %s comes back after a success: %s, a failure: %s', async (restart, afterSuccess, afterFailure) => {
    for (const [fails, comesBack] of [
      [false, afterSuccess],
      [true, afterFailure],
    ]) {
      const { tree, until, settle } = await simulatedWithoutStore(withTasks())
      let runs = 0
      const fn = async (kit: TaskKit) => {
        runs += 1
        if (runs === 2) await untilAborted(kit)
        if (fails) throw new Error('no')
      }
      await until(tree.tasks.startChild(fn, restart === undefined ? {} : { restart }))
      await settle()
      expect(runs).toBe(comesBack ? 2 : 1)
    }
  })

  it.each(['temporary', 'transient', 'permanent'] as const)('of the type %s stays away when it is cancelled', async (restart) => {
    const options = { intensity: { restarts: 0, within: 1 } }
    const { tree, until, settle, events } = await simulatedWithoutStore(withTasks(options))
    const task = await until(tree.tasks.startChild(untilAborted, { restart }))
    await settle()
    await until(task.cancel())
    await settle()
    expect(await until(tree.tasks.count())).toBe(0)
    expect(lives(events).at(-1)).toBe(`${task.id}#1 exited shutdown`)
  })

  it('uses up the intensity of its supervisor, which then ends all tasks', async () => {
    const intensity = { restarts: 1, within: '5s' } as const
    const { tree, until, settle, events } = await simulatedWithoutStore(withTasks({ intensity }))
    const other = tree.tasks.async(untilAborted)
    await until(tree.tasks.startChild(() => Promise.reject(new Error('always'))))
    await settle()
    await expect(until(other)).rejects.toMatchObject({ code: 'task-ended', reason: { type: 'shutdown' } })
    expect(lives(events).slice(-2)).toEqual(['tasks#1 exited shutdown', 'tasks#2 started'])
    expect(await until(tree.tasks.count())).toBe(0)
  })

  it('does not come back in the next process', async () => {
    const store = memory()
    const monday = await simulated(withTasks(), { store })
    await monday.until(monday.tree.tasks.startChild(untilAborted, { restart: 'permanent' }))
    const tuesday = await simulated(withTasks(), { store })
    expect(await tuesday.until(tuesday.tree.tasks.count())).toBe(0)
    expect(await tuesday.until(tuesday.tree.tasks.async(() => 1))).toBe(1)
    expect(eventsOf(tuesday.events, 'state lost')).toEqual([])
  })
})

describe('the stop of a task supervisor', () => {
  it('aborts all tasks, and waits for them at the same time', async () => {
    const { tree, app, until, settle, clock } = await simulatedWithoutStore(withTasks({ shutdown: '3s' }))
    const ended: number[] = []
    const slow =
      (ms: number) =>
      async ({ signal }: TaskKit) => {
        await untilAborted({ signal }).catch(() => undefined)
        await new Promise<void>((resolve) => void clock.setTimer(ms, resolve))
        ended.push(clock.now())
      }
    const tasks = [tree.tasks.async(slow(1_000)), tree.tasks.async(stubborn), tree.tasks.async(slow(2_000))]
    await settle()
    await until(app.stop())
    expect(clock.now()).toBe(3_000)
    expect(ended).toEqual([1_000, 2_000])
    for (const task of tasks) await expect(until<unknown>(task)).rejects.toMatchObject({ code: 'task-ended' })
  })

  it('kills at once where it is told to', async () => {
    const { tree, app, until, settle, clock } = await simulatedWithoutStore(withTasks({ shutdown: 'kill' }))
    const task = tree.tasks.async(stubborn)
    await settle()
    await until(app.stop())
    expect(clock.now()).toBe(0)
    await expect(until(task)).rejects.toMatchObject({ reason: { type: 'killed' } })
  })
})

describe('a task supervisor that breaks a rule', () => {
  it.each<[unknown, string]>([
    [{ shutdown: -1 }, 'tasks: shutdown must be milliseconds >= 0, a text such as "5s", "infinity" or "kill"; got -1 (number)'],
    [{ shutdwon: 1 }, 'tasks: shutdwon is not an option; got 1 (number). Did you mean "shutdown"?'],
    [
      { state: 'durable' },
      'tasks: state is not an option; got "durable". A function cannot be stored: tasks are always volatile',
    ],
    [
      { restart: 'permanent' },
      'tasks: restart is not an option; got "permanent". Each task has its own: startChild(fn, { restart })',
    ],
    [{ max_restarts: 1 }, 'tasks: max_restarts is not an option; got 1 (number). Write intensity: { restarts: 3, within: "5s" }'],
    ['5s', 'tasks: options must be an object; got "5s"'],
  ])('as %o is refused', async (options, text) => {
    await expect(start(withTasks(wrong(options)))).rejects.toThrow(text)
  })

  it.each<[string, (tasks: TasksRef) => unknown, string]>([
    ['no function', (tasks) => tasks.async(wrong(7)), 'tasks: async: fn must be a function; got 7 (number)'],
    [
      'a time-out',
      (tasks) => tasks.async(() => 1, { timeout: -1 }),
      'tasks: async: timeout must be milliseconds >= 0, a text such as "5s", or "infinity"; got -1 (number)',
    ],
    [
      'a signal',
      (tasks) => tasks.asyncNolink(() => 1, { signal: wrong({}) }),
      'tasks: asyncNolink: signal must be an AbortSignal; got an object',
    ],
    [
      'a name',
      (tasks) => tasks.async(() => 1, wrong({ timout: 1 })),
      'tasks: async: timout is not an option; got 1 (number). Did you mean "timeout"?',
    ],
    [
      'a restart',
      (tasks) => tasks.async(() => 1, wrong({ restart: 'permanent' })),
      'tasks: async: restart is not an option; got "permanent". What is awaited is not started again: use startChild',
    ],
    ['options', (tasks) => tasks.async(() => 1, wrong(5)), 'tasks: async: options must be an object; got 5 (number)'],
    [
      'no limit',
      (tasks) => tasks.stream([], () => 1, wrong({})),
      'tasks: stream: maxConcurrency must be an integer >= 1; got nothing',
    ],
    [
      'the name of a limit',
      (tasks) => tasks.stream([], () => 1, wrong({ concurrency: 2 })),
      'tasks: stream: concurrency is not an option; got 2 (number). Did you mean "maxConcurrency"?',
    ],
    [
      'an onTimeout',
      (tasks) => tasks.stream([], () => 1, { maxConcurrency: 1, onTimeout: wrong('exit') }),
      'tasks: stream: onTimeout must be "fail" or "skip"; got "exit". Did you mean "fail"?',
    ],
  ])('%s is refused when it is started', async (_, act, text) => {
    const { tree } = await simulatedWithoutStore(withTasks())
    expect(() => act(tree.tasks)).toThrow(text)
  })

  it('a restart type is refused when it is started', async () => {
    const { tree } = await simulatedWithoutStore(withTasks())
    const starting = tree.tasks.startChild(() => 1, { restart: wrong('always') })
    await expect(starting).rejects.toThrow('tasks: startChild: restart must be "permanent"')
  })

  it('goes beside actors that are no tasks', async () => {
    const more = child(taskSupervisor(), { shutdown: '1s' })
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { tasks: taskSupervisor(), more, a: child(Counter) }))
    expect(await until(tree.more.async(() => tree.a.call.add(3)))).toBe(3)
  })
})
