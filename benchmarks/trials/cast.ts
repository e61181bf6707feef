import { child, start, supervisor } from '../../src/index.ts'
import { Loop } from '../bare/loop.ts'
import type { Contest, Racer, Size, Trial } from '../contest.ts'
import { bareCounter, counter, expectCount } from '../counter.ts'
import { rateOf } from '../timing.ts'
import { withAndWithoutFreezing, type Freezing } from '../variants.ts'

const windowSize = 1_000
const windowed: Readonly<Record<Size, number>> = { small: 100_000, full: 1_000_000 }
/** What a message costs must not depend on how many wait before it. */
const queued = 300_000
const atOnce: Readonly<Record<Size, number>> = { small: 100_000, full: 1_000_000 }

/** Messages without an answer. */
export const cast: Trial = {
  name: 'cast',
  what: 'messages without an answer to one actor, and one ask as the barrier after each window, or after all',
  contests: (size) => [
    contest('windows of 1,000', { count: windowed[size], perWindow: windowSize, ratioFrom: 0.35 }),
    contest('300 queued', { count: queued, perWindow: 300, ratioFrom: 0.35 }),
    contest('300,000 queued', { count: queued, perWindow: queued, ratioFrom: 0.65 }),
    contest('all at once', { count: atOnce[size], perWindow: atOnce[size], ratioFrom: 0.65 }),
  ],
}

interface Work {
  readonly count: number
  readonly perWindow: number
}

function contest(name: string, { ratioFrom, ...work }: Work & { readonly ratioFrom: number }): Contest {
  return {
    name,
    unit: 'a second',
    ceilings: [{ name: 'bare loop', goal: { ratioFrom }, enter: () => bare(work) }],
    entrants: withAndWithoutFreezing((options) => coppice(work, options)),
  }
}

function bare({ count, perWindow }: Work): Racer {
  const actor = bareCounter(new Loop())
  return {
    round: async () => {
      const before = actor.state.count
      const rate = await rateOf(count, async () => {
        for (let sent = 0; sent < count; sent += perWindow) {
          for (let inWindow = 0; inWindow < perWindow; inWindow += 1) actor.cast({ add: 1 })
          await actor.ask({ add: 0 })
        }
      })
      expectCount(actor.state.count, before + count)
      return rate
    },
    leave: () => undefined,
  }
}

async function coppice({ count, perWindow }: Work, options: Freezing): Promise<Racer> {
  const app = await start(supervisor({}, { counter: child(counter) }), options)
  const { call, cast: send } = app.tree.counter
  return {
    round: async () => {
      const before = await call.addAndGet(0)
      const rate = await rateOf(count, async () => {
        for (let sent = 0; sent < count; sent += perWindow) {
          for (let inWindow = 0; inWindow < perWindow; inWindow += 1) void send.add(1)
          await call.addAndGet(0)
        }
      })
      expectCount(await call.addAndGet(0), before + count)
      return rate
    },
    leave: async () => void (await app.stop()),
  }
}
