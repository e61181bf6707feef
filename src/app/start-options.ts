import { ConfigurationError } from '../protocol/errors.ts'
import type { Behavior } from '../runtime/behavior.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Store } from '../runtime/persistence.ts'
import type { Random } from '../runtime/random.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import { linkViolations, type LinkOptions } from '../distribution/link-options.ts'
import { detachedViolations } from './detached-option.ts'
import type { EventListener } from './events.ts'
import { overloadViolations, type OverloadOption } from './overload-option.ts'
import { middlewareViolations, type MiddlewareOption } from './middleware-option.ts'

/** Where a tree keeps its state, and what it is driven by. */
export interface StartOptions {
  /** Where state is kept that outlives an incarnation; without it everything is `volatile`. */
  readonly store?: Store
  /** Told of everything that happens, from the first start on. */
  readonly onEvent?: EventListener
  /** Definitions that actors may turn into, so that a stored state finds its behavior again. */
  readonly behaviors?: readonly { readonly behavior: Behavior }[]
  /**
   * The definitions of actors that may be spawned with `detached`, and of those that processes before have left in the store:
   * these run again before the tree starts. One whose kind is missing is told of as the event `not adopted`, and stays as it is.
   */
  readonly detached?: readonly { readonly behavior: { readonly name: string } }[]
  /** The machine's clock if not given. */
  readonly clock?: Clock
  /** Seeded by the machine if not given. */
  readonly random?: Random
  /** A fair one on the event loop if not given. */
  readonly scheduler?: Scheduler
  /**
   * Whether an error that nobody catches, and a rejection that nobody handles, is blamed on the incarnation that caused it: that
   * one crashes with it, and its supervisor decides. `on` if not given. `off` leaves them to Node, and saves up to a microsecond
   * for each message whose handler waits.
   */
  readonly attribution?: 'on' | 'off'
  /**
   * Freezes every state, so that a handler that changes it in place fails at once. On unless `NODE_ENV` is `production`: it costs
   * a walk over what is new in each state.
   */
  readonly freezeStates?: boolean
  /**
   * What a receiver gets of the plain data in a message or a reply: a copy of its own, as it was when
   * it was sent (`copy`, the default), or the very objects (`share`), which is faster and safe as long as nobody changes what was
   * sent. What is frozen is never copied; functions and instances of classes are passed as they are. A `durable` actor always
   * gets what its journal has.
   */
  readonly messages?: 'copy' | 'share'
  /**
   * How a call that an actor makes while it handles a call depends on that one. `bounded`, the default: it waits no longer than
   * the caller of the outer one does, and one that closes a circle of actors that wait for each other is rejected at once.
   * `independent`, as in OTP: each waits for its own timeout.
   */
  readonly nestedCalls?: 'bounded' | 'independent'
  /**
   * How many decisions of each supervisor `app.decisions()` remembers, and the store, where there is one: an integer >= 1; 20
   * if not given. The store keeps 5,000 of all supervisors at most.
   */
  readonly keepDecisions?: number
  /**
   * Looks from time to time whether there is too much to do: `app.overload()` and the events `overloaded` and `relieved`
   * tell of it. Nobody looks if not given.
   */
  readonly overload?: OverloadOption
  /**
   * Functions around every send and every handling of a message: they may read and change its input and its headers, reject it,
   * and measure. A list is run from the outside to the inside. What the runtime tells itself, and what goes to supervisors and
   * tasks, passes none.
   */
  readonly middleware?: MiddlewareOption
  /**
   * Links to other stores, by the names that they have here: durable actors send to those of another store by `ctx.linked(name)`, and
   * what comes over a link is accepted by the durable actors of this tree. Needs a store. See guides/links.md.
   */
  readonly links?: Readonly<Record<string, LinkOptions>>
  /** How many dead letters `app.deadLetters()` remembers, with what was sent: an integer >= 1; 100 if not given. */
  readonly keepDeadLetters?: number
}

const optionNames: readonly string[] = [
  'store',
  'onEvent',
  'behaviors',
  'detached',
  'clock',
  'random',
  'scheduler',
  'freezeStates',
  'attribution',
  'messages',
  'nestedCalls',
  'keepDecisions',
  'keepDeadLetters',
  'overload',
  'middleware',
  'links',
]

/** Throws if an option breaks a rule. */
export function checkStartOptions(options: object): void {
  const given = options as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given))
    if (!optionNames.includes(name))
      throw new ConfigurationError({
        path: `start: ${name}`,
        rule: 'is not an option',
        value: given[name],
        remedy: `The options are ${optionNames.join(', ')}`,
      })
  const { store, onEvent } = given
  if (store !== undefined && !hasOpen(store))
    throw new ConfigurationError({
      path: 'start: store',
      rule: 'must be a store',
      value: store,
      remedy: 'Write store: sqlite("app.db") or store: memory()',
    })
  const [misplaced] = detachedViolations(given['detached'], { hasStore: store !== undefined })
  if (misplaced !== undefined) throw new ConfigurationError(misplaced)
  const { attribution, messages, nestedCalls } = given
  if (messages !== undefined && messages !== 'copy' && messages !== 'share')
    throw new ConfigurationError({ path: 'start: messages', rule: 'must be "copy" or "share"', value: messages })
  if (nestedCalls !== undefined && nestedCalls !== 'bounded' && nestedCalls !== 'independent')
    throw new ConfigurationError({ path: 'start: nestedCalls', rule: 'must be "bounded" or "independent"', value: nestedCalls })
  if (attribution !== undefined && attribution !== 'on' && attribution !== 'off')
    throw new ConfigurationError({ path: 'start: attribution', rule: 'must be "on" or "off"', value: attribution })
  for (const name of ['keepDecisions', 'keepDeadLetters']) {
    const value = given[name]
    if (value !== undefined && !(Number.isSafeInteger(value) && Number(value) >= 1))
      throw new ConfigurationError({ path: `start: ${name}`, rule: 'must be an integer >= 1', value })
  }
  const links = linkViolations(given['links'], { hasStore: store !== undefined })
  const [violation] = [...overloadViolations(given['overload']), ...middlewareViolations(given['middleware']), ...links]
  if (violation !== undefined) throw new ConfigurationError(violation)
  if (onEvent !== undefined && typeof onEvent !== 'function')
    throw new ConfigurationError({ path: 'start: onEvent', rule: 'must be a function', value: onEvent })
}

function hasOpen(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'open' in value && typeof value.open === 'function'
}
