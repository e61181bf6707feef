import { isDeepStrictEqual } from 'node:util'
import type { VirtualClock } from '../../../src/simulation/virtual-clock.ts'
import { NeverHappenedError } from '../../../src/testing/errors.ts'
import { scenario, type Invariant, type Scenario } from '../../../src/testing/scenario.ts'
import type { Sim } from '../../../src/testing/sim.ts'
import { aliveAfter } from '../../support/history.ts'
import { faultsOf, refsIn, treeOf, workerOn, type Refs } from './grown-tree.ts'
import { historyLaws, forgotten, orphans } from './laws.ts'
import type { Deed, Plan } from './plan.ts'

/** What has to hold of a storm, by its name, in the order in which it is asked. */
export type StormLaws = Readonly<Record<string, Invariant<unknown>>>

export type Storm = Scenario<unknown, Deed>

/** A storm as a scenario of the kit: its deeds are the items, and its faults those of the plan, so that both can be left out. */
export function stormOf(plan: Plan, more: StormLaws = {}): Storm {
  const unsettled = new Set<string>()
  let clock: VirtualClock | undefined
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock?.setTimer(ms, resolve))
  return scenario<unknown, Deed>({
    name: 'storm',
    file: import.meta.url,
    tree: treeOf(plan, workerOn(sleep)),
    store: plan.hasStore ? 'memory' : false,
    faults: faultsOf(plan),
    items: plan.deeds,
    run: async (sim, deeds) => {
      clock = sim.clock
      unsettled.clear()
      await doAll(deeds, sim, { plan, unsettled })
      await sim.advance('10m')
    },
    invariants: { ...lawsOf(plan, unsettled), ...more },
  })
}

function lawsOf(plan: Plan, unsettled: ReadonlySet<string>): StormLaws {
  const history = Object.entries(historyLaws).map(([law, problems]): [string, Invariant<unknown>] => [
    law,
    (sim) => told(problems(sim.events, plan)),
  ])
  return {
    ...Object.fromEntries(history),
    'once all is calm, everybody runs who has to': (sim) => told(forgotten(sim.events, plan)),
    'nobody runs whose supervisor does not': (sim) => told(orphans(sim.events)),
    'every call settles': () => told([...unsettled].map((what) => `${what} does not settle`)),
    'those run that were told of': ({ app, events }) =>
      isDeepStrictEqual(app.running().toSorted(), [...aliveAfter(events).keys()].toSorted()),
    'a stop ends everybody, and a second one at the same time too': stopsTwice,
    ...Object.fromEntries(history.map(([law, holds]) => [`${law}, also while all stop`, holds])),
  }
}

async function stopsTwice({ app, advance, events }: Sim<unknown>): Promise<string | undefined> {
  const stops = new Set<string>()
  track(stops, 'the first stop', app.stop())
  track(stops, 'the second stop', app.stop())
  await advance('10m')
  const left = [...aliveAfter(events).keys()].map((id) => `${id || 'the root'} still runs`)
  return told([...left, ...[...stops].map((what) => `${what} does not settle`)])
}

function told(problems: readonly string[]): string | undefined {
  return problems.length === 0 ? undefined : problems.join('\n')
}

interface Storming {
  readonly plan: Plan
  /** What has not settled, which gets less while time goes by. */
  readonly unsettled: Set<string>
}

async function doAll(deeds: readonly Deed[], sim: Sim<unknown>, { plan, unsettled }: Storming): Promise<void> {
  const { workers, members } = refsIn(sim.tree, plan.tree)
  for (const [index, deed] of deeds.entries()) {
    if (deed.do === 'step') await step(sim, deed.steps)
    else if (deed.do === 'pass') await sim.advance(deed.ms)
    else {
      const promise = tell(deed, { worker: workers[deed.on % workers.length], dynamic: members[deed.on % members.length] })
      if (promise !== undefined) track(unsettled, `deed ${index}, ${JSON.stringify(deed)},`, promise)
    }
  }
}

/** Runs so many steps, or as many as there are. */
async function step({ runUntil }: Sim<unknown>, steps: number): Promise<void> {
  let left = steps
  try {
    await runUntil(() => left-- === 0)
  } catch (error) {
    if (!(error instanceof NeverHappenedError)) throw error
  }
}

interface Whom {
  readonly worker: Refs['workers'][number] | undefined
  readonly dynamic: Refs['members'][number] | undefined
}

function tell(deed: Extract<Deed, { readonly on: number }>, { worker, dynamic }: Whom): Promise<unknown> | undefined {
  const forEver = { timeout: 'infinity' } as const
  if (deed.do === 'start member') return dynamic?.start(deed.key, undefined, forEver)
  if (deed.do === 'stop member') return dynamic?.stop(deed.key, forEver)
  if (worker === undefined) return undefined
  const { call, cast } = worker
  switch (deed.do) {
    case 'crash':
      return cast.crash()
    case 'crash late':
      return cast.crashLate()
    case 'end':
      return cast.end()
    case 'cast':
      return cast.count()
    case 'ask':
      return call.add({ timeout: deed.timeout })
    case 'ask slowly':
      return call.addSlowly({ timeout: deed.timeout })
    case 'ask and crash':
      return call.addAndCrash({ timeout: deed.timeout })
  }
}

function track(unsettled: Set<string>, name: string, promise: Promise<unknown>): void {
  unsettled.add(name)
  const settled = (): void => void unsettled.delete(name)
  promise.then(settled, settled)
}
