import { createHash } from 'node:crypto'

/** A number from 0 up to, not including, 1 that depends on what is given alone: chance that is the same in every process. */
export function chance(...given: readonly (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(given)).digest().readUInt32BE(0) / 2 ** 32
}

/** A whole number from `low` to `high`, both included. */
export function chanceBetween(low: number, high: number, ...given: readonly (string | number)[]): number {
  return low + Math.floor(chance(...given) * (high - low + 1))
}
