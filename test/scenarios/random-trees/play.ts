import { isDeepStrictEqual } from 'node:util'
import { TreeStartError } from '../../../src/app/errors.ts'
import { simulatedSystem, type SimulatedSystem, type SimulationEvent } from '../../../src/app/simulated-system.ts'
import { memory } from '../../../src/persistence/memory-store.ts'
import { createVirtualClock } from '../../../src/simulation/virtual-clock.ts'
import { faultsOf, refsIn, treeOf, workerOn, type Refs } from './grown-tree.ts'
import { aliveAfter, disorder, doubles, forgotten, orphans, overspending, whims } from './laws.ts'
import type { Deed, Plan } from './plan.ts'

/** What is wrong with a run; nothing if all laws hold. */
export interface Played {
  readonly problems: readonly string[]
  readonly events: readonly SimulationEvent[]
  /** The choices of the scheduler as text; nothing for a tree that did not start. */
  readonly schedule: string
}

/**
 * Plays a plan: grows the tree, does to it what is planned, waits until all is calm, and stops it, twice at once. A rejection
 * that nobody handles is a problem, too: it would end a process.
 */
export async function play(plan: Plan): Promise<Played> {
  const strays: string[] = []
  const textOf = (error: unknown): string => String(error instanceof Error ? error.stack : error)
  const stray = (error: unknown): void => void strays.push(`nobody handles ${textOf(error)}`)
  process.on('unhandledRejection', stray)
  try {
    const played = await playThrough(plan)
    return { ...played, problems: [...played.problems, ...strays] }
  } finally {
    process.off('unhandledRejection', stray)
  }
}

async function playThrough(plan: Plan): Promise<Played> {
  const events: SimulationEvent[] = []
  const clock = createVirtualClock()
  let sim: SimulatedSystem<unknown>
  try {
    sim = await simulatedSystem(treeOf(plan, workerOn(clock)), {
      seed: plan.seed,
      faults: faultsOf(plan),
      clock,
      store: plan.hasStore ? memory() : false,
      allowReal: true,
      onEvent: (event) => void events.push(event),
    })
  } catch (error) {
    if (!(error instanceof TreeStartError)) throw error
    return { problems: [...always(events, plan), ...leftOver(events)], events, schedule: '' }
  }
  await using running = sim
  const { app, advance } = running
  const unsettled = await doAll(plan.deeds, running, plan)
  await advance('10m')
  const problems = [...always(events, plan), ...forgotten(events, plan), ...orphans(events), ...open(unsettled)]
  if (!isDeepStrictEqual(app.running().toSorted(), [...aliveAfter(events).keys()].toSorted()))
    problems.push('those that run are not those that were told of')
  const stops = new Set<string>()
  track(stops, 'the first stop', app.stop())
  track(stops, 'the second stop', app.stop())
  await advance('10m')
  problems.push(...always(events, plan), ...leftOver(events), ...open(stops))
  return { problems: [...new Set(problems)], events, schedule: sim.schedule }
}

/** Laws that hold at every moment. */
function always(events: readonly SimulationEvent[], plan: Plan): string[] {
  return [...doubles(events), ...disorder(events, plan), ...overspending(events, plan), ...whims(events)]
}

function open(unsettled: ReadonlySet<string>): string[] {
  return [...unsettled].map((what) => `${what} does not settle`)
}

function leftOver(events: readonly SimulationEvent[]): string[] {
  return [...aliveAfter(events).keys()].map((id) => `${id || 'the root'} still runs`)
}

/** Does everything; answers what has not settled, which gets less while time goes by. */
async function doAll(deeds: readonly Deed[], sim: SimulatedSystem<unknown>, plan: Plan): Promise<ReadonlySet<string>> {
  const unsettled = new Set<string>()
  const { workers, members } = refsIn(sim.tree, plan.tree)
  for (const [index, deed] of deeds.entries()) {
    if (deed.do === 'step') for (let step = 0; step < deed.steps; step += 1) sim.scheduler.step()
    else if (deed.do === 'pass') await sim.advance(deed.ms)
    else {
      const promise = tell(deed, { worker: workers[deed.on % workers.length], dynamic: members[deed.on % members.length] })
      if (promise !== undefined) track(unsettled, `deed ${index}, ${JSON.stringify(deed)},`, promise)
    }
  }
  return unsettled
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
