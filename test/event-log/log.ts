import { createHash } from 'node:crypto'
import { actor, child, dynamicSupervisor, message, supervisor } from '../../src/index.ts'
import { findFailure, replay, scenario, simulatedSystem, type Fault, type ScenarioFailedError } from '../../src/testing/index.ts'

// Prints one hash of all events of simulated runs under many seeds, and of what replay tokens give: the same text on every
// version of Node.

const Account = actor('account', {
  initial: () => ({ cents: 0, reminders: 0 }),
  handlers: ({ call, cast }) => ({
    add: call(message<number>(), ({ state, input }) => {
      const cents = state.cents + input
      return { reply: cents, state: { ...state, cents } }
    }),
    wait: cast(({ ctx }) => void ctx.sendAfter('1s', 'remind')),
    remind: cast(({ state }) => ({ ...state, reminders: state.reminders + 1 })),
    crash: cast(async () => {
      await Promise.resolve()
      throw new Error('as asked')
    }),
  }),
})

const bank = supervisor(
  { strategy: 'rest_for_one', intensity: { restarts: 20, within: '5s' } },
  {
    vault: child(Account, { state: 'durable' }),
    desk: child(Account, { state: 'checkpointed', checkpoint: { every: 2 } }),
    guests: dynamicSupervisor(Account, { restart: 'transient', state: 'durable', intensity: { restarts: 20, within: '5s' } }),
    clerk: child(Account, { state: 'volatile' }),
  },
)

const faults: readonly Fault[] = [
  { at: 'message', actor: 'vault', nth: 3, do: 'crash' },
  { at: 'message', actor: 'clerk', nth: 2, do: 'crash' },
  { at: 'term', actor: 'desk', nth: 1, do: 'crash' },
]

async function eventsOf(seed: number): Promise<string> {
  // Not "await using": Node 22 does not know it.
  const sim = await simulatedSystem(bank, { seed, faults })
  const { vault, desk, clerk, guests } = sim.tree
  for (const key of ['a', 'b']) void guests.start(key).catch(() => undefined)
  for (const one of [vault, desk, clerk, guests.get('a'), guests.get('b')]) {
    for (let n = 1; n <= 5; n += 1) void one.call.add(n).catch(() => undefined)
    void one.cast.wait()
    void one.cast.crash()
    void one.call.add(10).catch(() => undefined)
  }
  await sim.settle()
  await sim.advance('2s')
  await sim.until(sim.app.stop())
  const events = JSON.stringify([sim.events, sim.schedule])
  await sim[Symbol.asyncDispose]()
  return events
}

/** Fails in some orders only, and differently: who adds before the other crashes. */
const racing = scenario({
  tree: bank,
  faults,
  run: async (sim) => {
    const { vault, clerk } = sim.tree
    for (const one of [vault, clerk]) for (let n = 1; n <= 3; n += 1) void one.call.add(n).catch(() => undefined)
    void clerk.cast.crash()
    await sim.advance('2s')
  },
  always: { 'the clerk is not ahead': (sim) => (sim.peek<Sum>('clerk')?.cents ?? 0) <= (sim.peek<Sum>('vault')?.cents ?? 0) },
})

interface Sum {
  readonly cents: number
}

/** The token and the report of a failure, and the report that the token gives. */
async function replayOf(seed: number): Promise<string> {
  const { failure } = await findFailure(racing, { seeds: [seed] })
  if (failure === undefined) return ''
  const again = await replay(racing, failure.token).catch((error: unknown) => (error as ScenarioFailedError).report)
  return JSON.stringify([failure, again])
}

const seeds = Number(process.argv[2] ?? 20)
const hash = createHash('sha256')
const different = new Set<string>()
for (let seed = 1; seed <= seeds; seed += 1) {
  const events = await eventsOf(seed)
  different.add(events)
  hash.update(events)
  hash.update(await replayOf(seed))
}
console.log(JSON.stringify({ node: process.versions.node, seeds, different: different.size, hash: hash.digest('hex') }))
