import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '../../src/runtime/random.ts'
import { run } from './program.ts'
import { inDirectory } from './store-fixtures.ts'

export interface ProcessKillsOutcome {
  /** What is wrong: a number that was acknowledged and lost, or counted twice; empty if nothing is. */
  readonly problems: readonly string[]
  /** How many numbers were acknowledged. */
  readonly acknowledged: number
}

const program = fileURLToPath(new URL('../integration/fixtures/counting.ts', import.meta.url))

/** Kills a process that counts in a durable actor, again and again after a random number of acknowledgements, on one file. */
export async function killProcess({
  kills,
  seed,
}: {
  readonly kills: number
  readonly seed: number
}): Promise<ProcessKillsOutcome> {
  const random = seededRandom(seed)
  const problems: string[] = []
  let told = 0
  await inDirectory(async (directory) => {
    const file = join(directory, 'counter.db')
    for (let kill = 1; kill <= kills; kill += 1) {
      const [found = NaN, ...numbers] = await killedAfter(
        [file, kill % 2 === 0 ? 'worker' : 'in-process'],
        1 + random.integer(60),
      )
      // What was accepted and not told of yet may be there: one number at most, as it is asked for one at a time.
      if (found !== told && found !== told + 1) problems.push(`kill ${kill}: ${found} were found, and ${told} had been told`)
      numbers.forEach((number, i) => {
        if (number !== found + i + 1) problems.push(`kill ${kill}: ${number} came after ${found + i}`)
      })
      told = numbers.at(-1) ?? found
    }
  })
  return { problems, acknowledged: told }
}

/** What the process has found, and then each number that was acknowledged. */
async function killedAfter(args: readonly string[], acknowledgements: number): Promise<readonly number[]> {
  const counting = run(program, args)
  let heard = 0
  await counting.hear(() => (heard += 1) > acknowledgements)
  await counting.kill9()
  return counting.said as readonly number[]
}
