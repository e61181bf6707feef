import { describe, expect, it } from 'vitest'
import { start } from '../../src/app/start.ts'
import { actor } from '../../src/behaviors/actor.ts'
import type { ServiceKit, ServiceStop } from '../../src/behaviors/service-run.ts'
import { service, type ServiceOptions } from '../../src/behaviors/service.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import type { ChildOptions } from '../../src/supervision/specs/child-options.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never

/** A thing that writes down what is done with it. */
class Engine {
  readonly number: number
  readonly kit: ServiceKit
  constructor(number: number, kit: ServiceKit) {
    this.number = number
    this.kit = kit
  }
}

/** A service of engines with all of them, oldest first, and the stops that were asked for. */
function engines(options: Partial<ServiceOptions<undefined, Engine>> = {}, childOptions: ChildOptions = {}) {
  const made: Engine[] = []
  const stops: (ServiceStop & { readonly number: number; readonly wasAborted: boolean })[] = []
  const Motor = service<undefined, Engine>('motor', {
    start: (kit) => {
      const engine = new Engine(made.length + 1, kit)
      made.push(engine)
      return engine
    },
    ...options,
    stop: (engine, stop) => {
      stops.push({ ...stop, number: engine.number, wasAborted: stop.signal.aborted })
      return options.stop?.(engine, stop)
    },
  })
  return { made, stops, Motor, tree: supervisor({}, { motor: child(Motor, childOptions as never) }) }
}

/** Kills an actor at once. */
const killerOf = (id: string) =>
  actor('killer', { initial: () => ({}), handlers: ({ cast }) => ({ go: cast(({ ctx }) => ctx.kill(id)) }) })

const never = (): Promise<never> => new Promise(() => undefined)
const hangsOnStop = { stop: never }

