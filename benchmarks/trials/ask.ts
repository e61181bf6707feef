import { child, start, supervisor } from '../../src/index.ts'
import { Loop } from '../bare/loop.ts'
import type { Racer, Size, Trial } from '../contest.ts'
import { bareCounter, counter, expectCount } from '../counter.ts'
import { rateOf } from '../timing.ts'
import { withAndWithoutFreezing, type Freezing } from '../variants.ts'

const asks: Readonly<Record<Size, number>> = { small: 30_000, full: 300_000 }

/** Calls from outside, one after another. */
export const ask: Trial = {
  name: 'ask',
  what: 'one caller awaits each answer of one actor before it asks again; every ask has a deadline',
  contests: (size) => [
    {
      name: 'one after another',
      unit: 'a second',
      ceilings: [{ name: 'bare loop', goal: { ratioFrom: 0.45 }, enter: () => bare(asks[size]) }],
      entrants: withAndWithoutFreezing((options) => coppice(asks[size], options)),
    },
  ],
}

function bare(count: number): Racer {
  const actor = bareCounter(new Loop())
  return {
    round: async () => {
      const before = actor.state.count
      const rate = await rateOf(count, async () => {
        for (let asked = 0; asked < count; asked += 1) await actor.ask({ add: 1 })
      })
      expectCount(actor.state.count, before + count)
      return rate
    },
    leave: () => undefined,
  }
}

async function coppice(count: number, options: Freezing): Promise<Racer> {
  const app = await start(supervisor({}, { counter: child(counter) }), options)
  const { call } = app.tree.counter
  return {
    round: async () => {
      const before = await call.addAndGet(0)
      const rate = await rateOf(count, async () => {
        for (let asked = 0; asked < count; asked += 1) await call.addAndGet(1)
      })
      expectCount(await call.addAndGet(0), before + count)
      return rate
    },
    leave: async () => void (await app.stop()),
  }
}
