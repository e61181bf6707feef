// Tries to break what is promised: kills processes and threads, looks at every image of the disk, lets the disk fail, and plants
// mistakes into the store to see that they are noticed. The last line is a JSON object, the exit code 1 if anything is wrong.
import { parseArgs } from 'node:util'
import type { Sync } from '../../src/persistence/sqlite-settings.ts'
import { killStoreThread } from '../support/store-kills.ts'
import { failEverything } from './faults.ts'
import { lookAtImages } from './images.ts'
import { killProcesses } from './kills.ts'
import { playLinks } from './links/play.ts'
import { plantMutants } from './mutants.ts'

const usage = `chaos: give one of
  --kills N                             kills N processes, at random and at named points, over both links
  --threads N                           kills the store thread of one process N times, under load
  --images N [--sync full|normal|off]   N images of the disk, in each way of syncing
  --io [--faults N]                     every write, sync and truncate fails once, and for ever; about N of them
  --links N                             N simulated schedules of links between stores, over a bad wire
  --mutants                             mistakes in the store, each of which has to be noticed
and --seed S, a whole number; --first ends images, faults and links at the first thing that is wrong`

const values = valuesOf()

const tell = (line: string): void => console.log(line)
const seed = whole(values.seed, 'seed', 0)
const stopsAtFirst = values.first
const began = performance.now()

if (values.kills !== undefined) {
  const outcome = await killProcesses({ kills: whole(values.kills, 'kills', 1), seed, tell })
  end(outcome, outcome.lost + outcome.doubled + outcome.outOfOrder)
} else if (values.threads !== undefined) await threads(whole(values.threads, 'threads', 1))
else if (values.images !== undefined) await images(whole(values.images, 'images', 1))
else if (values.io) {
  const most = values.faults === undefined ? Infinity : whole(values.faults, 'faults', 1)
  const outcome = await failEverything({ most, seed, stopsAtFirst, tell })
  end(outcome, outcome.lost + outcome.doubled + outcome.wrong)
} else if (values.links !== undefined) {
  const outcome = await playLinks({ schedules: whole(values.links, 'links', 1), seed, stopsAtFirst, tell })
  end(outcome, outcome.wrong)
} else if (values.mutants) {
  const outcome = await plantMutants({ tell })
  end(outcome, outcome.missed.length)
} else fail('no mode was given')

async function threads(kills: number): Promise<void> {
  const { problems, counts } = await killStoreThread({ kills, seed })
  for (const problem of problems) tell(problem)
  end({ kills, ...counts, problems: problems.length }, problems.length)
}

async function images(count: number): Promise<void> {
  const sync = syncOf(values.sync)
  const total = { images: 0, lost: 0, doubled: 0, outOfOrder: 0, rolledBack: 0 }
  const ways = sync === undefined ? (['full', 'normal'] as const) : ([sync] as const)
  for (const one of ways) {
    const outcome = await lookAtImages({ images: count, seed, sync: one, stopsAtFirst, tell })
    tell(`sync ${one}: ${outcome.images} images of ${outcome.runs} runs, ${seconds()}: ${JSON.stringify(outcome)}`)
    for (const name of ['images', 'lost', 'doubled', 'outOfOrder', 'rolledBack'] as const) total[name] += outcome[name]
  }
  end(total, total.lost + total.doubled + total.outOfOrder)
}

function syncOf(sync: string | undefined): Sync | 'off' | undefined {
  if (sync === undefined || sync === 'full' || sync === 'normal' || sync === 'off') return sync
  return fail('--sync must be full, normal or off')
}

function end(outcome: object, wrong: number): void {
  tell(`seed ${seed}, ${seconds()}`)
  console.log(JSON.stringify(outcome))
  process.exitCode = wrong === 0 ? 0 : 1
}

function valuesOf() {
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean', default: false } as const
    const { values } = parseArgs({
      options: {
        ...{ kills: text, threads: text, images: text, sync: text, faults: text, links: text },
        ...{ io: flag, mutants: flag, first: flag },
        seed: { type: 'string', default: '1' },
      },
    })
    return values
  } catch (error) {
    return fail((error as Error).message)
  }
}

function seconds(): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}

function whole(text: string, name: string, least: number): number {
  const number = Number(text)
  return Number.isInteger(number) && number >= least ? number : fail(`--${name} takes a whole number from ${least}`)
}

function fail(why: string): never {
  console.error(`${why}\n${usage}`)
  process.exit(2)
}
