import type { ActorId } from '../protocol/actor-id.ts'
import { normal } from '../protocol/exit-reason.ts'
import type { Port } from '../runtime/context.ts'
import { NoProcError } from '../runtime/errors.ts'

/** Ends an actor for good where the scope ends that it was made for; one that has ended by itself is fine. */
export async function leaveScope(port: Port, id: ActorId): Promise<void> {
  try {
    await port.stopActor(id, normal, { restart: false })
  } catch (error) {
    if (!(error instanceof NoProcError)) throw error
  }
}
