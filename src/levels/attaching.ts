import type { ActorId } from '../protocol/actor-id.ts'
import type { CallOptions, Port } from '../runtime/context.ts'
import type { LevelPlace } from './entry.ts'
import { LevelCycleError, LevelOrderError } from './errors.ts'

/** A level, by its address. */
export interface Attachable {
  readonly id: ActorId
}

interface Placed {
  readonly at: LevelPlace
  readonly superior: LevelPlace | undefined
}

/**
 * Puts a level under another. Since each level is higher than the one below it, there can be no circle, whoever else attaches at
 * the same time; the walk upwards only finds the path to tell.
 */
export async function attach(port: Port, id: ActorId, superior: Attachable, options?: CallOptions): Promise<void> {
  const place = (of: ActorId): Promise<Placed> => port.call(of, 'place', undefined, options) as Promise<Placed>
  const path = [id]
  let top: LevelPlace | undefined
  for (let next: ActorId | undefined = superior.id; next !== undefined;) {
    path.push(next)
    if (next === id) throw new LevelCycleError(path)
    const placed: Placed = await place(next)
    top ??= placed.at
    next = placed.superior?.id
  }
  const { at, superior: before } = await place(id)
  if (top === undefined || top.level <= at.level) throw new LevelOrderError(at, top ?? at)
  if (before?.id === superior.id) return
  // Who is asked without having been told of it would be worse off than who is asked in vain.
  await port.call(superior.id, 'adopt', at, options)
  await port.call(id, 'goUnder', top, options)
  if (before !== undefined) await port.call(before.id, 'letGo', id, options).catch(() => undefined)
}

/** Takes a level from under the one above. */
export async function detach(port: Port, id: ActorId, options?: CallOptions): Promise<boolean> {
  const { superior } = (await port.call(id, 'place', undefined, options)) as Placed
  if (superior === undefined) return false
  await port.call(id, 'goUnder', undefined, options)
  // One that is gone knows of nobody.
  await port.call(superior.id, 'letGo', id, options).catch(() => undefined)
  return true
}
