import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { normal } from '../protocol/exit-reason.ts'
import { StoreError } from './errors.ts'
import type { Persistence } from './persistence.ts'

const behavior = 'kept value'

/** As large as a text can be. */
const limits = { keep: 2, maxBytes: Infinity }

/**
 * The value that is kept in a store at a place of its own, as the checkpoint of an actor that never runs, if there is one.
 *
 * @throws {StoreError} as a rejection, if the newest cannot be read: one before it is another value.
 */
export async function readKept(persistence: Persistence, id: ActorId): Promise<{ readonly value: unknown } | undefined> {
  const { offered, damaged } = await persistence.open(id, 0)
  const [newest] = damaged
  if (newest !== undefined && newest.number > (offered?.number ?? 0))
    throw new StoreError({
      problem: 'damaged',
      location: persistence.info.location,
      message: `cannot read what is kept as ${displayId(id)}: ${newest.problem}; nothing was changed`,
    })
  return offered && { value: offered.state }
}

/** Keeps a value in place of the one before; resolves when it is committed. */
export async function writeKept(persistence: Persistence, id: ActorId, value: unknown): Promise<void> {
  const { incarnation, frontier } = await persistence.open(id, 0)
  const snapshot = { behavior, version: 1, state: value, frontier }
  await persistence.commit(id, incarnation, { turns: [], checkpoint: { snapshot, cause: 'call', limits } })
  await persistence.seal(id, incarnation, { reason: normal, snapshot: undefined, crashedOn: undefined })
}
