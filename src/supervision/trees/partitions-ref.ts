import { displayId, type ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import type { Port } from '../../runtime/context.ts'
import { partitionOf, type PartitionKey } from './partition-hash.ts'
import { placed, type OfSupervisor } from './supervisor-place.ts'

/** The partitions of a partition supervisor, as those who use them see them. */
export interface PartitionsRef<Ref, Key = PartitionKey> extends OfSupervisor {
  readonly id: ActorId
  /** How many there are. */
  readonly size: number
  /**
   * The partition that a key belongs to: always the same one, also in the next process, as long as their number is.
   *
   * @throws {ConfigurationError} if the key, or what `keyBy` makes of it, is neither a text nor a finite number.
   */
  for(key: Key): Ref
  /**
   * One partition by its number.
   *
   * @throws {ConfigurationError} unless it is an integer from 0 to `size - 1`.
   */
  at(index: number): Ref
  /** All of them, in the order of their numbers. */
  all(): readonly Ref[]
}

/** Makes the reference of a partition supervisor at `id`. */
export function makePartitionsRef<Ref, Key>({
  id,
  port,
  refs,
  keyBy,
}: {
  readonly id: ActorId
  readonly port: Port
  readonly refs: readonly Ref[]
  readonly keyBy: ((key: Key) => PartitionKey) | undefined
}): PartitionsRef<Ref, Key> {
  const { length: size } = refs
  const at = (index: number): Ref => {
    if (Number.isInteger(index) && index >= 0 && index < size) return refs[index] as Ref
    throw new ConfigurationError({
      path: `${displayId(id)}: number of a partition`,
      rule: `must be an integer from 0 to ${size - 1}`,
      value: index,
    })
  }
  const reference: Omit<PartitionsRef<Ref, Key>, keyof OfSupervisor> = {
    id,
    size,
    for: (key) => at(partitionOf(keyBy === undefined ? key : keyBy(key), size, `${displayId(id)}: key of a partition`)),
    at,
    all: () => refs,
  }
  return placed(reference, { id, port })
}
