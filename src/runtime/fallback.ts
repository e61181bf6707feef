import type { ActorId } from '../protocol/actor-id.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { noproc, type ExitReason } from '../protocol/exit-reason.ts'
import { FallbackError } from './errors.ts'
import type { Caller } from './message.ts'
import { isThenable } from './thenable.ts'

/** What answers a call in place of an actor that is down. */
export type Fallback = (call: FallbackCall<unknown>) => unknown

/** What a fallback is told. */
export interface FallbackCall<Input> {
  /** What the caller sent. */
  readonly input: Input
  /** Why the actor is down: how its last incarnation ended, or why its last start failed; `noproc` before there was either. */
  readonly reason: ExitReason
}

/** By name of the call that is answered. */
export type Fallbacks = Readonly<Record<string, Fallback | undefined>>

/** An actor, as far as it matters who answers for it. */
export interface Absent {
  readonly id: ActorId
  readonly spec: { readonly mode: string; readonly fallback?: Fallbacks | undefined }
  readonly life: { readonly isBorn: boolean } | undefined
  readonly lastExit: ExitReason | undefined
  readonly isForgotten: boolean
}

/** The fallback for a call to this actor as it is now; nothing while an incarnation runs, one that is ending included. */
export function fallbackFor(cell: Absent | undefined, call: Pick<Envelope, 'name' | 'key'>): Fallback | undefined {
  const fallbacks = cell?.spec.fallback
  if (cell === undefined || fallbacks === undefined || cell.isForgotten || cell.life?.isBorn === true) return undefined
  // Who gives a durable call an id wants it applied once, and may have had it accepted before: only the journal can tell.
  if (cell.spec.mode === 'durable' && call.key !== undefined) return undefined
  return Object.hasOwn(fallbacks, call.name) ? fallbacks[call.name] : undefined
}

interface Asked {
  readonly name: string
  readonly input: unknown
  readonly caller: Caller
}

/** Answers a call; what the fallback throws is the caller's to know, and nobody else's. */
export function answerBy(fallback: Fallback, cell: Absent, { name, input, caller }: Asked): void {
  const reason = cell.lastExit ?? noproc
  const fail = (error: unknown): void => caller.fail(new FallbackError(cell.id, name, reason, error))
  const reply = (value: unknown): void => caller.settle({ status: 'replied', value })
  try {
    const value = fallback({ input, reason })
    if (isThenable(value)) value.then(reply, fail)
    else reply(value)
  } catch (error) {
    fail(error)
  }
}
