import { checkKey, childId, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { ActorSpec } from './actor-spec.ts'
import type { Behavior } from './behavior.ts'
import type { SpawnFromActorOptions, SpawnOptions } from './context.ts'
import { nameKey } from './names.ts'

const termLimitMs = 5_000

/** The place of what is spawned from outside every actor. */
export const spawnedFromOutside: ActorId = '~'

/** The identity of an actor that is spawned below another one. */
export function spawnedId(starter: ActorId, key: unknown): ActorId {
  checkKey(key, 'spawn: key')
  return childId(starter, key)
}

/** How a new actor is tied to who spawns it. */
export function ownershipOf({
  owned,
  survivesOwnerRestart,
}: SpawnFromActorOptions): { readonly survivesRestart: boolean } | undefined {
  if (owned === true) return { survivesRestart: survivesOwnerRestart === true }
  if (survivesOwnerRestart === undefined) return undefined
  throw new ConfigurationError({
    path: 'spawn: survivesOwnerRestart',
    rule: 'is only for an actor that is owned',
    value: survivesOwnerRestart,
    remedy: 'Add owned: true',
  })
}

/** What an actor without a supervisor starts from: it is volatile, because nobody would bring it back. */
export function spawnedSpec(
  definition: { readonly behavior: object },
  id: ActorId,
  args: unknown,
  { name, namespace, ifExists }: SpawnOptions,
): ActorSpec {
  if (namespace !== undefined && name === undefined)
    throw new ConfigurationError({ path: 'spawn: namespace', rule: 'is only for an actor that has a name', value: namespace })
  if (ifExists !== undefined && ifExists !== 'error' && ifExists !== 'return')
    throw new ConfigurationError({ path: 'spawn: ifExists', rule: 'must be "error" or "return"', value: ifExists })
  // Every definition holds the behavior of what it defines.
  const behavior = definition.behavior as Behavior
  return new SpawnedSpec({ id, behavior, args, name: name === undefined ? undefined : nameKey(name, { namespace }) })
}

/** Actors are spawned by the hundred thousand: what is the same for all of them is in none of them. */
class SpawnedSpec implements ActorSpec {
  readonly id: ActorId
  readonly behavior: Behavior
  readonly args: unknown
  readonly name: string | undefined

  constructor({ id, behavior, args, name }: Pick<ActorSpec, 'id' | 'behavior' | 'args' | 'name'>) {
    this.id = id
    this.behavior = behavior
    this.args = args
    this.name = name
  }

  get mode(): 'volatile' {
    return 'volatile'
  }

  get hooks(): undefined {
    return undefined
  }

  get termLimitMs(): number {
    return termLimitMs
  }

  get maxAttempts(): number {
    return Infinity
  }
}
