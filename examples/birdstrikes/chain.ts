import { createHash } from 'node:crypto'

/** The next link of a hash chain: it depends on everything that was linked before, and on the order. */
export function link(previous: string, text: string): string {
  return createHash('sha256').update(previous).update('\n').update(text).digest('hex')
}
