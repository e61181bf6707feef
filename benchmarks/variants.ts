import type { Entrant, Racer } from './contest.ts'

/** Whether states are frozen. */
export interface Freezing {
  readonly freezeStates: boolean
}

/** coppice as in production, and with every state frozen, as it is elsewhere unless told otherwise. */
export function withAndWithoutFreezing(enter: (options: Freezing) => Promise<Racer>): readonly Entrant[] {
  return [
    { name: 'coppice', enter: () => enter({ freezeStates: false }) },
    { name: 'coppice, freezeStates', enter: () => enter({ freezeStates: true }) },
  ]
}
