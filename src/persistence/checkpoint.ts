import type { Codec } from '../serialization/codec.ts'
import type { Checkpoint, CheckpointInfo } from '../runtime/persistence.ts'
import { checksumOf } from './checksum.ts'
import type { CheckpointRow } from './records.ts'

/** How many readable checkpoints there must be before anything that led to them goes: the newest, and one to fall back to. */
const fewestKept = 2

/** A checkpoint that pruning has to know of. */
export interface Kept {
  readonly number: number
  readonly applied: number
}

/** A checkpoint that is what was written. */
export interface Readable {
  readonly checkpoint: Checkpoint
}

/** What the checkpoints of one actor look like, newest first. */
export interface Shelf {
  readonly readable: readonly { readonly checkpoint: Checkpoint; readonly applied: number }[]
  readonly damaged: readonly { readonly number: number; readonly problem: string }[]
}

/** Sorts the checkpoints of an actor into those that can be read and those that cannot. */
export function readShelf(codec: Codec, rows: readonly CheckpointRow[]): Shelf {
  const readable: { checkpoint: Checkpoint; applied: number }[] = []
  const damaged: { number: number; problem: string }[] = []
  for (const row of rows) {
    const result = readCheckpoint(codec, row)
    if ('problem' in result) damaged.push({ number: row.number, problem: result.problem })
    else readable.push({ checkpoint: result.checkpoint, applied: row.applied })
  }
  return { readable, damaged }
}

/** The checkpoint in a row, or what is wrong with it. */
export function readCheckpoint(codec: Codec, row: CheckpointRow): Readable | { readonly problem: string } {
  if (checksumOf(row) !== row.checksum) return { problem: 'its checksum does not match what it holds' }
  try {
    return { checkpoint: { ...infoOf(row), state: codec.decode(row.state) } }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** A checkpoint without its state. */
export function infoOf(of: CheckpointInfo): CheckpointInfo {
  const { number, incarnation, behavior, version, frontier, cause, takenAtMs } = of
  return { number, incarnation, behavior, version, frontier, cause, takenAtMs }
}

/** What a new checkpoint makes superfluous. */
export interface Pruning {
  readonly kept: readonly Kept[]
  /** Checkpoints below this number go. */
  readonly dropBelow: number
  /** Messages up to this number go. */
  readonly dropMessagesTo: number
}

/** What is kept once a checkpoint is written, and up to where checkpoints and messages are no longer needed. */
export function afterAdding({ number, applied }: Kept, before: readonly Kept[], keep = fewestKept): Pruning {
  const kept = [{ number, applied }, ...before].slice(0, keep)
  const oldest = kept.at(-1)
  // Until there is one to fall back to, the whole journal is: it leads from the initial state to the newest.
  if (oldest === undefined || kept.length < fewestKept) return { kept, dropBelow: 0, dropMessagesTo: 0 }
  return { kept, dropBelow: oldest.number, dropMessagesTo: Math.min(...kept.map(({ applied }) => applied)) }
}
