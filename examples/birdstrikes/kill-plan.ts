import { chance, chanceBetween } from './chance.ts'

/** The moments at which a worker process is killed, and how they read. */
export const killMoments = {
  accept: 'between accept and apply',
  reply: 'between commit and reply',
  recovery: 'during recovery',
  any: 'at any moment',
} as const

export type KillMoment = keyof typeof killMoments

/** When the worker is to be killed, within one of its lives. */
export interface KillPoint {
  readonly moment: KillMoment
  /** So many messages are accepted first; for `recovery`, so many actors recovered, the last one included. */
  readonly after: number
  /** For `any`: so long it goes on after that. */
  readonly delayMs: number
}

/** The most actors that a killed recovery gets to. */
const deepestRecovery = 12

/** What a plan is made from. */
export interface Wanted {
  readonly kills: number
  readonly seed: number
  /** So many messages are accepted in the whole run. */
  readonly messages: number
}

/** All kills of a run, in their order: of the exact moments each at least once if there are three kills, spread over the file. */
export function planKills({ kills, seed, messages }: Wanted): readonly KillPoint[] {
  const moments = momentsOf(kills, seed)
  const running = moments.filter((moment) => moment !== 'recovery').length
  // Each life that comes up gets its share of the file at most, and the last one finishes it.
  const share = messages / (running + 1)
  const ofShare = (i: number): number => Math.max(1, Math.round(share * (0.3 + 0.6 * chance('accepted', seed, i))))
  return moments.map((moment, i) => ({
    moment,
    after: moment === 'recovery' ? chanceBetween(1, deepestRecovery, 'recovered', seed, i) : ofShare(i),
    delayMs: moment === 'any' ? chanceBetween(0, 20, 'delay', seed, i) : 0,
  }))
}

function momentsOf(kills: number, seed: number): readonly KillMoment[] {
  // There is nothing to recover before the first kill.
  const isAcceptFirst = chance('first', seed) < 0.5
  const [first, third] = isAcceptFirst ? (['accept', 'reply'] as const) : (['reply', 'accept'] as const)
  const round: readonly KillMoment[] = [first, 'recovery', third, 'any']
  return Array.from({ length: kills }, (_, i) => round[i % round.length] ?? 'any')
}
