import { ConfigurationError, type Violation } from '../protocol/errors.ts'
import type { KindDefaults } from '../behaviors/kind.ts'
import type { Behavior, Hooks } from '../runtime/behavior.ts'
import type { SupervisedSpawnOptions } from '../runtime/supervised-options.ts'
import { oneOf, refuseIf, unknownNames } from '../supervision/specs/option-checks.ts'

/** A definition of actors that may be detached. */
export interface DetachedKind {
  readonly behavior: Behavior
  readonly childDefaults?: KindDefaults
  /** Put over those of the behavior; a simulation has some. */
  readonly hooks?: Hooks<unknown, unknown>
}

/** What is wrong with the option `detached` of `start`. */
export function detachedViolations(given: unknown, { hasStore }: { readonly hasStore: boolean }): readonly Violation[] {
  const path = 'start: detached'
  if (given === undefined) return []
  const isList = Array.isArray(given) && given.every(isKind)
  return [
    ...refuseIf(!isList, {
      path,
      rule: 'must be a list of definitions',
      value: given,
      remedy: 'Write detached: [Counter], with what actor(...) has made',
    }),
    ...refuseIf(!hasStore, {
      path,
      rule: 'is only for a tree that is started with a store',
      value: given,
      remedy: 'Write start(tree, { store: sqlite("app.db"), detached: [Counter] })',
    }),
  ]
}

/** The definitions by the names under which they are recorded. */
export function kindsOf(kinds: readonly DetachedKind[]): ReadonlyMap<string, DetachedKind> {
  const known = new Map<string, DetachedKind>()
  for (const kind of kinds) {
    const { name } = kind.behavior
    const other = known.get(name)
    if (other !== undefined && other.behavior !== kind.behavior)
      throw new ConfigurationError({ path: 'start: detached', rule: 'must name each kind once', value: name })
    known.set(name, kind)
  }
  return known
}

const names = [
  'restart',
  'state',
  'shutdown',
  'maxAttempts',
  'checkpoint',
  'maxRestarts',
  'backoff',
] as const satisfies readonly (keyof SupervisedSpawnOptions)[]

const ofDetached = ['state', 'maxAttempts', 'checkpoint'] as const

/** What is wrong with how an actor is to be supervised, besides what every child is checked for. */
export function supervisionViolations(
  options: SupervisedSpawnOptions,
  { isDetached }: { readonly isDetached: boolean },
): readonly Violation[] {
  const at = `spawn: ${isDetached ? 'detached' : 'supervised'}.`
  return [
    ...unknownNames(at, options, names),
    ...oneOf(`${at}restart`, options.restart, ['permanent', 'transient']),
    ...ofDetached.flatMap((name) =>
      refuseIf(!isDetached && options[name] !== undefined, {
        path: `${at}${name}`,
        rule: 'is only for an actor that is detached: of one that ends with the process nothing is stored',
        value: options[name],
        remedy: `Spawn it with detached: { ${name} }`,
      }),
    ),
  ]
}

function isKind(value: unknown): boolean {
  const { behavior } = (value ?? {}) as { readonly behavior?: Partial<Behavior> }
  return typeof behavior?.handle === 'function'
}
