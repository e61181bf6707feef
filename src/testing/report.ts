import type { FailureReport } from './errors.ts'
import { mermaidOf, timelineOf } from './drawings.ts'
import { describeDeath } from './process-death.ts'
import { describeSize, sizeOf, type Played } from './run-size.ts'
import { replayedOf, type Recipe, type Stage } from './replays.ts'
import type { Failure, Run } from './run-scenario.ts'
import { describeStep, type SimStep } from './steps.ts'
import { printToken } from './token.ts'
import { describeFault } from '../simulation/fault-plan.ts'

/** What a report is made of. */
export interface ReportParts<Tree, Item> {
  readonly stage: Stage<Tree, Item>
  readonly recipe: Recipe
  readonly run: Run
  readonly failure: Failure
  /** How it was found, in one line. */
  readonly found: string
  /** In which run it was found, how it was then, and how many runs it took to make it shorter. */
  readonly search?: { readonly run: number; readonly first: Played; readonly shrinkRuns: number }
}

/** Tells of a failure all that there is to tell. */
export function reportOf<Tree, Item>({ stage, recipe, run, failure, found, search }: ReportParts<Tree, Item>): FailureReport {
  const { law, detail } = failure
  const { seed, decisions } = recipe
  const plain = stage as unknown as Stage<never, never>
  const token = printToken(replayedOf(plain, recipe))
  const schedule = run.steps.filter(isTold).map(lineOf)
  const [mermaid, timeline] = [mermaidOf(run.steps), timelineOf(run.steps)]
  const test = testOf(plain, law, token)
  const { faults = [], items } = stage.scenario
  const planned = recipe.faults.flatMap((place) => faults[place] ?? [])
  const told = run.told.flatMap(({ fault, takesPart }) => (takesPart ? [fault] : []))
  const wrong = [...planned, ...told].map((fault) => `  fault    ${describeFault(fault)}`)
  const left = items && recipe.items.map((place) => JSON.stringify(items[place])).join(', ')
  const story = left === undefined ? [] : [`  items    ${left === '' ? 'none' : left}`]
  const death = recipe.deaths.map((point) => `  death    of the process ${describeDeath(point)}`)
  const decided = decisions.map(({ at, choice }) => `${choice} (choice ${at})`).join(', ')
  const how = search && {
    run: search.run,
    from: sizeOf(search.first),
    to: sizeOf({ recipe, run }),
    shrinkRuns: search.shrinkRuns,
  }
  const shorter = how && [`shrunk from ${describeSize(how.from)} to ${describeSize(how.to)}, in ${how.shrinkRuns} runs`]
  const text = [
    `"${law}" does not hold: ${detail}`,
    found,
    ...(shorter ?? []),
    '',
    ...[...death, ...wrong, ...story],
    `  decided  ${decided === '' ? 'nothing: it fails in the default order' : decided}`,
    '',
    'the shortest run that was found (> is a decision):',
    ...schedule,
    '',
    timeline,
    '',
    '```mermaid',
    mermaid,
    '```',
    '',
    `seed ${seed}, replay with: ${token}`,
    '',
    'as a test:',
    test,
  ].join('\n')
  return { law, detail, seed, token, decisions, schedule, mermaid, timeline, test, search: how, text }
}

/** That promises go on is told only where it was decided. */
function isTold({ choice, isDecision, handled, events }: SimStep): boolean {
  return isDecision || handled.length > 0 || events.length > 0 || (choice !== 'offer promises' && choice !== undefined)
}

function lineOf(step: SimStep): string {
  return `${step.isDecision ? '>' : ' '} ${String(step.number).padStart(3)}  ${describeStep(step)}`
}

function testOf({ scenario, laws }: Stage<never, never>, law: string, token: string): string {
  const { name = 'scenario', file } = scenario
  const own = Object.keys({ ...laws.invariants, ...laws.always }).length > 0
  const imported = file === undefined ? `./${name}.ts` : `./${decodeURIComponent(file.slice(file.lastIndexOf('/') + 1))}`
  return [
    "import { test } from 'vitest'",
    "import { replay } from 'coppice/testing'",
    `import { ${name}${own ? ', laws' : ''} } from ${quoted(imported)}`,
    '',
    `test(${quoted(law)}, () => replay(${name}, ${quoted(token)}${own ? ', laws' : ''}))`,
  ].join('\n')
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
