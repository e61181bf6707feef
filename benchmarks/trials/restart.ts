import { child, start, supervisor } from '../../src/index.ts'
import { BareActor, Loop } from '../bare/loop.ts'
import { BareSupervisor } from '../bare/supervisor.ts'
import type { Racer, Size, Trial } from '../contest.ts'
import { counter, expectCount } from '../counter.ts'
import { rateOf, signal, type Signal } from '../timing.ts'
import { withAndWithoutFreezing, type Freezing } from '../variants.ts'

const restarts: Readonly<Record<Size, number>> = { small: 2_000, full: 20_000 }

/** Crashes, one after another. */
export const restart: Trial = {
  name: 'restart',
  what: 'a handler throws, the supervisor starts the child again, and the new one answers an ask',
  contests: (size) => [
    {
      name: 'one after another',
      unit: 'a second',
      ceilings: [{ name: 'bare loop', goal: { ratioFrom: 0.35 }, enter: () => bare(restarts[size]) }],
      entrants: withAndWithoutFreezing((options) => coppice(restarts[size], options)),
    },
  ],
}

function bare(count: number): Racer {
  const loop = new Loop()
  let started: Signal = signal()
  const handle = (state: { count: number }, input: 'fail' | 'get'): number => {
    if (input === 'fail') throw new Error('as the trial wants it')
    return state.count
  }
  const family = new BareSupervisor<BareActor<{ count: number }, 'fail' | 'get'>>({ restarts: Infinity, withinMs: 1_000 })
  family.add('only', (crashed) => {
    started.give()
    return new BareActor(loop, { state: { count: 0 }, handle, crashed })
  })
  return {
    round: () =>
      rateOf(count, async () => {
        for (let crashes = 0; crashes < count; crashes += 1) {
          started = signal()
          family.child('only').cast('fail')
          await started.given
          expectCount(await family.child('only').ask('get'), 0)
        }
      }),
    leave: () => undefined,
  }
}

async function coppice(count: number, options: Freezing): Promise<Racer> {
  const app = await start(supervisor({ intensity: { restarts: 1e9, within: '1s' } }, { counter: child(counter) }), options)
  const { call, cast } = app.tree.counter
  return {
    round: () =>
      rateOf(count, async () => {
        for (let crashes = 0; crashes < count; crashes += 1) {
          void cast.fail()
          expectCount(await call.addAndGet(0), 0)
        }
      }),
    leave: async () => void (await app.stop()),
  }
}
