import { childId, checkKey, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { SpawnFromActorOptions, SpawnOptions } from './context.ts'
import type { SupervisedSpawnOptions } from './supervised-options.ts'

/** The supervisor of what is spawned with `supervised` or `detached`; it stands beside the root of the tree. */
export const systemSupervisor: ActorId = '~system'

/** What a spawn asks of the system's own supervisor. */
export interface Supervision {
  /** It outlives the process: the next one on the same store has it again. */
  readonly isDetached: boolean
  readonly options: SupervisedSpawnOptions
}

/** The identity of an actor under the system's own supervisor. */
export function supervisedId(key: unknown): ActorId {
  checkKey(key, 'spawn: key')
  return childId(systemSupervisor, key)
}

/** What a spawn asks of the system's own supervisor; nothing if it asks for none. */
export function supervisionOf(options: SpawnOptions & SpawnFromActorOptions): Supervision | undefined {
  const { supervised = false, detached = false } = options
  checkWish('supervised', supervised)
  checkWish('detached', detached)
  if (supervised === false && detached === false) return undefined
  if (supervised !== false && detached !== false)
    throw new ConfigurationError({
      path: 'spawn: supervised',
      rule: 'is not for an actor that is detached, which is supervised anyway',
      value: supervised,
      remedy: 'Leave it out',
    })
  for (const tie of ['link', 'owned'] as const)
    if (options[tie] === true)
      throw new ConfigurationError({
        path: `spawn: ${tie}`,
        rule: 'is not for an actor that has a supervisor, which alone decides when it ends',
        value: true,
        remedy: `Leave out ${tie}, or ${detached === false ? 'supervised' : 'detached'}`,
      })
  const given = detached === false ? supervised : detached
  return { isDetached: detached !== false, options: typeof given === 'object' ? given : {} }
}

function checkWish(name: string, value: unknown): void {
  if (typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value))) return
  throw new ConfigurationError({ path: `spawn: ${name}`, rule: 'must be true, false or an object of options', value })
}
