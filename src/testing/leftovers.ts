import { describeFault } from '../simulation/fault-plan.ts'
import type { KitSim } from './kit-sim.ts'

/** What is left of a tree that was stopped, one line for each thing. Empty if it is clean. */
export function leftoversOf(sim: KitSim<unknown>, allowsUnusedFaults = false): readonly string[] {
  const { unusedFaults, clock, scheduler, app } = sim
  const running = app.running().map((id) => `${JSON.stringify(id)} runs on`)
  const timers = clock.pending === 0 ? [] : [`${clock.pending} timers are set, the next for ${clock.nextDueMs()} ms`]
  const work = scheduler.isIdle ? [] : ['there is work that nobody has done']
  const faults = (allowsUnusedFaults ? [] : unusedFaults).map((fault) => `a fault has not come about: ${describeFault(fault)}`)
  return [...running, ...timers, ...work, ...faults]
}
