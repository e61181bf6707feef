import { ConfigurationError } from '../protocol/errors.ts'
import type { Cell } from './anatomy.ts'
import type { Behavior } from './behavior.ts'

/**
 * A state that is stored must find its behavior again, also in the next process: an actor may only become what its program knows
 * by name.
 *
 * @throws {ConfigurationError} if it does not; the turn was not applied.
 */
export function checkBecoming({ spec, world, label }: Cell, next: Behavior | undefined): void {
  if (next === undefined || spec.mode === 'volatile' || next === spec.behavior) return
  if (world.catalogue.find(next.name) === next) return
  throw new ConfigurationError({
    path: `${label}: become`,
    rule: `must be given a behavior that the program knows by its name, because the state is ${spec.mode}`,
    value: next.name,
    remedy: 'Give it to start(tree, { behaviors: [...] }); the turn was not applied',
  })
}
