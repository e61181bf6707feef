import { closeSync, existsSync, fsyncSync, lstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from '../runtime/errors.ts'
import { crcOf } from './checksum.ts'
import { syncDirectory } from './sqlite-file.ts'

/** Which store it was, and how often it has been opened. */
export interface Witnessed {
  readonly storeId: string
  readonly epoch: number
}

/** What to do about it, in a sentence. */
const wayOut = (path: string): string =>
  `Put the newest one back; or remove ${JSON.stringify(path)} to go on from this one, and do without what was committed since`

/** Refuses a file that is gone, before another one is made in its place. */
export function refuseMissing(location: string, witness: string): void {
  if (existsSync(location) || !existsSync(witness)) return
  throw refusal(location, `is gone, and ${JSON.stringify(witness)} says that it was there. ${wayOut(witness)}`)
}

/** Refuses a file that is older than the witness says, or another one; `found` is what is in it, nothing if that is nothing. */
export function checkWitness(location: string, witness: string, found: Witnessed | undefined): void {
  const known = readWitness(location, witness)
  if (known === undefined) return
  if (found === undefined) throw refusal(location, `is empty, and was opened ${known.epoch} times. ${wayOut(witness)}`)
  if (found.storeId !== known.storeId) throw refusal(location, `is another store than it was. ${wayOut(witness)}`)
  if (found.epoch >= known.epoch) return
  throw refusal(location, `is older than it was: it was opened ${found.epoch} times, and once ${known.epoch}. ${wayOut(witness)}`)
}

/**
 * Writes down how often a store was opened. It comes behind the commit of the epoch: whoever dies between the two leaves a
 * witness that knows less than the file, and never one that knows more.
 */
export function writeWitness(location: string, witness: string, { storeId, epoch }: Witnessed): void {
  const beside = `${witness}.new`
  try {
    rmSync(beside, { force: true })
    const descriptor = openSync(beside, 'wx', 0o600)
    try {
      writeSync(descriptor, `${JSON.stringify({ storeId, epoch, crc: crcOf(storeId, epoch) })}\n`)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(beside, witness)
    syncDirectory(dirname(witness))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `has a witness, ${JSON.stringify(witness)}, that cannot be written (${why}); nothing else was changed`
    throw new StoreError({ problem: 'io', location, message, cause })
  }
}

function readWitness(location: string, witness: string): Witnessed | undefined {
  const found = lstatSync(witness, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  try {
    if (!found.isFile()) throw new Error('it is no file')
    const { storeId, epoch, crc } = JSON.parse(readFileSync(witness, 'utf8')) as Partial<Witnessed & { readonly crc: number }>
    if (typeof storeId === 'string' && typeof epoch === 'number' && crc === crcOf(storeId, epoch)) return { storeId, epoch }
    throw new Error('it is not what was written')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const remedy = `Remove ${JSON.stringify(witness)} to do without it`
    const message = `has a witness that cannot be read (${why}). ${remedy}; nothing was changed`
    throw new StoreError({ problem: 'damaged', location, message, cause })
  }
}

function refusal(location: string, message: string): StoreError {
  return new StoreError({ problem: 'regressed', location, message: `${message}; nothing was changed` })
}
