import { actor, dynamicSupervisor, message, start, supervisor, type Context } from '../../src/index.ts'
import { BareActor, Loop } from '../bare/loop.ts'
import type { Entrant, Racer, Size, Trial } from '../contest.ts'
import { rateOf, signal, type Signal } from '../timing.ts'

const members = 1_000
const hops: Readonly<Record<Size, number>> = { small: 100_000, full: 1_000_000 }

/** A message that goes round. */
export const ring: Trial = {
  name: 'ring',
  what: 'one message travels around a ring of 1,000 actors; each hop is a message',
  contests: (size) => [
    {
      name: '1,000 actors',
      unit: 'a second',
      ceilings: [{ name: 'bare loop', goal: { ratioFrom: 0.35 }, enter: () => bare(hops[size]) }],
      entrants: [
        entrant('coppice', { count: hops[size], pass: byCast, freezeStates: false }),
        entrant('coppice, by ctx.ref', { count: hops[size], pass: byRef, freezeStates: false }),
        entrant('coppice, freezeStates', { count: hops[size], pass: byCast, freezeStates: true }),
      ],
    },
  ],
}

interface Link {
  next: BareActor<Link, number> | undefined
}

function bare(count: number): Racer {
  const loop = new Loop()
  let arrived: Signal = signal()
  const pass = ({ next }: Link, left: number): void => (left === 0 ? arrived.give() : next?.cast(left - 1))
  const spawn = () => new BareActor<Link, number>(loop, { state: { next: undefined }, handle: pass })
  const all = Array.from({ length: members }, spawn)
  all.forEach(({ state }, place) => (state.next = all[(place + 1) % members]))
  return {
    round: () =>
      rateOf(count, () => {
        arrived = signal()
        all[0]?.cast(count)
        return arrived.given
      }),
    leave: () => undefined,
  }
}

type Pass = (ctx: Context, next: string, left: number) => void

interface Work {
  readonly count: number
  readonly pass: Pass
  readonly freezeStates: boolean
}

function entrant(name: string, work: Work): Entrant {
  return { name, enter: () => coppice(work) }
}

const byCast: Pass = (ctx, next, left) => void ctx.cast(next, 'hop', left)

/** Only for its references: a definition cannot refer to itself while it is made. */
const address = actor('link', {
  initial: () => undefined,
  handlers: ({ cast }) => ({ hop: cast(message<number>(), () => undefined) }),
})

/** As a program would write it: a typed reference, made for each message. */
const byRef: Pass = (ctx, next, left) => void ctx.ref(address, next).cast.hop(left)

function link(pass: Pass, arrive: () => void) {
  return actor('link', {
    initial: ({ next }: { readonly next: string }) => ({ next }),
    handlers: ({ cast }) => ({
      hop: cast(message<number>(), ({ state, input, ctx }) => {
        if (input === 0) arrive()
        else pass(ctx, state.next, input - 1)
      }),
    }),
  })
}

async function coppice({ count, pass, freezeStates }: Work): Promise<Racer> {
  let arrived: Signal = signal()
  const definition = link(pass, () => arrived.give())
  const app = await start(supervisor({}, { ring: dynamicSupervisor(definition) }), { freezeStates })
  for (let place = 0; place < members; place += 1)
    await app.tree.ring.start(`${place}`, { next: `ring/${(place + 1) % members}` })
  return {
    round: () =>
      rateOf(count, () => {
        arrived = signal()
        void app.tree.ring.get('0').cast.hop(count)
        return arrived.given
      }),
    leave: async () => void (await app.stop()),
  }
}
