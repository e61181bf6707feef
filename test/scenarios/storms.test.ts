import { describe, expect, it } from 'vitest'
import type { App } from '../../src/app/app.ts'
import { actor } from '../../src/behaviors/actor.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { seededRandom, type Random } from '../../src/runtime/random.ts'
import { createVirtualClock, type VirtualClock } from '../../src/simulation/virtual-clock.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { doubles } from '../support/history.ts'
import { simulated } from '../support/simulated-app.ts'

/** What a storm is made of; while it is calm, starts and ends neither fail nor take time. */
interface Weather {
  readonly random: Random
  readonly clock: VirtualClock
  isCalm: boolean
}

const pick = <T>({ random }: Weather, ...choices: readonly T[]): T => choices[random.integer(choices.length)] as T

const sleep = ({ clock }: Weather, ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))

const pauseSometimes = async (weather: Weather): Promise<void> => {
  if (!weather.isCalm && weather.random.integer(10) < 4) await sleep(weather, 1 + weather.random.integer(40))
}

const worker = (weather: Weather) =>
  actor('worker', {
    initial: () => ({ n: 0 }),
    init: async () => {
      await pauseSometimes(weather)
      if (!weather.isCalm && weather.random.integer(12) === 0) throw new Error('in init')
    },
    term: () => pauseSometimes(weather),
    handlers: ({ call, cast }) => ({
      add: call(({ state }) => ({ reply: state.n + 1, state: { n: state.n + 1 } })),
      slow: call(async ({ state }) => {
        await sleep(weather, weather.random.integer(30))
        return { reply: state.n + 1, state: { n: state.n + 1 } }
      }),
      crash: cast(() => {
        throw new Error('crash')
      }),
      crashLate: cast(async () => {
        await sleep(weather, weather.random.integer(20))
        throw new Error('late crash')
      }),
      end: cast(({ ctx }) => ctx.stop()),
    }),
  })

function randomTree(weather: Weather, kills: boolean) {
  const Worker = worker(weather)
  const one = () =>
    child(Worker, {
      state: pick(weather, 'volatile', 'checkpointed', 'durable'),
      restart: pick(weather, 'permanent', 'permanent', 'transient', 'temporary'),
      shutdown: pick(weather, '10ms', '200ms', 'infinity', 'kill'),
    })
  const options = () =>
    ({
      strategy: pick(weather, 'one_for_one', 'one_for_all', 'rest_for_one'),
      intensity: { restarts: pick(weather, 0, 1, 3, 20), within: '1s' },
    }) as const
  const shutdown = () => (kills ? pick<'kill' | '5ms' | 'infinity'>(weather, 'kill', '5ms', 'infinity') : 'infinity')
  const restart = () => pick<'permanent' | 'transient'>(weather, 'permanent', 'transient')
  const members = dynamicSupervisor(Worker, {
    state: pick(weather, 'volatile', 'durable'),
    shutdown: pick(weather, '10ms', 'infinity'),
  })
  const inner = child(supervisor(options(), { c: one(), d: one() }), { restart: restart(), shutdown: shutdown() })
  const outer = child(supervisor(options(), { b: one(), inner, e: one() }), { restart: restart(), shutdown: shutdown() })
  return supervisor(
    { ...options(), intensity: { restarts: 200, within: '1s' } },
    {
      a: one(),
      outer,
      members: child(members, { shutdown: shutdown() }),
      f: one(),
    },
  )
}

async function started(seed: number, weather: Weather, kills: boolean) {
  const tree = randomTree(weather, kills)
  for (let tries = 0; tries < 30; tries += 1) {
    try {
      return await simulated(tree, { seed, clock: weather.clock, store: memory() })
    } catch {
      // One of its children could not be started: the next try has other luck.
    }
  }
  throw new Error('the tree could not be started')
}

/** Forty random things happen to a random tree; then all is calm, and then it is stopped, twice at once. */
async function storm(seed: number, kills: boolean): Promise<string[]> {
  const weather: Weather = { random: seededRandom(seed), clock: createVirtualClock(), isCalm: false }
  const { app, tree, events, scheduler, advance } = await started(seed, weather, kills)
  const { outer, members } = tree
  const workers = [tree.a, tree.f, outer.b, outer.e, outer.inner.c, outer.inner.d, members.get('k1'), members.get('k2')]
  const unsettled = new Set<string>()
  const track = (name: string, promise: Promise<unknown>): void => {
    unsettled.add(name)
    const settled = (): void => void unsettled.delete(name)
    promise.then(settled, settled)
  }
  for (let i = 0; i < 40; i += 1) {
    const one = pick(weather, ...workers)
    const key = pick(weather, 'k1', 'k2')
    const timeout = pick<'50ms' | '10m'>(weather, '50ms', '10m')
    pick(
      weather,
      () => track(`crash ${i}`, one.cast.crash()),
      () => track(`crash ${i}`, one.cast.crash()),
      () => track(`late crash ${i}`, one.cast.crashLate()),
      () => track(`end ${i}`, one.cast.end()),
      () => track(`add ${i}`, one.call.add({ timeout })),
      () => track(`slow ${i}`, one.call.slow({ timeout })),
      () => track(`keyed ${i}`, one.call.add({ timeout, id: key })),
      () => track(`start ${i}`, members.start(key, undefined, { timeout })),
      () => track(`stop ${i}`, members.stop(key, { timeout })),
    )()
    for (let steps = weather.random.integer(6); steps > 0; steps -= 1) scheduler.step()
    if (weather.random.integer(3) === 0) await Promise.resolve()
    if (weather.random.integer(3) === 0) await advance(weather.random.integer(30))
  }
  weather.isCalm = true
  await advance(10_000)
  const problems = orphans(app)
  track('stop', app.stop())
  track('second stop', app.stop())
  await advance(700_000)
  problems.push(
    ...[...unsettled].map((name) => `${name} does not settle`),
    ...app.running().map((id) => `${id} still runs`),
    ...doubles(events),
  )
  return problems
}

function orphans(app: App<unknown>): string[] {
  const running = app.running()
  const parentOf = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf('/')))
  return running.filter((id) => id !== '' && !running.includes(parentOf(id))).map((id) => `${id} is an orphan`)
}

describe('after a storm of crashes, slow starts and slow ends', () => {
  it.each([
    { kills: false, what: 'whose supervisors are stopped in order' },
    { kills: true, what: 'whose supervisors may be killed' },
  ])('a tree $what has no orphans and no doubles, every call settles, and it stops', async ({ kills }) => {
    const broken: Record<number, string[]> = {}
    for (let seed = 1; seed <= 150; seed += 1) {
      const problems = await storm(seed, kills)
      if (problems.length > 0) broken[seed] = problems
    }
    expect(broken).toEqual({})
  })
})