describe('a service', () => {
  it('is started before those after it, with its arguments, and stopped after them', async () => {
    const log: string[] = []
    const named = (name: string) =>
      service(name, {
        start: async ({ args, ctx }: ServiceKit<{ delay: number }>) => {
          await ctx.sleep(args.delay)
          log.push(`${name} up`)
          return name
        },
        stop: (thing, { reason }) => void log.push(`${thing} down: ${reason.type}`),
      })
    const [db, web] = [child(named('db'), { args: { delay: 100 } }), child(named('web'), { args: { delay: 1 } })]
    const tree = supervisor({}, { db, web })
    const { app, until } = await simulatedWithoutStore(tree)
    await until(app.stop())
    expect(log).toEqual(['db up', 'web up', 'web down: shutdown', 'db down: shutdown'])
  })

  it('crashes with what its thing reports, is stopped, and started again', async () => {
    const { tree, made, stops } = engines()
    const { events, settle, tree: refs, until } = await simulatedWithoutStore(tree)
    made[0]?.kit.fail(new Error('socket lost'))
    await settle()
    expect(stops.map(({ number, reason }) => [number, reason.type])).toEqual([[1, 'error']])
    expect(lives(events).slice(2)).toEqual(['motor#1 exited error', 'motor#2 started'])
    expect(await until(refs.motor.use((engine) => engine.number))).toBe(2)
  })

  it('hears no more of a thing that reports its death while it is being stopped, or afterwards', async () => {
    const { tree, made } = engines({ stop: ({ kit }) => kit.fail(new Error('closed')) })
    const { app, events, settle, until } = await simulatedWithoutStore(tree)
    await until(app.stop())
    made[0]?.kit.fail(new Error('again'))
    await settle()
    expect(eventsOf(events, 'late')).toEqual([])
    expect(lives(events).slice(2)).toEqual(['motor#1 exited shutdown', 'root#1 exited shutdown'])
  })

  it('whose start fails, or reports a death, does not start the tree; nothing is stopped', async () => {
    const failures: readonly ServiceOptions<undefined, Engine>['start'][] = [
      () => Promise.reject(new Error('port taken')),
      ({ fail }) => {
        fail(new Error('port taken'))
        return never()
      },
    ]
    for (const begin of failures) {
      const { tree, stops } = engines({ start: begin })
      await expect(simulatedWithoutStore(tree)).rejects.toThrow('port taken')
      expect(stops).toEqual([])
    }
  })

  it('that is not up in time has failed to start, and is stopped when it comes up after all', async () => {
    const start: ServiceOptions<undefined, Engine>['start'] = async (kit) => {
      await kit.ctx.sleep('1m')
      return new Engine(1, kit)
    }
    const { Motor, stops } = engines({ start, startTimeout: '2s' })
    const caught: Error[] = []
    const Spawner = actor('spawner', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(({ ctx }) => void ctx.spawn(Motor, 'm', undefined).catch((error: Error) => void caught.push(error))),
      }),
    })
    const { tree, advance, clock } = await simulatedWithoutStore(supervisor({}, { spawner: child(Spawner) }))
    void tree.spawner.cast.go()
    await advance('2s')
    expect(caught.map(({ message }) => message)).toEqual([expect.stringContaining('not started within 2000 ms')])
    expect(stops).toEqual([])
    await advance('58s')
    expect(clock.now()).toBe(60_000)
    expect(stops.map(({ wasAborted, reason }) => [wasAborted, reason.type])).toEqual([[true, 'error']])
  })

  it('tells its start by the signal that nobody waits for it any more', async () => {
    let signal: AbortSignal | undefined
    const { tree } = engines({
      start: (kit) => {
        signal = kit.signal
        return never()
      },
      startTimeout: 10,
    })
    await expect(simulatedWithoutStore(tree)).rejects.toThrow('not started within 10 ms')
    expect(signal?.aborted).toBe(true)
    expect((signal?.reason as Error).name).toBe('StartTimeoutError')
  })

  it('gives its stop the time of the child, tells it by the signal when that is over, and goes on without it', async () => {
    const { tree, stops } = engines(hangsOnStop, { shutdown: '3s' })
    const { app, until, clock, events } = await simulatedWithoutStore(tree)
    await until(app.stop())
    expect(clock.now()).toBe(3_000)
    expect(stops).toHaveLength(1)
    expect(stops[0]).toMatchObject({ wasAborted: false })
    expect(stops[0]?.signal.aborted).toBe(true)
    expect(lives(events).slice(2)).toEqual(['motor#1 exited killed', 'root#1 exited shutdown'])
  })

  it('that is killed is told to stop at once, by a signal that is aborted, and nobody waits for it', async () => {
    for (const shutdown of ['kill', '3s'] as const) {
      const { stops, Motor } = engines(hangsOnStop)
      const both = supervisor({}, { motor: child(Motor, { shutdown }), killer: child(killerOf('motor')) })
      const { tree, settle, clock, events, app, until } = await simulatedWithoutStore(both)
      void tree.killer.cast.go()
      await settle()
      expect(clock.now()).toBe(0)
      expect(stops.map(({ number, wasAborted, reason }) => [number, wasAborted, reason.type])).toEqual([[1, true, 'killed']])
      expect(lives(events).at(-1)).toBe('motor#2 started')
      await until(app.stop())
    }
  })

  it('is stopped in order also when its supervisor is killed, and when whom it is linked to crashes', async () => {
    const { Motor, stops } = engines()
    const { tree, settle } = await simulatedWithoutStore(
      supervisor({}, { inner: supervisor({}, { motor: child(Motor) }), killer: child(killerOf('inner')) }),
    )
    void tree.killer.cast.go()
    await settle()
    expect(stops.map(({ number, wasAborted, reason }) => [number, wasAborted, reason.type])).toEqual([[1, false, 'killed']])

    const Friend = actor('friend', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(({ ctx }) => {
          ctx.link('motor')
          throw new Error('together')
        }),
      }),
    })
    const second = engines()
    const sim = await simulatedWithoutStore(supervisor({}, { motor: child(second.Motor), friend: child(Friend) }))
    void sim.tree.friend.cast.go()
    await sim.settle()
    expect(second.stops.map(({ number, wasAborted, reason }) => [number, wasAborted, reason.type])).toEqual([[1, false, 'error']])
  })

  it('tells of a stop that fails by an event, and ends with its error', async () => {
    const { tree } = engines({ stop: () => Promise.reject(new Error('stuck')) })
    const { app, until, events } = await simulatedWithoutStore(tree)
    await until(app.stop())
    expect(eventsOf(events, 'term failed').map(({ error }) => (error as Error).message)).toEqual(['stuck'])
  })

  it('without a stop ends its thing in the way that it has', async () => {
    const log: string[] = []
    const things: readonly object[] = [
      { [Symbol.asyncDispose]: async () => void log.push('asyncDispose'), close: () => log.push('wrong') },
      { [Symbol.dispose]: () => void log.push('dispose') },
      { close: async () => void log.push('close'), end: () => log.push('wrong') },
      { end: () => void log.push('end') },
      { destroy: () => void log.push('destroy') },
      { end: 7 },
    ]
    const children = things.map((thing, index) => [`s${index}`, child(service(`s${index}`, { start: () => thing }))] as const)
    const { app, until } = await simulatedWithoutStore(supervisor({}, children))
    await until(app.stop())
    expect(log).toEqual(['destroy', 'end', 'close', 'dispose', 'asyncDispose'])
  })

  it('runs what is asked of its thing, several at once; what that throws is the caller’s', async () => {
    const { tree } = engines()
    const { tree: refs, until, events } = await simulatedWithoutStore(tree)
    const slow = refs.motor.use(async (engine) => {
      await engine.kit.ctx.sleep('2s')
      return 'slow'
    })
    expect(await until(refs.motor.use(({ number }) => number))).toBe(1)
    await expect(until(refs.motor.use(() => Promise.reject(new RangeError('mine'))))).rejects.toThrow(RangeError)
    expect(await until(slow)).toBe('slow')
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('lets those know who use it when it ends meanwhile, or takes too long', async () => {
    const { tree, made } = engines()
    const { tree: refs, until } = await simulatedWithoutStore(tree)
    await expect(until(refs.motor.use(never, { timeout: '1s' }))).rejects.toMatchObject({ code: 'timeout' })
    const cut = refs.motor.use(never)
    void refs.motor.use(() => made[0]?.kit.fail(new Error('dead')))
    await expect(until(cut)).rejects.toMatchObject({ code: 'crashed' })
  })

  it('takes no messages, and only functions', async () => {
    const { tree } = engines()
    const { tree: refs, until } = await simulatedWithoutStore(tree)
    await expect(until(refs.motor.use(wrong('text')))).rejects.toThrow('use(…) takes a function')
  })

  it('is not started again when it was asked to stop, and volatile with a store, too', async () => {
    const { tree } = engines()
    const { tree: refs, until, settle, events, app } = await simulated(tree)
    await until(refs.motor.stop())
    await settle()
    expect(lives(events).slice(2)).toEqual(['motor#1 exited normal'])
    expect(app.inspect('motor')?.state).toBe('volatile')
    expect(await until(supervisorOf(app.tree).getChildSpec('motor'))).toMatchObject({ restart: 'transient' })
  })
})

