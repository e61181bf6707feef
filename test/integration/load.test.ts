import { describe, expect, it } from 'vitest'
import { actor, child, message, start, supervisor } from 'coppice'

/** How long so many ticks of an interval of 5 ms take. */
const ticksTake = (count: number): Promise<number> =>
  new Promise((resolve) => {
    const beganMs = performance.now()
    let left = count
    const timer = setInterval(() => {
      if ((left -= 1) > 0) return
      clearInterval(timer)
      resolve(performance.now() - beganMs)
    }, 5)
  })

/** Keeps the thread busy, with a turn of the event loop every 2 ms, until it is told to stop. */
const busyLoop = (): (() => void) => {
  let isOn = true
  const spin = (): void => {
    for (const endMs = performance.now() + 2; performance.now() < endMs;);
    if (isOn) setImmediate(spin)
  }
  spin()
  return () => void (isOn = false)
}

const Player = actor('player', {
  initial: () => ({ hits: 0 }),
  handlers: ({ call, cast }) => ({
    hit: cast(message<string>(), ({ state, input, ctx }) => {
      void ctx.cast(input, 'hit', ctx.id)
      return { hits: state.hits + 1 }
    }),
    hits: call(({ state }) => ({ reply: state.hits })),
  }),
})
describe('two actors that send to each other without end', () => {
  /** How long the ticks take beside them. */
  const besidePlayers = async (): Promise<number> => {
    const app = await start(supervisor({}, { a: child(Player), b: child(Player) }))
    for (let ball = 0; ball < 100; ball += 1) void app.tree.a.cast.hit('b')
    const takenMs = await ticksTake(40)
    expect(await app.tree.a.call.hits()).toBeGreaterThan(1_000)
    await app.stop()
    return takenMs
  }
  const besideLoop = async (): Promise<number> => {
    const stop = busyLoop()
    const takenMs = await ticksTake(40)
    stop()
    return takenMs
  }

  it('leave timers at least 90 of 100 of their ticks, compared with a loop that lets the event loop in every 2 ms', async () => {
    const shares: number[] = []
    // Others use the machine too: the best of a few.
    while (shares.length < 4 && !shares.some((share) => share >= 0.9)) shares.push((await besideLoop()) / (await besidePlayers()))
    expect(Math.max(...shares)).toBeGreaterThanOrEqual(0.9)
  })
})

/** Holds what it is sent until it is let go. */
const Gate = actor('gate', {
  initial: () => ({ sum: 0 }),
  handlers: ({ call, cast }) => ({
    hold: cast(message<Promise<void>>(), ({ input }) => input),
    add: cast(message<number>(), ({ state, input }) => ({ sum: state.sum + input })),
    sum: call(({ state }) => ({ reply: state.sum })),
  }),
})

describe('a queue of 300,000 messages', () => {
  it('costs no more for each of them than one of 300: to be sent, to wait and to be handled', async () => {
    const app = await start(supervisor({}, { gate: child(Gate) }))
    const { gate } = app.tree
    const sumOf = () => gate.call.sum({ timeout: 'infinity' })
    /** Nanoseconds of CPU for each message of so many that wait at once. */
    const cost = async (size: number, rounds: number): Promise<number> => {
      const sum = await sumOf()
      const before = process.cpuUsage()
      for (let left = rounds; left > 0; left -= 1) {
        let open = (): void => undefined
        void gate.cast.hold(new Promise<void>((resolve) => (open = resolve)))
        for (let n = 0; n < size; n += 1) void gate.cast.add(1)
        open()
        await sumOf()
      }
      const { user, system } = process.cpuUsage(before)
      expect(await sumOf()).toBe(sum + size * rounds)
      return ((user + system) * 1_000) / (size * rounds)
    }
    await cost(300, 200)
    const ratios: number[] = []
    // What is quadratic would cost a thousand times as much.
    while (ratios.length < 3 && !ratios.some((ratio) => ratio < 4)) {
      const few = [await cost(300, 150)]
      const many = await cost(300_000, 1)
      few.push(await cost(300, 150))
      ratios.push(many / Math.min(...few))
    }
    await app.stop()
    expect(Math.min(...ratios)).toBeLessThan(4)
  })
})
