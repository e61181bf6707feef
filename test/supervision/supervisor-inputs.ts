import type { SupervisorInput } from '../../src/supervision/machine/decider.ts'
import type { Strategy } from '../../src/supervision/specs/strategy.ts'
import { workers } from './children-specs.ts'

/** A supervisor of workers (see `workers`), with 3 restarts in 5 s unless said otherwise. */
export function supervisorOf(
  strategy: Strategy,
  children: string,
  other: Partial<Extract<SupervisorInput, { kind: 'static' }>> = {},
): SupervisorInput {
  return { kind: 'static', strategy, intensity: { restarts: 3, withinMs: 5_000 }, children: workers(children), ...other }
}

/** A dynamic supervisor with these members at first. */
export function dynamicOf(members: string, other: Partial<Extract<SupervisorInput, { kind: 'dynamic' }>> = {}): SupervisorInput {
  return { kind: 'dynamic', intensity: { restarts: 3, withinMs: 5_000 }, children: workers(members), ...other }
}
