import { rmSync } from 'node:fs'
import type { Contender } from './both.ts'
import { compareTwin } from './twin-comparison.ts'
import type { TwinJob, TwinJobParts } from './twin-job.ts'

/** The twin after its run, or why there is none. */
export type Beside = Contender | { readonly problem: string }

/** Runs the plain twin from its beginning, and counts what it left; a sentence if there is nothing to count. */
export async function runBeside(job: TwinJob, { file, place, rows }: TwinJobParts): Promise<Beside> {
  for (const left of [place.totals, place.notices]) rmSync(left, { force: true })
  try {
    const end = await job.run()
    if (end.type !== 'done') return { problem: end.type === 'failed' ? end.why : 'stopped, as asked' }
    const { crashes, kills, outages } = job
    return { name: 'plain twin', rows, tally: await compareTwin({ place, file }), crashes, kills, outages }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
