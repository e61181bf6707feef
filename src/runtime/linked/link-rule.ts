import type { LinkId } from './link-store.ts'

/** Before the first message of a pair. */
export const noLinkId: LinkId = Object.freeze({ epoch: 0, n: 0 })

/** Negative if `a` is before `b`, 0 if they are the same. */
export function compareLinkIds(a: LinkId, b: LinkId): number {
  return a.epoch - b.epoch || a.n - b.n
}

/** The identity that the next message of a pair gets, in an epoch that is not before that of the last. */
export function nextLinkId(last: LinkId, epoch: number): LinkId {
  return last.epoch === epoch ? { epoch, n: last.n + 1 } : { epoch, n: 1 }
}

/**
 * What the receiver makes of a message, by the last one of the pair that it has. A duplicate is acknowledged and dropped. A gap
 * is told, and nothing is accepted behind it.
 *
 * Why `prev`, and not "one more than the last": after a loss of power the sender's store may know less than the receiver has
 * seen. Its next message says that it follows an older one, which is no gap, and has a later epoch, so that it is no duplicate.
 */
export function ruleOfArrival(
  last: LinkId,
  { id, prev }: { readonly id: LinkId; readonly prev: LinkId },
): 'accept' | 'duplicate' | 'gap' {
  if (compareLinkIds(id, last) <= 0) return 'duplicate'
  return compareLinkIds(prev, last) > 0 ? 'gap' : 'accept'
}

/**
 * What the sender makes of "I have everything up to `last`, and what comes then is missing", by the oldest message of the pair
 * that it still has. `lost`: it has nothing that could follow, so that the link is broken.
 */
export function ruleOfGap(last: LinkId, oldest: { readonly prev: LinkId }): 'resend' | 'lost' {
  return compareLinkIds(oldest.prev, last) > 0 ? 'lost' : 'resend'
}
