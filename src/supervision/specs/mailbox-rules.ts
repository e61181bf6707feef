import type { WhenFull } from '../../runtime/mailbox-gate.ts'
import type { MailboxOption } from './mailbox-option.ts'
import {
  asOptions,
  isIntegerFrom,
  isOptions,
  oneOf,
  refuseIf,
  unknownNames,
  type Elsewhere,
  type Given,
  type Rule,
} from './option-checks.ts'

/** What the rules for the mailbox of a child look at. */
export interface MailboxSubject {
  /** The beginning of a path: `"shop/carts: "`. */
  readonly at: string
  readonly options: Given
}

const mailboxNames = ['max', 'full', 'onRestart', 'stash'] as const satisfies readonly (keyof MailboxOption)[]
const whenFull: readonly WhenFull[] = ['wait', 'reject', 'dropOldest', 'dropNewest']

/** Words of other systems. */
const elsewhere: Elsewhere = {
  capacity: 'Did you mean "max"?',
  limit: 'Did you mean "max"?',
  onFull: 'Did you mean "full"?',
  overflow: 'Did you mean "full"?',
}

/** The rule for the mailbox of a child. Most have none of their own. */
export const mailboxRule: Rule<MailboxSubject> = (subject) =>
  subject.options['mailbox'] === undefined ? [] : rules.flatMap((rule) => rule(subject))

/** In the order in which they are checked. */
const rules: readonly Rule<MailboxSubject>[] = [
  ({ at, options: { mailbox } }) =>
    refuseIf(!isOptions(mailbox), {
      path: `${at}mailbox`,
      rule: 'must be { max, full }',
      value: mailbox,
      remedy: 'Write mailbox: { max: 1000, full: "reject" }',
    }),

  ({ at, options: { mailbox } }) => unknownNames(`${at}mailbox.`, mailbox, mailboxNames, elsewhere),

  ({ at, options: { mailbox } }) =>
    (['max', 'stash'] as const).flatMap((name) => {
      const value = asOptions(mailbox)[name]
      const rule = 'must be an integer >= 1'
      return refuseIf(value !== undefined && !isIntegerFrom(1, value), { path: `${at}mailbox.${name}`, rule, value })
    }),

  ({ at, options: { mailbox } }) => oneOf(`${at}mailbox.full`, asOptions(mailbox)['full'], whenFull),

  ({ at, options: { mailbox } }) => {
    const { max, full } = asOptions(mailbox)
    return refuseIf(full !== undefined && max === undefined, {
      path: `${at}mailbox.full`,
      rule: 'is only for a mailbox with a bound',
      value: full,
      remedy: 'Set mailbox.max too',
    })
  },

  ({ at, options: { mailbox } }) => oneOf(`${at}mailbox.onRestart`, asOptions(mailbox)['onRestart'], ['queue', 'drop']),

  ({ at, options: { mailbox, state } }) => {
    const { full } = asOptions(mailbox)
    return refuseIf(full === 'dropOldest' && state === 'durable', {
      path: `${at}mailbox.full`,
      rule: 'must not be "dropOldest" for state: "durable", whose journal keeps what it has accepted',
      value: full,
      remedy: 'Set it to "wait", "reject" or "dropNewest"',
    })
  },

  ({ at, options: { mailbox, state } }) => {
    const { onRestart } = asOptions(mailbox)
    return refuseIf(onRestart === 'drop' && state === 'durable', {
      path: `${at}mailbox.onRestart`,
      rule: 'must not be "drop" for state: "durable", whose journal keeps what it has accepted',
      value: onRestart,
      remedy: 'Set state to "checkpointed" or "volatile"',
    })
  },

  ({ at, options: { mailbox, state } }) => {
    const { stash } = asOptions(mailbox)
    return refuseIf(stash !== undefined && state === 'durable', {
      path: `${at}mailbox.stash`,
      rule: 'is not for state: "durable", which applies its messages in the order of the journal',
      value: stash,
      remedy: 'Set state to "checkpointed" or "volatile"',
    })
  },
]
