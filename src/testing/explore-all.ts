import { durationMs } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { ScenarioFailedError } from './errors.ts'
import { findFailure, type Exploration, type ExploreOptions } from './explore.ts'
import type { Scenario } from './scenario.ts'
import type { Verdict } from './laws.ts'

/** A scenario of any tree. */
export type AnyScenario = Omit<Scenario<unknown>, 'run' | 'items' | 'invariants' | 'always'> & {
  readonly run: (sim: never, items: never) => unknown
  readonly items?: readonly unknown[]
  readonly invariants?: Readonly<Record<string, (sim: never) => Verdict | Promise<Verdict>>>
  readonly always?: Readonly<Record<string, (sim: never) => Verdict>>
}

/** What has come of several scenarios. */
export interface Explorations {
  /** By the names of the scenarios. */
  readonly scenarios: Readonly<Record<string, Exploration>>
  /** A table with a line for each. */
  readonly text: string
}

/**
 * Explores several scenarios as {@link explore} does one, with the same laws for all, and goes on with the next where one
 * fails. Each gets an equal part of `time`.
 *
 * @returns a table with a line for each scenario: how many runs there were, and what came of them.
 * @throws {ScenarioFailedError} with that table, and the report of the first that fails.
 * @throws {ConfigurationError} if there is none, or an option or a tree breaks a rule.
 * @example
 * ```ts
 * import { actor, child, supervisor } from 'coppice'
 * import { exploreAll, scenario } from 'coppice/testing'
 *
 * const Bell = actor('bell', {
 *   initial: () => ({ rings: 0 }),
 *   handlers: ({ cast }) => ({ ring: cast(({ state }) => ({ rings: state.rings + 1 })) }),
 * })
 * const tree = supervisor({}, { bell: child(Bell) })
 * const calm = scenario({ tree, store: false, run: (sim) => void sim.tree.bell.cast.ring() })
 * const killed = scenario({ tree, store: false, run: (sim) => sim.kill('bell') })
 * const invariants = { 'the bell is up': (sim: { peek(actor: string): unknown }) => sim.peek('bell') !== undefined }
 * const { text } = await exploreAll({ calm, killed }, { bounded: true, invariants })
 * for (const line of text.split('\n')) console.log(line) // => calm    1 run   holds in every order
 * // => killed  1 run  holds in every order
 * ```
 */
export async function exploreAll(
  scenarios: Readonly<Record<string, AnyScenario>>,
  options: ExploreOptions<unknown> = {},
): Promise<Explorations> {
  const names = Object.keys(scenarios)
  if (names.length === 0)
    throw new ConfigurationError({ path: 'exploreAll: scenarios', rule: 'must have one at least', value: scenarios })
  const { time, ...rest } = options
  const share = time === undefined ? {} : { time: durationMs(time, 'exploreAll: time') / names.length }
  const explored: Record<string, Exploration> = {}
  for (const [name, given] of Object.entries(scenarios))
    // Its own tree is what it is played with.
    explored[name] = await findFailure({ name, ...given } as unknown as Scenario<unknown, unknown>, { ...rest, ...share })
  const text = tableOf(explored)
  const first = Object.values(explored).flatMap(({ failure }) => failure ?? [])[0]
  if (first !== undefined) throw new ScenarioFailedError({ ...first, text: `${text}\n\n${first.text}` })
  return { scenarios: explored, text }
}

function tableOf(explored: Readonly<Record<string, Exploration>>): string {
  const rows = Object.entries(explored).map(([name, { runs, isComplete, isCut, failure }]) => ({
    name,
    runs: `${runs} ${runs === 1 ? 'run' : 'runs'}`,
    what:
      failure !== undefined
        ? `BROKEN "${failure.law}": ${failure.detail}; replay with ${failure.token}`
        : `holds${isComplete ? ' in every order' : isCut ? ', and was cut short' : ''}`,
  }))
  const width = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length))
  const [names, runs] = [width(rows.map(({ name }) => name)), width(rows.map((row) => row.runs))]
  return rows.map((row) => `${row.name.padEnd(names)}  ${row.runs.padStart(runs)}  ${row.what}`).join('\n')
}
