import type { DeathCount, DeathPoint, Recovery } from './process-death.ts'

/** The kinds of points at which a process can die. */
export const deathKinds = ['before commit', 'after commit', 'torn commit', 'after turn'] as const

/** Points of each kind. */
export type CountsByKind = Readonly<Record<DeathPoint['at'], number>>

/** How much of a scenario was crashed. */
export interface CrashCoverage {
  /** Commits of the run without a death, those of the start of the tree among them. */
  readonly commits: number
  /** Turns of that run. */
  readonly turns: number
  /** Commits of it that wrote a checkpoint with another one behind it, so that it can be torn. */
  readonly tearable: number
  /** Points at which the process was to die, by kind. */
  readonly planned: CountsByKind
  /** Points at which it did. */
  readonly crashed: CountsByKind
  /** With `deaths: 2`, points at which it was to die again and did, while the tree was started anew after the first death. */
  readonly again: { readonly planned: CountsByKind; readonly crashed: CountsByKind }
  /** True if the time was over before all points had their turn. */
  readonly isCut: boolean
  /** In one line. */
  readonly text: string
}

/** What a coverage is counted from. */
export interface CrashCounts {
  readonly calm: DeathCount
  readonly planned: readonly DeathPoint[]
  readonly reached: readonly DeathPoint[]
  readonly plannedAgain: readonly DeathPoint[]
  readonly reachedAgain: readonly DeathPoint[]
  readonly failed: number
  readonly isCut: boolean
}

/** Counts up what was crashed. */
export function coverageOf(counts: CrashCounts): CrashCoverage {
  const { calm, failed, isCut } = counts
  const [planned, crashed] = [counted(counts.planned), counted(counts.reached)]
  const again = { planned: counted(counts.plannedAgain), crashed: counted(counts.reachedAgain) }
  const crashes = counts.reached.length + counts.reachedAgain.length
  const parts = deathKinds.map((at) => `${crashed[at]} of ${planned[at]} ${at}`)
  const twice = `${counts.reachedAgain.length} of ${counts.plannedAgain.length} again while it recovered`
  const text = [
    `${crashes} crashes, ${crashes - failed} held, ${failed} did not: ${parts.join(', ')}`,
    ...(counts.plannedAgain.length === 0 ? [] : [twice]),
    ...(isCut ? ['the time was over before the others'] : []),
  ].join('; ')
  const { commits, turns, tearable } = calm
  return { commits, turns, tearable: tearable.length, planned, crashed, again, isCut, text }
}

/** The points at which a run could have died. */
export function pointsOf({ commits, turns, tearable }: DeathCount, wanted: readonly DeathPoint['at'][]): readonly DeathPoint[] {
  const from = { commits: 0, turns: 0 }
  return pointsIn({ from, to: { commits, turns } }, tearable, wanted)
}

/** The points at which it can die again while the tree is started anew. */
export function pointsIn(
  { from, to }: Recovery,
  tearable: readonly number[],
  wanted: readonly DeathPoint['at'][],
): readonly DeathPoint[] {
  const commits = between(from.commits, to.commits)
  const numbers: Readonly<Record<DeathPoint['at'], readonly number[]>> = {
    'before commit': commits,
    'after commit': commits,
    'torn commit': commits.filter((nth) => tearable.includes(nth)),
    'after turn': between(from.turns, to.turns),
  }
  return deathKinds.filter((at) => wanted.includes(at)).flatMap((at) => numbers[at].map((nth) => ({ at, nth })))
}

function counted(points: readonly DeathPoint[]): CountsByKind {
  const count = (wanted: DeathPoint['at']): number => points.filter(({ at }) => at === wanted).length
  return {
    'before commit': count('before commit'),
    'after commit': count('after commit'),
    'torn commit': count('torn commit'),
    'after turn': count('after turn'),
  }
}

function between(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, n) => from + n + 1)
}
