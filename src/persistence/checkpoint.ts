import type { Codec } from '../serialization/codec.ts'
import type { Checkpoint, CheckpointInfo } from '../runtime/persistence.ts'
import { checksumOf } from './checksum.ts'
import type { KeyedReading } from './keyed-reading.ts'
import type { CheckpointRow } from './records.ts'

/** What stands for a state that is kept elsewhere: no value has this text. */
export const elsewhereText = '{"elsewhere":true}'

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

/** Sorts the checkpoints of an actor into those that can be read and those that cannot. States are without their keyed maps. */
export function readShelf(codec: Codec, rows: readonly CheckpointRow[], keyed: KeyedReading): Shelf {
  const readable: { checkpoint: Checkpoint; applied: number }[] = []
  const damaged: { number: number; problem: string }[] = []
  for (const row of rows) {
    const result = readCheckpoint(codec, row, keyed)
    if ('problem' in result) damaged.push({ number: row.number, problem: result.problem })
    else readable.push({ checkpoint: result.checkpoint, applied: row.applied })
  }
  return { readable, damaged }
}

/** The checkpoint in a row, with its state but for the keyed maps, or what is wrong with it. */
export function readCheckpoint(codec: Codec, row: CheckpointRow, keyed: KeyedReading): Readable | { readonly problem: string } {
  if (checksumOf(row) !== row.checksum) return { problem: 'its checksum does not match what it holds' }
  const problem = keyed.problemAt(row.number, row.state)
  if (problem !== undefined) return { problem }
  if (row.state === elsewhereText) return { checkpoint: { ...infoOf(row), isElsewhere: true, state: undefined } }
  try {
    return { checkpoint: { ...infoOf(row), state: codec.decode(row.state) } }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** A checkpoint without its state. */
export function infoOf(of: CheckpointInfo): CheckpointInfo {
  const { number, incarnation, behavior, version, frontier, cause, takenAtMs, isElsewhere } = of
  const info = { number, incarnation, behavior, version, frontier, cause, takenAtMs }
  return isElsewhere === true ? { ...info, isElsewhere } : info
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
  const all = [{ number, applied }, ...before]
  // One whose state was saved elsewhere first may come behind one that is newer.
  if (number < (before[0]?.number ?? 0)) all.sort((a, b) => b.number - a.number)
  const kept = all.slice(0, keep)
  const oldest = kept.at(-1)
  // Until there is one to fall back to, the whole journal is: it leads from the initial state to the newest.
  if (oldest === undefined || kept.length < fewestKept) return { kept, dropBelow: 0, dropMessagesTo: 0 }
  return { kept, dropBelow: oldest.number, dropMessagesTo: Math.min(...kept.map(({ applied }) => applied)) }
}
