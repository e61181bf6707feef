import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutants } from './mutants.ts'

// Shows that mistakes in the supervisor are caught: each mutant is run against the laws of random trees and, if none of them sees
// it, against the tests until one fails.

const root = fileURLToPath(new URL('../..', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const laws = ['test/scenarios/random-trees', '-t', 'keep every law']
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
for (const sound of [laws, tests])
  if (!(await run(sound, { endsAfterMs: longestMs })).passes) fail(`${sound.join(' ')} fails without any mutant`)
// Far longer than a run takes, also two at a time; a mutant that never ends is one that was noticed.
const endsAfterMs = 4 * (performance.now() - beganMs)
const chosen = [...mutants.keys()].filter((number) =>
  only === undefined ? size === 'full' || number % 5 === 0 : number === Number(only),
)
const caught = { byLaw: 0, byTests: 0 }
const waiting = [...chosen]
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
const missed = chosen.length - caught.byLaw - caught.byTests
console.log(`${chosen.length - missed} caught, ${caught.byLaw} of them by a law, ${missed} missed`)
if (missed > 0) process.exitCode = 1

async function work(): Promise<void> {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const by = await catcherOf(mutant)
    console.log(`${by === undefined ? 'MISSED' : 'caught'} ${String(mutant).padStart(2)} ${mutants[mutant]?.breaks}`)
    if (by !== undefined) console.log(`          ${by}`)
  }
}

/** Who notices a mutant, in words. */
async function catcherOf(mutant: number): Promise<string | undefined> {
  const storms = await run(laws, { mutant, endsAfterMs })
  if (!storms.passes) {
    caught.byLaw += 1
    return `by the law: ${/"([^"]+)" does not hold/.exec(storms.output)?.[1] ?? 'no storm throws, or goes on for ever'}`
  }
  if ((await run(tests, { mutant, endsAfterMs })).passes) return undefined
  caught.byTests += 1
  return 'by the tests'
}

/** Runs tests over the sources with a mutant, or without one. */
async function run(
  which: readonly string[],
  { mutant, endsAfterMs }: { readonly mutant?: number; readonly endsAfterMs: number },
): Promise<{ readonly passes: boolean; readonly output: string }> {
  const args = [vitest, 'run', '--config', 'test/mutants/vitest.config.ts', ...which]
  const env = { ...process.env, NO_COLOR: '1', ...(mutant !== undefined && { MUTANT: String(mutant) }) }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const timer = setTimeout(() => child.kill('SIGKILL'), endsAfterMs)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { passes: code === 0, output }
}

function fail(why: string): never {
  console.error(why)
  process.exit(2)
}
