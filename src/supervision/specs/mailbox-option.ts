import { unboundedMailbox, type MailboxSettings, type WhenFull } from '../../runtime/mailbox-gate.ts'

/** How many messages of a child may wait, and what happens to what does not fit. */
export interface MailboxOption {
  /** Messages that may wait besides the one that is being handled: an integer >= 1. No limit if not given. */
  readonly max?: number
  /**
   * What happens to a message that comes when `max` wait. `reject`, if not given: a call rejects with `overloaded`, a cast
   * becomes a dead letter. `dropNewest`: the same, and the call becomes a dead letter too. `dropOldest`: the one that has waited
   * longest becomes a dead letter, and its caller is told. `wait`: it waits for room within its deadline, in the order of the
   * senders; a cast that is awaited holds its sender back.
   */
  readonly full?: WhenFull
  /**
   * What becomes of what is queued when an incarnation ends: `queue`, if not given, keeps it for the next one. `drop` is
   * OTP's way: what was queued is dead, and what comes before the next start has no receiver.
   */
  readonly onRestart?: 'queue' | 'drop'
  /** Messages that the child may put aside with `ctx.stash()`: an integer >= 1; 1000 if not given. */
  readonly stash?: number
}

/** The settings of a mailbox whose options the rules have seen. */
export function readMailbox(given: MailboxOption): MailboxSettings {
  const { max, full, onRestart, stash } = { ...unboundedMailbox, ...given }
  return { max, full, onRestart, stash }
}
