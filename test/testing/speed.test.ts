import { expect, it } from 'vitest'
import { actor, child, message, start, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'

const Pong = actor('pong', {
  initial: () => ({ asked: 0 }),
  handlers: ({ call }) => ({ ask: call(({ state }) => ({ reply: state.asked + 1, state: { asked: state.asked + 1 } })) }),
})

const Ping = actor('ping', {
  initial: () => ({}),
  handlers: ({ call }) => ({
    ask: call(message<number>(), async ({ input, ctx }) => {
      const pong = ctx.ref(Pong, 'pong')
      let reply = 0
      for (let n = 0; n < input; n += 1) reply = await pong.call.ask({ timeout: 'infinity' })
      return { reply }
    }),
  }),
})

const asks = 10_000
const tree = supervisor({}, { ping: child(Ping), pong: child(Pong) })

const simulatedMs = async (seed: number): Promise<number> => {
  await using sim = await simulatedSystem(tree, { seed, store: false })
  const beginMs = performance.now()
  expect(await sim.until(sim.tree.ping.call.ask(asks, { timeout: 'infinity' }))).toBe(asks)
  return performance.now() - beginMs
}

const realMs = async (): Promise<number> => {
  await using app = await start(tree, { attribution: 'off' })
  const beginMs = performance.now()
  expect(await app.tree.ping.call.ask(asks, { timeout: 'infinity' })).toBe(asks)
  return performance.now() - beginMs
}

it('a simulation takes no more than 30 times as long as the same program in real life, taken in turns', async () => {
  const ratios: number[] = []
  for (let round = 0; round < 5; round += 1) ratios.push((await simulatedMs(round)) / (await realMs()))
  expect(Math.min(...ratios)).toBeLessThan(30)
})
