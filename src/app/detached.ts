import { childId, type ActorId } from '../protocol/actor-id.ts'
import { splitName } from '../runtime/names.ts'
import type { SupervisedSpawnOptions } from '../runtime/supervised-options.ts'
import { systemSupervisor } from '../runtime/supervised-spawn.ts'

/** What the store has of a detached actor besides its state. */
export interface DetachedRecord {
  /** The name of its behavior. */
  readonly kind: string
  readonly args: unknown
  /** With its namespace. */
  readonly name: string | undefined
  readonly options: SupervisedSpawnOptions
}

/** An actor that outlives the process, as it is recorded. */
export interface DetachedInfo {
  readonly id: ActorId
  readonly key: string
  /** The name of its definition. */
  readonly kind: string
  readonly name: string | undefined
  readonly namespace: string | undefined
}

export function detachedOf(key: string, { kind, name }: DetachedRecord): DetachedInfo {
  return { id: childId(systemSupervisor, key), key, kind, ...(name === undefined ? noName : splitName(name)) }
}

const noName = Object.freeze({ name: undefined, namespace: undefined })
