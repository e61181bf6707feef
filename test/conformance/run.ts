import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { SignalCase } from './signal-case.ts'
import { differenceOf } from './signals.ts'
import type { SupervisorCase } from './supervisor-case.ts'
import { differencesOf, differencesInRealTime } from './supervisors.ts'
import { refusalOf } from './refusals.ts'

/** Where a case is not what was recorded. */
interface Difference {
  readonly step: string
  readonly expected: unknown
  readonly got: unknown
}

interface CaseFile {
  readonly format: number
  readonly kind?: string
  readonly cases: readonly (SignalCase | SupervisorCase)[]
}

type Runner = (scenario: SignalCase | SupervisorCase) => Promise<readonly Difference[]>

const seeds = [1, 2, 3]
const given = process.argv.slice(2)
const isRealTime = given.includes('--real-time')
const named = given.filter((argument) => !argument.startsWith('--'))
// Without files, the recorded ones.
const recorded = ['named', 'random', 'signals-named', 'signals-random']
const files = named.length > 0 ? named : recorded.map((name) => fileURLToPath(new URL(`cases/${name}.json`, import.meta.url)))
const only = given.find((argument) => argument.startsWith('--only='))?.slice('--only='.length)
const options = given.filter((argument) => argument.startsWith('--'))
const unknown = options.find((option) => option !== '--real-time' && !option.startsWith('--only='))
if (unknown !== undefined) {
  console.error(`${unknown} is not an option`)
  console.error('npm run conformance -- [--real-time] [--only=NAME] [FILE...]')
  process.exit(2)
}

const count = { passed: 0, failed: 0, refused: 0 }
for (const file of files) {
  const { format, kind, cases } = JSON.parse(await readFile(file, 'utf8')) as CaseFile
  const run = runnerOf(format, kind)
  if (run === undefined) {
    console.error(`${file}: neither cases of supervisors (format 1) nor of signals (format 2, kind "signals")`)
    process.exitCode = 2
    continue
  }
  for (const scenario of cases) {
    if (only !== undefined && scenario.name !== only) continue
    report(scenario, await run(scenario).catch(failed))
  }
}
console.log(`${count.passed} passed, ${count.failed} failed${count.refused > 0 ? `, ${count.refused} refused` : ''}`)
if (count.failed > 0) process.exitCode ??= 1

function runnerOf(format: number, kind: string | undefined): Runner | undefined {
  if (format === 2 && kind === 'signals')
    return async (scenario) => {
      const difference = await differenceOf(scenario as SignalCase, seeds)
      return difference === undefined ? [] : [difference]
    }
  if (format !== 1 || (kind !== undefined && kind !== 'supervisors')) return undefined
  if (isRealTime) return (scenario) => differencesInRealTime(scenario as SupervisorCase)
  return (scenario) => differencesOf(scenario as SupervisorCase, seeds)
}

function report(scenario: SignalCase | SupervisorCase, differences: readonly Difference[]): void {
  if (differences.length === 0) {
    count.passed += 1
    return
  }
  const { name } = scenario
  const refusal = refusalOf(scenario)
  if (refusal === undefined) count.failed += 1
  else count.refused += 1
  for (const { step, expected, got } of differences) {
    console.log(refusal === undefined ? `FAILED ${name}, step ${step}` : `refused ${name}, step ${step}: ${refusal}`)
    console.log(`  expected ${JSON.stringify(expected)}`)
    console.log(`  got      ${got instanceof Error ? String(got.stack) : JSON.stringify(got)}`)
  }
}

function failed(error: unknown): readonly Difference[] {
  return [{ step: 'of the run', expected: 'an end', got: error }]
}
