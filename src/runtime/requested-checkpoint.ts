import type { ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs } from '../protocol/duration.ts'
import type { Cell } from './anatomy.ts'
import { CheckpointError } from './checkpoint-errors.ts'
import type { CheckpointOptions, CheckpointTaken } from './checkpoint-request.ts'
import type { Deadlines } from './deadlines.ts'
import { NoProcError } from './errors.ts'
import { Message } from './message.ts'
import { PendingCall } from './pending-call.ts'

const name = 'checkpoint'
const defaultTimeoutMs = 5_000

/** Asks behind what is queued, and waits until the state that all of that has led to is in the store. */
export async function askForCheckpoint(
  id: ActorId,
  { cell, deadlines }: { readonly cell: Cell | undefined; readonly deadlines: Deadlines },
  { timeout, signal }: CheckpointOptions = {},
): Promise<CheckpointTaken> {
  const timeoutMs = timeout === undefined ? defaultTimeoutMs : durationOrInfinityMs(timeout, 'checkpoint: timeout')
  if (cell === undefined) throw new NoProcError(id, name)
  if (cell.spec.mode === 'volatile') throw new CheckpointError(id, 'not-kept')
  const pending = new PendingCall({ target: id, handler: name, timeoutMs, deadlines, signal, sender: undefined })
  cell.receive(new Message({ kind: 'info', name, input: undefined, sender: undefined, key: undefined }, pending, 0))
  return (await pending.promise) as CheckpointTaken
}

/** True for what {@link askForCheckpoint} puts into a mailbox. */
export function isCheckpointRequest(message: Message): boolean {
  return message.kind === 'info' && message.name === name
}

/** Tells who has asked that the checkpoint is durable. */
export function tellTaken({ caller }: Pick<Message, 'caller'>, number: number): void {
  caller?.settle({ status: 'replied', value: { number } satisfies CheckpointTaken })
}
