import type { Contest, Entrant, Racer, Size, Standing, Trial } from './contest.ts'
import { collectGarbage } from './memory.ts'
import { spreadOf } from './spread.ts'

/** How a trial is run. */
export interface Running {
  readonly size: Size
  /** How many rounds count. */
  readonly rounds: number
}

/** Rounds before those that count: by then the code is compiled. */
const warmUps: Readonly<Record<Size, number>> = { small: 1, full: 2 }

/** Runs all contests of some trials, one after the other. */
export async function runTrials(trials: readonly Trial[], running: Running): Promise<readonly Standing[]> {
  const standings: Standing[] = []
  for (const trial of trials)
    for (const contest of trial.contests(running.size)) standings.push(...(await runContest(trial.name, contest, running)))
  return standings
}

async function runContest(trial: string, contest: Contest, { size, rounds }: Running): Promise<readonly Standing[]> {
  const { ceilings, entrants } = contest
  const runners = await Promise.all([...ceilings, ...entrants].map(getReady))
  for (let round = 0; round < warmUps[size]; round += 1) await inTurn(runners)
  for (const { figures } of runners) figures.length = 0
  for (let round = 0; round < rounds; round += 1) await inTurn(runners)
  for (const { racer } of runners) await racer.leave()
  const figuresOf = (of: Entrant): readonly number[] => runners.find(({ entrant }) => entrant === of)?.figures ?? []
  return entrants.flatMap((entrant, place) =>
    ceilings.map((ceiling) => ({
      trial,
      contest: contest.name,
      unit: contest.unit,
      entrant: entrant.name,
      ceiling: ceiling.name,
      ...compared(figuresOf(entrant), figuresOf(ceiling)),
      goal: place === 0 ? ceiling.goal : undefined,
    })),
  )
}

interface Runner {
  readonly entrant: Entrant
  readonly racer: Racer
  readonly figures: number[]
}

async function getReady(entrant: Entrant): Promise<Runner> {
  return { entrant, racer: await entrant.enter(), figures: [] }
}

/** The load of the machine changes from second to second: only what ran side by side can be compared. */
async function inTurn(runners: readonly Runner[]): Promise<void> {
  for (const { racer, figures } of runners) {
    collectGarbage()
    figures.push(await racer.round())
  }
}

type Figures = Pick<Standing, 'entrantFigure' | 'ceilingFigure' | 'ratio'>

function compared(figures: readonly number[], ceilings: readonly number[]): Figures {
  const ratios = figures.map((figure, round) => figure / (ceilings[round] ?? NaN))
  return { entrantFigure: spreadOf(figures), ceilingFigure: spreadOf(ceilings), ratio: spreadOf(ratios) }
}