describe('the health of a service', () => {
  it('is asked by the clock; failed checks are counted and reported, and so many in a row are a crash', async () => {
    let isWell: () => unknown = () => true
    const { tree } = engines({ health: () => isWell(), healthEvery: '10s', failAfter: 2 })
    const { tree: refs, advance, until, events, app } = await simulatedWithoutStore(tree)
    await advance('30s')
    expect(await until(refs.motor.health())).toEqual({ isHealthy: true, failures: 0, error: undefined })
    isWell = () => false
    await advance('10s')
    expect(await until(refs.motor.health())).toEqual({ isHealthy: false, failures: 1, error: undefined })
    isWell = () => true
    await advance('10s')
    expect(await until(refs.motor.health())).toMatchObject({ isHealthy: true, failures: 0 })
    isWell = () => {
      throw new Error('no answer')
    }
    await advance('20s')
    const error = { code: 'unhealthy', failures: 2, cause: { message: 'no answer' } }
    expect(eventsOf(events, 'exited').map(({ reason }) => reason)).toMatchObject([{ type: 'error', error }])
    isWell = () => true
    await advance('1m')
    expect(app.inspect('motor')?.incarnation).toBe(2)
  })

  it('fails when a check does not answer in time, and the check is told', async () => {
    const signals: AbortSignal[] = []
    const { tree } = engines({
      health: (_, { signal }) => {
        signals.push(signal)
        return never()
      },
      healthEvery: '1s',
      healthTimeout: '500ms',
      failAfter: 'never',
    })
    const { tree: refs, advance, until } = await simulatedWithoutStore(tree)
    await advance('1499ms')
    expect(await until(refs.motor.health())).toMatchObject({ failures: 0 })
    await advance('1ms')
    expect(await until(refs.motor.health())).toMatchObject({ failures: 1, error: { code: 'health-timeout' } })
    expect(signals[0]?.aborted).toBe(true)
    await advance('15s')
    expect(await until(refs.motor.health())).toMatchObject({ failures: 11 })
  })

  it('holds back the restarts of those that have the service as their gate', async () => {
    let isWell = false
    const { Motor } = engines({ health: () => isWell, healthEvery: '1s', failAfter: 'never' })
    const Client = actor('client', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        crash: cast(() => {
          throw new Error('no motor')
        }),
      }),
    })
    const both = supervisor({}, { motor: child(Motor), client: child(Client, { gate: 'motor' }) })
    const { tree, advance, app } = await simulatedWithoutStore(both)
    await advance('1s')
    void tree.client.cast.crash()
    await advance('10s')
    expect(app.running()).not.toContain('client')
    isWell = true
    await advance('1s')
    expect(app.inspect('client')?.incarnation).toBe(2)
  })

  it('is asked no more when the service has ended', async () => {
    let checks = 0
    const { tree } = engines({ health: () => (checks += 1), healthEvery: '1s' })
    const { tree: refs, advance, until, clock } = await simulatedWithoutStore(tree)
    await advance('2s')
    await until(refs.motor.stop())
    await advance('10s')
    expect(checks).toBe(2)
    expect(clock.pending).toBe(0)
  })
})

