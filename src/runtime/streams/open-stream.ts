import type { ActorId } from '../../protocol/actor-id.ts'
import { durationOrInfinityMs } from '../../protocol/duration.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import type { Clock } from '../clock.ts'
import { AbortedError, CallCircleError, CallTimeoutError } from '../errors.ts'
import type { CallOrigin } from '../message.ts'
import type { Request, StreamRequest } from '../router.ts'
import type { PartsOptions } from './part-stream.ts'
import { StreamLink } from './stream-link.ts'

const defaultTimeoutMs = 5_000
const defaultAhead = 16

/** What a stream is opened with. */
export interface StreamParts {
  readonly clock: Clock
  /** A stream that is asked for while a call is handled does not outlast it. */
  readonly boundsNestedCalls: boolean
  readonly circleOf: (to: ActorId, origin: CallOrigin | undefined) => readonly ActorId[] | undefined
  /** Sends what begins it. */
  readonly begin: (to: ActorId, request: Request, link: StreamLink) => void
}

/** Makes a stream of the answer to a request, and sends that. */
export function openStream(
  to: ActorId,
  request: StreamRequest,
  options: PartsOptions,
  { clock, boundsNestedCalls, circleOf, begin }: StreamParts,
): StreamLink {
  const { name: handler, origin, ending } = request
  const { timeout, deadline = Infinity, signal, ahead = defaultAhead } = options
  const path = `stream of "${handler}"`
  const timeoutMs = timeout === undefined ? defaultTimeoutMs : durationOrInfinityMs(timeout, `${path}: timeout`)
  if (!(Number.isSafeInteger(ahead) && ahead >= 0))
    throw new ConfigurationError({ path: `${path}: ahead`, rule: 'must be an integer >= 0', value: ahead })
  if (typeof deadline !== 'number' || Number.isNaN(deadline))
    throw new ConfigurationError({ path: `${path}: deadline`, rule: 'must be milliseconds since 1970', value: deadline })
  const outerMs = boundsNestedCalls ? (origin?.message.call?.dueMs ?? Infinity) : Infinity
  const dueMs = Math.min(deadline === Infinity ? Infinity : clock.now() + deadline - clock.wallNow(), outerMs)
  if (dueMs <= clock.now()) throw new CallTimeoutError(to, handler, 0)
  if (signal?.aborted === true) throw new AbortedError(to, handler, signal.reason)
  const circle = circleOf(to, origin)
  if (circle !== undefined) throw new CallCircleError(to, handler, circle)
  const link = new StreamLink({ target: to, handler, clock, timeoutMs, dueMs, ahead, origin })
  for (const end of [signal, ending])
    end?.addEventListener('abort', () => link.giveUp(new AbortedError(to, handler, end.reason)), {
      once: true,
      signal: link.signal,
    })
  begin(to, request, link)
  return link
}
