import { createHash } from 'node:crypto'
import { describeStep, findCrash, findFailure, replay, type Scenario } from '../../src/testing/index.ts'
import { deadlock } from '../planted/bugs/deadlock.ts'
import { doubleCharge } from '../planted/bugs/double-charge.ts'
import { missedDown } from '../planted/bugs/missed-down.ts'
import { splitBrain } from '../planted/bugs/split-brain.ts'
import { timerOutsideTheCommit } from '../planted/bugs/timer-outside-the-commit.ts'
import { tornCheckpoint } from '../planted/bugs/torn-checkpoint.ts'

/** A run as it was recorded: the token by which it comes again, and a digest of all that happened in it. */
export interface Recorded {
  readonly name: string
  readonly token: string
  readonly digest: string
}

/** What was recorded, and by which version of Node. */
export interface Records {
  readonly node: string
  readonly runs: readonly Recorded[]
}

interface Recordable {
  readonly name: string
  readonly scenario: Scenario<never, never>
  /** Looks for a run that is worth to be recorded. */
  find(): Promise<string | undefined>
}

const seeded = (name: string, scenario: Scenario<never, never>, shrink: number): Recordable => ({
  name,
  scenario,
  find: async () => (await findFailure(scenario, { seeds: 100, shrink })).failure?.token,
})

const bounded = (name: string, scenario: Scenario<never, never>, shrink: number): Recordable => ({
  name,
  scenario,
  find: async () => (await findFailure(scenario, { bounded: { runs: 100 }, shrink })).failure?.token,
})

const crashed = (name: string, scenario: Scenario<never, never>): Recordable => ({
  name,
  scenario,
  find: async () => (await findCrash(scenario, { seed: 8, shrink: 0 })).failure?.token,
})

const recordables: readonly Recordable[] = [
  seeded('by a seed, with every decision', missedDown.wrong, 0),
  seeded('by a seed, with a fault and a store', doubleCharge.wrong, 0),
  seeded('by a seed, made short', deadlock.wrong, 300),
  bounded('in a search of every order', splitBrain.wrong, 0),
  crashed('with the death of its process', timerOutsideTheCommit.wrong),
  crashed('with the death of its process, in SQLite', tornCheckpoint.wrong),
]

/** Finds runs, and records what happens in them. */
export async function record(): Promise<Records> {
  const runs: Recorded[] = []
  for (const { name, scenario, find } of recordables) {
    const token = await find()
    if (token === undefined) throw new Error(`${name}: there is no run to record`)
    runs.push({ name, token, digest: await digestOf(scenario, token) })
  }
  return { node: process.versions.node, runs }
}

/** Plays what was recorded once more; what is not as it was, in words. */
export async function check({ node, runs }: Records): Promise<readonly string[]> {
  const problems: string[] = []
  for (const { name, scenario } of recordables) {
    const recorded = runs.find((one) => one.name === name)
    if (recorded === undefined) problems.push(`${name}: it was not recorded`)
    else if ((await digestOf(scenario, recorded.token)) !== recorded.digest)
      problems.push(
        `${name}: the run is not that of Node ${node}: ${recorded.token}. If it is meant to be another now: run.ts --record`,
      )
  }
  return problems
}

/**
 * Of every step of a run, and what it tells of: who ran when, on which message, which incarnation of whom began or ended. What
 * has to hold is not asked: a run ends where it is broken.
 */
async function digestOf({ invariants: _, always: __, ...scenario }: Scenario<never, never>, token: string): Promise<string> {
  const { steps, schedule } = await replay(scenario, token)
  const log = steps.map(({ events, ...step }) => [
    step,
    events.map(({ type, ...event }) => [type, 'id' in event && event.id, 'incarnation' in event && event.incarnation]),
  ])
  return createHash('sha256')
    .update(JSON.stringify([log, steps.map(describeStep), schedule]))
    .digest('hex')
}
