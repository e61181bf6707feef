import { ConfigurationError } from '../../protocol/errors.ts'

/** What says which partition is meant: a text, or a finite number, which stands for the same as its decimal text. */
export type PartitionKey = string | number

/**
 * The partition of a key, from 0 to `size - 1`: the same in every process, on every machine and in every version.
 *
 * FNV-1a of 32 bits over the UTF-16 code units of the key's text (two bytes each, the lower one first), stirred by the last
 * steps of MurmurHash3, modulo `size`.
 *
 * @throws {ConfigurationError} if the key is neither a text nor a finite number.
 */
export function partitionOf(key: unknown, size: number, path: string): number {
  if (typeof key !== 'string' && !(typeof key === 'number' && Number.isFinite(key)))
    throw new ConfigurationError({
      path,
      rule: 'must be a text or a finite number',
      value: key,
      remedy: 'Make one of it with keyBy',
    })
  return stir(fnv1a(String(key))) % size
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return hash
}

/** The lower bits of FNV-1a depend on little of the text, and a modulo by a power of two sees only them. */
function stir(hash: number): number {
  let stirred = hash ^ (hash >>> 16)
  stirred = Math.imul(stirred, 0x85ebca6b)
  stirred ^= stirred >>> 13
  stirred = Math.imul(stirred, 0xc2b2ae35)
  return (stirred ^ (stirred >>> 16)) >>> 0
}
