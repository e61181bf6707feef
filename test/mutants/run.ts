import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutants } from './mutants.ts'

// Shows that the tests of the supervisor catch mistakes: each mutant is run against them until one fails.

const root = fileURLToPath(new URL('../..', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const tests = ['test/supervision', 'test/app', 'test/conformance/supervisors.test.ts']
/** For the run without a mutant, which tells how long a run takes here. */
const longestMs = 600_000

const { values } = parseArgs({ options: { size: { type: 'string', default: 'full' }, only: { type: 'string' } } })
const { size, only } = values
if (size !== 'small' && size !== 'full') fail(`--size must be "small" or "full"; got "${size}"`)
if (only !== undefined && mutants[Number(only)] === undefined)
  fail(`--only must be a number below ${mutants.length}; got "${only}"`)

for (const { breaks, file, from } of mutants)
  if (readFileSync(`${root}/src/supervision/${file}`, 'utf8').split(from).length !== 2)
    fail(`${file} has not exactly one place for the mutant "${breaks}": ${from}`)

const beganMs = performance.now()
if (!(await passes(undefined, longestMs))) fail('the tests fail without any mutant')
// Far longer than a run takes, also two at a time; a mutant that never ends is one that was noticed.
const limitMs = 4 * (performance.now() - beganMs)
const chosen = [...mutants.keys()].filter((number) =>
  only === undefined ? size === 'full' || number % 5 === 0 : number === Number(only),
)
const missed: number[] = []
const waiting = [...chosen]
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
console.log(`${chosen.length - missed.length} caught, ${missed.length} missed`)
if (missed.length > 0) process.exitCode = 1

async function work(): Promise<void> {
  for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
    const isMissed = await passes(number, limitMs)
    if (isMissed) missed.push(number)
    console.log(`${isMissed ? 'MISSED' : 'caught'} ${String(number).padStart(2)} ${mutants[number]?.breaks}`)
  }
}

/** True if every test passes over the sources with this mutant, in time. */
async function passes(mutant: number | undefined, endsAfterMs: number): Promise<boolean> {
  const args = [vitest, 'run', '--config', 'test/mutants/vitest.config.ts', ...tests]
  const env = { ...process.env, ...(mutant !== undefined && { MUTANT: String(mutant) }) }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'ignore'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), endsAfterMs)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  return code === 0
}

function fail(why: string): never {
  console.error(why)
  process.exit(2)
}
