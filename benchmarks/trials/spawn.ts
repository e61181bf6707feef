import { actor, dynamicSupervisor, start, supervisor } from '../../src/index.ts'
import { BareActor, Loop } from '../bare/loop.ts'
import type { Entrant, Racer, Size, Trial } from '../contest.ts'
import { heapBytes } from '../memory.ts'
import { rateOf, signal } from '../timing.ts'

const windowSize = 1_000
const counts: Readonly<Record<Size, number>> = { small: 5_000, full: 50_000 }

/** Actors by the thousand. */
export const spawn: Trial = {
  name: 'spawn',
  what: 'actors are started under one dynamic supervisor, 1,000 requests at a time, and each handles one message',
  contests: (size) => [
    {
      name: 'start, and one message',
      unit: 'a second',
      ceilings: [{ name: 'bare loop', enter: () => racer(bareCrowd, counts[size], rate) }],
      entrants: entrants(counts[size], rate),
    },
    {
      name: 'heap of an actor that has handled one message',
      unit: 'bytes each',
      ceilings: [{ name: 'bare loop', goal: { figureUpTo: 1_000 }, enter: () => racer(bareCrowd, counts[size], heap) }],
      entrants: entrants(counts[size], heap),
    },
  ],
}

/** Actors that can be started once. */
interface Crowd {
  /** Starts all; resolves when each has handled a message. */
  begin(count: number): Promise<void>
  end(): void | Promise<void>
}

type Measure = (crowd: Crowd, count: number) => Promise<number>

const rate: Measure = (crowd, count) => rateOf(count, () => crowd.begin(count))

const heap: Measure = async (crowd, count) => {
  const before = heapBytes()
  await crowd.begin(count)
  return (heapBytes() - before) / count
}

function entrants(count: number, measure: Measure): readonly Entrant[] {
  return [{ name: 'coppice', enter: () => racer(coppiceCrowd, count, measure) }]
}

function racer(gather: () => Crowd | Promise<Crowd>, count: number, measure: Measure): Racer {
  return {
    round: async () => {
      const crowd = await gather()
      const figure = await measure(crowd, count)
      await crowd.end()
      return figure
    },
    leave: () => undefined,
  }
}

function bareCrowd(): Crowd {
  const loop = new Loop()
  const all: BareActor<{ count: number }, number>[] = []
  return {
    begin: async (count) => {
      const { given, hit } = countdown(count)
      const handle = (state: { count: number }, add: number): void => {
        state.count += add
        hit()
      }
      for (let started = 0; started < count; started += 1) all.push(new BareActor(loop, { state: { count: 0 }, handle }))
      for (const actor of all) actor.cast(1)
      await given
    },
    end: () => void all.splice(0),
  }
}

async function coppiceCrowd(): Promise<Crowd> {
  let hit = (): void => undefined
  const member = actor('member', {
    initial: () => ({ count: 0 }),
    handlers: ({ cast }) => ({
      add: cast(({ state }) => {
        hit()
        return { count: state.count + 1 }
      }),
    }),
  })
  const app = await start(supervisor({}, { crowd: dynamicSupervisor(member) }), { freezeStates: false })
  const { crowd } = app.tree
  return {
    begin: async (count) => {
      const down = countdown(count)
      hit = down.hit
      for (let from = 0; from < count; from += windowSize) {
        const keys = Array.from({ length: Math.min(windowSize, count - from) }, (_, place) => `${from + place}`)
        const members = await Promise.all(keys.map((key) => crowd.start(key)))
        for (const { cast } of members) void cast.add()
      }
      await down.given
    },
    end: async () => void (await app.stop()),
  }
}

function countdown(from: number): { readonly given: Promise<void>; readonly hit: () => void } {
  const { given, give } = signal()
  let left = from
  return {
    given,
    hit: () => {
      left -= 1
      if (left === 0) give()
    },
  }
}
