import type { Duration } from '../../protocol/duration.ts'

/** What `run` and `probe` of an effect are given. */
export interface EffectCall {
  /**
   * Letters, digits and `-`, about 60 of them: the same whenever this effect of this message is run or asked after, in later
   * processes too, and no other effect has it. Give it to the outside as its idempotency key.
   */
  readonly key: string
  /** Aborted when the incarnation ends, and when the `timeout` has passed. */
  readonly signal: AbortSignal
}

/** Something that is done outside the store, see `ctx.effect`. */
export interface Effect<Value> {
  /** Does it. What it gives must be storable; what it throws makes the outcome `failed`. */
  readonly run: (call: EffectCall) => Value | PromiseLike<Value>
  /** Asks the outside what became of it, where nobody here knows. If it throws, that stays unknown. */
  readonly probe?: (call: EffectCall) => Probed<Value> | PromiseLike<Probed<Value>>
  /**
   * What to do where nobody knows what became of it: `tell`, the default, gives the outcome `unknown`. With `run` it is run
   * again, with the same key: for an outside that does the same key once, and for what does no harm if it is done twice.
   */
  readonly ifUnknown?: 'tell' | 'run'
  /** How long `run`, or `probe`, may take; after it the outcome is `unknown`. As long as it takes if not given. */
  readonly timeout?: Duration
}

/** What the outside says of an effect. After `not done` it is run: it must be certain that it will not be done by itself. */
export type Probed<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'failed'; readonly error: Error }
  | { readonly status: 'not done' }
  | { readonly status: 'unknown' }

/** What came of an effect: exactly what is stored of it. */
export type EffectOutcome<Value> =
  | { readonly status: 'done'; readonly value: Value }
  /** `run` has thrown; whether something has happened outside, it alone knows. */
  | { readonly status: 'failed'; readonly error: Error }
  /** It was begun, and nobody here knows what came of it. `error` is what `probe` has thrown, if it has. */
  | { readonly status: 'unknown'; readonly key: string; readonly error?: Error }
