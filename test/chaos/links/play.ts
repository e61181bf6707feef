import { noCounts, playSchedule, type ScheduleCounts } from './schedule.ts'

/** What became of many schedules. */
export interface LinksOutcome extends ScheduleCounts {
  readonly schedules: number
  /** Of them, those over SQLite. */
  readonly sqlite: number
  /** Schedules in which something was wrong. */
  readonly wrong: number
}

export interface PlayOptions {
  readonly schedules: number
  readonly seed: number
  /** Every so-manieth is played over SQLite; none if 0. */
  readonly sqliteEvery?: number
  readonly stopsAtFirst?: boolean
  readonly tell?: (line: string) => void
}

const mostTold = 20

/** Plays schedules, each by a seed of its own, which is told where something is wrong: `--links 1 --seed S` plays it again. */
export async function playLinks(options: PlayOptions): Promise<LinksOutcome> {
  const { schedules, seed, sqliteEvery = 1_000, stopsAtFirst = false, tell = () => undefined } = options
  const total: Record<string, number> = { ...noCounts() }
  let [played, sqlite, wrong] = [0, 0, 0]
  for (let i = 0; i < schedules; i += 1) {
    const own = seed + i
    const isSqlite = sqliteEvery > 0 && own % sqliteEvery === 0
    const { problems, counts } = await playSchedule(own, { on: isSqlite ? 'sqlite' : 'memory' })
    played += 1
    if (isSqlite) sqlite += 1
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + Number(count)
    if (problems.length === 0) continue
    wrong += 1
    if (wrong <= mostTold) for (const problem of problems) tell(`  seed ${own}: ${problem}`)
    if (stopsAtFirst) break
  }
  return { schedules: played, sqlite, wrong, ...(total as unknown as ScheduleCounts) }
}