describe('a service that is declared wrongly is refused', () => {
  const begin = (): number => 1
  it.each<[string, unknown, string]>([
    ['', { start: begin }, 'service: name must be a text of at least one character; got ""'],
    ['s', undefined, 'service "s": options must be an object; got nothing'],
    ['s', {}, 'service "s": start must be a function; got nothing'],
    [
      's',
      { start: begin, healthCheck: begin },
      'service "s": healthCheck is not an option; got a function (begin). Did you mean "health"?',
    ],
    [
      's',
      { start: begin, shutdown: '5s' },
      'service "s": shutdown is not an option; got "5s". It belongs to the child: child(Service, { shutdown })',
    ],
    [
      's',
      { start: begin, startTimeout: 0 },
      'service "s": startTimeout must be milliseconds > 0, a text such as "5s", or "infinity"; got 0 (number)',
    ],
    ['s', { start: begin, stop: 'close' }, 'service "s": stop must be a function; got "close"'],
    [
      's',
      { start: begin, health: begin, healthEvery: 'infinity' },
      'service "s": healthEvery must be milliseconds > 0 or a text such as "5s"; got "infinity"',
    ],
    [
      's',
      { start: begin, health: begin, failAfter: 0 },
      'service "s": failAfter must be an integer >= 1, or "never"; got 0 (number)',
    ],
    [
      's',
      { start: begin, failAfter: 2 },
      'service "s": failAfter needs `health`, a function that says whether the thing is well; got 2 (number)',
    ],
  ])('%j, %j', (name, options, text) => {
    expect(() => service(name, wrong(options))).toThrow(text)
  })

  it('as durable', async () => {
    const { Motor } = engines()
    const tree = supervisor({}, { motor: child(Motor, { state: 'durable' }) })
    const message = 'motor: state must be "volatile" for a task, a service or a process'
    await expect(start(tree, { store: memory() })).rejects.toThrow(message)
  })
})
