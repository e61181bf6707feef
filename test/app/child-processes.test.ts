import { describe, expect, it } from 'vitest'
import { start } from '../../src/app/start.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { actor } from '../../src/behaviors/actor.ts'
import { childProcess, type ChildProcessOptions } from '../../src/behaviors/child-process.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { ChildOptions } from '../../src/supervision/specs/child-options.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { scriptedSpawner, type ScriptedProcess } from '../../src/testing/scripted-spawner.ts'
import { eventsOf, lives, simulated } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never

/** A tree of one process that does what the script says. */
function scripted(
  script: (process: ScriptedProcess, nth: number) => void,
  options: ChildProcessOptions = {},
  childOptions: ChildOptions = {},
) {
  const spawner = scriptedSpawner(script)
  const Job = childProcess('job', 'work', ['--hard'], { ...options, spawner })
  return { processes: spawner.processes, Job, tree: supervisor({}, { job: child(Job, childOptions as never) }) }
}

const ignoresSigterm = (process: ScriptedProcess): void => process.onSignal(() => undefined)
const nothing = (): void => undefined

/** Kills an actor at once. */
const killerOf = (id: string) =>
  actor('killer', { initial: () => ({}), handlers: ({ cast }) => ({ go: cast(({ ctx }) => ctx.kill(id)) }) })

