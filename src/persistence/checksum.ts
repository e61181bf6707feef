import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { CheckpointRow, EntryRow } from './records.ts'

/**
 * SHA-256 over every column of a checkpoint. The actor and the number are in it, so that a row which has come to stand in the
 * place of another is found out. It is a guard against accidents, not against somebody who can write the file.
 */
export function checksumOf(row: Omit<CheckpointRow, 'checksum'>): string {
  const head = JSON.stringify([
    row.actor,
    row.number,
    row.incarnation,
    row.behavior,
    row.version,
    row.frontier,
    row.applied,
    row.cause,
    row.takenAtMs,
  ])
  // JSON holds no line break of its own, so that head and state cannot run into each other.
  return hash('sha256', `${head}\n${row.state}`, 'hex')
}

/** Half of a SHA-256 over every column of an entry: one that has come to stand in the place of another is found out. */
export function entryChecksum({ actor, map, key, since, value }: EntryRow): string {
  return hash('sha256', `${JSON.stringify([actor, map, key, since])}\n${value}`, 'hex').slice(0, 32)
}

/** A short checksum over the columns of any other row: it is computed for every message, and finds flipped bits. */
export function crcOf(...columns: readonly (string | number | null)[]): number {
  return crcOfText(columns.join('\n'))
}

/** The same for columns that have been joined already. */
export function crcOfText(columns: string): number {
  return crc32(columns)
}

/** SHA-256 of a text. */
export function checksumOfText(text: string): string {
  return hash('sha256', text, 'hex')
}
