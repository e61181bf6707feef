import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import type { ActorId } from '../protocol/actor-id.ts'
import type { InterruptedTurn } from './operation.ts'
import type { TurnNotebook } from './turn-notes.ts'

/** Of a slot: the epoch and the number of the message, the length of the id, and the id. */
const slotBytes = 256
const headBytes = 18
const magic = 'coppice-turns-1\n'

/** Whose turns are noted. */
export interface Noting {
  /** The path of the file of the store. */
  readonly path: string
  readonly storeId: string
  /** That of the opening that is in use. */
  readonly epoch: () => number
}

/** Where it is noted, beside the file of a store. */
export function turnNotesPath(path: string): string {
  return `${path}-turns`
}

/**
 * Notes what is being handled in a small file beside that of the store, without waiting for any disk: what is written there is read
 * by the next process, also if this one is killed; only a loss of power may take it. Where it cannot be written it is not: it says
 * no more than which message a death is to be blamed on.
 */
export function sqliteTurnNotes({ path, storeId, epoch }: Noting): TurnNotebook {
  const file = turnNotesPath(path)
  const buffer = Buffer.alloc(slotBytes)
  const free: number[] = []
  let slots = 0
  let handle: number | undefined
  let isBroken = false
  const open = (): number => {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)
    handle = openSync(file, flags, 0o600)
    writeSync(handle, Buffer.from(`${magic}${storeId}`.padEnd(slotBytes, '\0')), 0, slotBytes, 0)
    return handle
  }
  const write = (slot: number, bytes: number): void => {
    if (isBroken) return
    try {
      writeSync(handle ?? open(), buffer, 0, bytes, (slot + 1) * slotBytes)
    } catch {
      isBroken = true
    }
  }
  return {
    begin: (actor, seq, held) => {
      const slot = held ?? free.pop() ?? slots++
      const length = buffer.write(actor, headBytes)
      // A long id does not fit, and then nobody is to be blamed.
      const isWhole = Buffer.byteLength(actor) === length
      buffer.writeDoubleLE(epoch(), 0)
      buffer.writeDoubleLE(isWhole ? seq : 0, 8)
      buffer.writeUInt16LE(length, 16)
      write(slot, headBytes + length)
      return slot
    },
    end: (slot) => {
      free.push(slot)
      buffer.fill(0, 0, 16)
      write(slot, 16)
    },
    close: () => {
      isBroken = true
      if (handle !== undefined) closeSync(handle)
      handle = undefined
      remove(file)
    },
  }
}

/** What was being handled when the process before died; nothing if it did not, or is not the one before `epoch`. */
export function readTurnNotes({ path, storeId, epoch }: Noting): readonly InterruptedTurn[] {
  const file = turnNotesPath(path)
  try {
    const handle = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      const bytes = Buffer.alloc(fstatSync(handle).size)
      readSync(handle, bytes, 0, bytes.length, 0)
      return turnsIn(bytes, storeId, epoch() - 1)
    } finally {
      closeSync(handle)
      remove(file)
    }
  } catch {
    return []
  }
}

function turnsIn(bytes: Buffer, storeId: string, epoch: number): readonly InterruptedTurn[] {
  if (bytes.toString('utf8', 0, slotBytes).replaceAll('\0', '') !== `${magic}${storeId}`) return []
  const turns: InterruptedTurn[] = []
  for (let at = slotBytes; at + headBytes <= bytes.length; at += slotBytes) {
    const seq = bytes.readDoubleLE(at + 8)
    const length = bytes.readUInt16LE(at + 16)
    if (bytes.readDoubleLE(at) !== epoch || !Number.isSafeInteger(seq) || seq <= 0 || headBytes + length > slotBytes) continue
    const id: ActorId = bytes.toString('utf8', at + headBytes, at + headBytes + length)
    turns.push({ id, seq })
  }
  return turns
}

function remove(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // It was never made.
  }
}