describe('a process', () => {
  it('is started with what it was declared with', async () => {
    const spawner = scriptedSpawner()
    const Job = childProcess('job', 'work', (args: { file: string }) => ['-i', args.file], {
      cwd: '/tmp',
      env: { LEVEL: '1', HOME: undefined },
      killTree: true,
      spawner,
    })
    const { until, tree } = await simulated(supervisor({}, { job: child(Job, { args: { file: 'a.mp4' } }) }))
    const place = { cwd: '/tmp', env: { LEVEL: '1', HOME: undefined }, killTree: true, dieWithParent: false }
    expect(spawner.processes.map(({ order }) => order)).toMatchObject([{ command: 'work', args: ['-i', 'a.mp4'], ...place }])
    expect(await until(tree.job.call.info())).toEqual({ pid: 1001, command: 'work', args: ['-i', 'a.mp4'], output: [] })
  })

  const crashed = ['job#1 exited error', 'job#2 started']
  it.each<[string, (process: ScriptedProcess) => void, ChildProcessOptions, string[]]>([
    ['exit code 0 is a normal end', (process) => process.exit(0), {}, ['job#1 exited normal']],
    ['so is another code of successCodes', (process) => process.exit(3), { successCodes: [0, 3] }, ['job#1 exited normal']],
    ['another exit code is a crash', (process) => process.exit(3), {}, crashed],
    ['so is 0 where it does not belong to them', (process) => process.exit(0), { successCodes: [3] }, crashed],
    ['a signal is a crash', (process) => process.die('SIGSEGV'), {}, crashed],
  ])('%s', async (_, end, options, expected) => {
    const { tree } = scripted((process, nth) => {
      if (nth === 1) process.after('1m', () => end(process))
    }, options)
    const { advance, events } = await simulated(tree)
    await advance('1m')
    expect(lives(events).slice(2)).toEqual(expected)
  })

  it('says how it has ended, and what it wrote last', async () => {
    const { tree } = scripted((process, nth) => {
      if (nth > 1) return
      process.print('reading', 'stdout')
      process.print('no such file', 'stderr')
      process.exit(2)
    })
    const { settle, events } = await simulated(tree)
    await settle()
    const [exited] = eventsOf(events, 'exited')
    expect(exited?.reason).toMatchObject({
      type: 'error',
      error: {
        code: 'process-exit',
        process: 'job',
        command: 'work',
        exitCode: 2,
        signal: undefined,
        message: 'process job: work exited with code 2; its last line: no such file',
        output: [
          { stream: 'stdout', text: 'reading' },
          { stream: 'stderr', text: 'no such file' },
        ],
      },
    })
  })

  it('is up when a line says so, and those after it wait for that', async () => {
    const ready: ChildProcessOptions['ready'] = ({ text }) => text.startsWith('listening')
    const { tree } = scripted((process) => process.after('3s', () => process.print('listening on 80')), { ready })
    const late = actor('late', { initial: () => ({}), handlers: () => ({}) })
    const { clock, events } = await simulated(supervisor({}, { ...tree.children, late: child(late) }))
    expect(clock.now()).toBe(3_000)
    expect(lives(events)).toEqual(['job#1 started', 'late#1 started', 'root#1 started'])
  })

  it('that is not up in time, or ends before, has failed to start, and is killed', async () => {
    const slow = scripted(nothing, { ready: () => false, readyTimeout: '2s' })
    await expect(simulated(slow.tree)).rejects.toThrow('job: not ready within 2000 ms')
    expect(slow.processes[0]).toMatchObject({ isRunning: false, signals: ['SIGKILL'] })
    const gone = scripted((process) => process.exit(0), { ready: () => false })
    await expect(simulated(gone.tree)).rejects.toThrow('work exited with code 0 before it was ready')
  })

  it('that cannot be started has failed to start, with the cause', async () => {
    const { tree } = scripted(() => {
      throw new Error('ENOENT')
    })
    await expect(simulated(tree)).rejects.toThrow('process job: work could not be started (ENOENT)')
    const spawn = (): never => {
      throw new Error('no more')
    }
    const throws = supervisor({}, { job: child(childProcess('job', 'work', [], { spawner: { spawn } })) })
    await expect(simulated(throws)).rejects.toThrow('process job: work could not be started (no more)')
  })

  it('is asked to end by its signal, and waited for', async () => {
    const takesTime = (process: ScriptedProcess): void => process.onSignal(() => process.after('2s', () => process.exit(0)))
    const { tree, processes } = scripted(takesTime, { stopSignal: 'SIGINT' })
    const { app, until, clock, events } = await simulated(tree)
    await until(app.stop())
    expect(clock.now()).toBe(2_000)
    expect(processes[0]).toMatchObject({ isRunning: false, signals: ['SIGINT'] })
    expect(lives(events).slice(2)).toEqual(['job#1 exited shutdown', 'root#1 exited shutdown'])
  })

  it('that takes no notice is killed when its shutdown is over', async () => {
    const { tree, processes } = scripted(ignoresSigterm, {}, { shutdown: '3s' })
    // Who kills the process and who waits for the actor wake at the same moment: with this seed the actor is given up first.
    const { app, until, clock, events } = await simulated(tree, { seed: 2 })
    await until(app.stop())
    expect(clock.now()).toBe(3_000)
    expect(processes[0]).toMatchObject({ isRunning: false, signals: ['SIGTERM', 'SIGKILL'] })
    // The program ends at the moment at which its actor would be killed: the seed says which is first.
    expect(lives(events).slice(2)).toEqual([expect.stringMatching(/^job#1 exited (killed|shutdown)$/), 'root#1 exited shutdown'])
  })

  it('is killed at once with its actor, also in the middle of a stop', async () => {
    const { processes, Job } = scripted(ignoresSigterm)
    const { tree, settle, clock, events } = await simulated(supervisor({}, { job: child(Job), killer: child(killerOf('job')) }))
    void tree.killer.cast.go()
    await settle()
    expect(processes.map(({ signals }) => signals)).toEqual([['SIGKILL'], []])
    expect(lives(events).slice(-2)).toEqual(['job#1 exited killed', 'job#2 started'])
    tree.job.stop().catch(nothing)
    await settle()
    expect(processes[1]).toMatchObject({ isRunning: true, signals: ['SIGTERM'] })
    void tree.killer.cast.go()
    await settle()
    expect(processes[1]).toMatchObject({ isRunning: false, signals: ['SIGTERM', 'SIGKILL'] })
    expect(clock.now()).toBe(0)
  })

  it('is stopped in order when its supervisor is killed, and killed when its time is over', async () => {
    for (const [script, signals] of [
      [nothing, ['SIGTERM']],
      [ignoresSigterm, ['SIGTERM', 'SIGKILL']],
    ] as const) {
      const { Job, processes } = scripted(script)
      const inner = supervisor({}, { job: child(Job, { shutdown: '1s' }) })
      const { tree, advance } = await simulated(supervisor({}, { inner, killer: child(killerOf('inner')) }))
      void tree.killer.cast.go()
      await advance('1s')
      expect(processes[0]).toMatchObject({ isRunning: false, signals })
    }
  })

  it('is followed by another one only when it is gone', async () => {
    const log: string[] = []
    const spawner = scriptedSpawner((process) => log.push(`${process.pid} runs`))
    const slow: typeof spawner = {
      ...spawner,
      spawn: (order, listener) =>
        spawner.spawn(order, {
          spawned: (pid) => listener.spawned(pid),
          failed: (error) => listener.failed(error),
          output: (stream, text) => listener.output(stream, text),
          exited: (exit) => {
            void order.sleep('1s').then(() => {
              log.push('is gone')
              listener.exited(exit)
            })
          },
        }),
    }
    const Job = childProcess('job', 'work', [], { spawner: slow })
    const { tree, advance } = await simulated(supervisor({}, { job: child(Job), killer: child(killerOf('job')) }))
    void tree.killer.cast.go()
    await advance('2s')
    expect(log).toEqual(['1001 runs', 'is gone', '1002 runs'])
  })

  it('is told what to read, and what signals to get', async () => {
    const { tree, processes } = scripted((process) => process.onInput((text) => process.print(text.toUpperCase())))
    const { tree: refs, settle, until } = await simulated(tree)
    void refs.job.cast.write('a')
    void refs.job.cast.closeInput()
    await settle()
    expect(processes[0]).toMatchObject({ written: ['a'], isInputClosed: true })
    expect(await until(refs.job.call.info())).toMatchObject({ output: [{ stream: 'stdout', text: 'A' }] })
    void refs.job.cast.signal('SIGHUP')
    await settle()
    expect(processes[0]?.signals).toEqual(['SIGHUP'])
    expect(() => refs.job.cast.write(wrong(7))).toThrow('write takes a text')
  })

  it('tells its lines, keeps the last ones, and cuts those that are too long', async () => {
    const told: string[] = []
    const { tree } = scripted(
      (process) => {
        for (const text of ['one', 'two', 'three and more']) process.print(text)
      },
      { onLine: ({ text }) => told.push(text), keepLines: 2, maxLineLength: 5 },
    )
    const { tree: refs, settle, until } = await simulated(tree)
    await settle()
    expect(told).toEqual(['one', 'two', 'three…'])
    expect((await until(refs.job.call.info())).output.map(({ text }) => text)).toEqual(['two', 'three…'])
  })

  it('crashes with what its listener throws, and is stopped', async () => {
    const { tree, processes } = scripted(
      (process, nth) => {
        if (nth === 1) process.after('1s', () => process.print('odd'))
      },
      {
        onLine: ({ text }) => {
          throw new Error(`cannot read ${text}`)
        },
      },
    )
    const { advance, events } = await simulated(tree)
    await advance('1s')
    expect(eventsOf(events, 'exited').map(({ reason }) => reason)).toMatchObject([{ error: { message: 'cannot read odd' } }])
    expect(processes[0]).toMatchObject({ isRunning: false, signals: ['SIGTERM'] })
  })

  it('is the same with each seed, without anything real', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { tree, processes } = scripted((process) => process.after('1s', () => process.exit(1)))
      await using sim = await simulatedSystem(tree, { seed })
      await sim.advance('2s')
      expect(processes).toHaveLength(3)
    }
  })
})

describe('a process that is declared wrongly is refused', () => {
  it.each<[unknown, unknown, unknown, unknown, string]>([
    ['', 'a', [], {}, 'childProcess: name must be a text of at least one character; got ""'],
    ['p', '', [], {}, 'childProcess "p": command must be a text of at least one character; got ""'],
    ['p', 'a', 'b c', {}, 'childProcess "p": args must be a list of texts, or a function that makes one; got "b c"'],
    ['p', 'a', [1], {}, 'childProcess "p": args must be a list of texts, or a function that makes one; got an array of 1'],
    ['p', 'a', [], 7, 'childProcess "p": options must be an object; got 7 (number)'],
    [
      'p',
      'a',
      [],
      { sucessCodes: [1] },
      'childProcess "p": sucessCodes is not an option; got an array of 1. Did you mean "successCodes"?',
    ],
    [
      'p',
      'a',
      [],
      { detached: true },
      'childProcess "p": detached is not an option; got true (boolean). Did you mean "killTree"?',
    ],
    ['p', 'a', [], { env: { A: 1 } }, 'childProcess "p": env must be an object of texts; got an object'],
    [
      'p',
      'a',
      [],
      { successCodes: [256] },
      'childProcess "p": successCodes must be a list of integers from 0 to 255; got an array of 1',
    ],
    [
      'p',
      'a',
      [],
      { stopSignal: 'term' },
      'childProcess "p": stopSignal must be the name of a signal, such as "SIGINT"; got "term"',
    ],
    [
      'p',
      'a',
      [],
      { readyTimeout: -1 },
      'childProcess "p": readyTimeout must be milliseconds > 0, a text such as "5s", or "infinity"; got -1 (number)',
    ],
    ['p', 'a', [], { killTree: 'yes' }, 'childProcess "p": killTree must be true or false; got "yes"'],
    ['p', 'a', [], { keepLines: 1.5 }, 'childProcess "p": keepLines must be an integer >= 0; got 1.5 (number)'],
    ['p', 'a', [], { spawner: {} }, 'childProcess "p": spawner must have a function `spawn`; got an object'],
  ])('%j %j %j %j', (name, command, args, options, text) => {
    expect(() => childProcess(wrong(name), wrong(command), wrong(args), wrong(options))).toThrow(text)
  })

  it('as durable', async () => {
    const { Job } = scripted(nothing)
    const tree = supervisor({}, { job: child(Job, { state: 'durable' }) })
    const message = 'job: state must be "volatile" for a task, a service or a process'
    await expect(start(tree, { store: memory() })).rejects.toThrow(message)
  })
})
