import { displayId, type ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { CallOptions, Port, StopOptions } from '../runtime/context.ts'
import type { ServiceHealth, Used } from './service-run.ts'

/** A typed address of a service. It stays valid over restarts. */
export interface ServiceRef<Thing> {
  readonly id: ActorId
  /**
   * Runs a function with the thing and gives what it returns. Several may be under way at the same time. What the function throws
   * is the caller's: the promise rejects with it, and the service goes on. Do not keep the thing: after a restart it is another
   * one.
   *
   * Rejects with a `CallError` as a call of an actor does: `noproc`, `timeout` (5 s if nothing else is said), `crashed` if the
   * service ended meanwhile.
   */
  use<Result>(run: (thing: Thing) => Result | PromiseLike<Result>, options?: CallOptions): Promise<Result>
  /** What its health checks have shown so far; it does not check anew. Healthy if it has none. */
  health(options?: CallOptions): Promise<ServiceHealth>
  /** Asks it to end behind what is queued, and waits until it has. */
  stop(reason?: ExitReason, options?: StopOptions): Promise<void>
  toString(): string
  toJSON(): { readonly actor: ActorId }
}

export function makeServiceRef<Thing>(port: Port, id: ActorId): ServiceRef<Thing> {
  return {
    id,
    use: async <Result>(run: (thing: Thing) => Result | PromiseLike<Result>, options?: CallOptions) => {
      const used = (await port.call(id, 'use', run, options)) as Used
      if ('error' in used) throw used.error
      // It is what `run` has returned.
      return used.value as Result
    },
    health: async (options) => (await port.call(id, 'health', undefined, options)) as ServiceHealth,
    stop: (reason, options) => port.stopActor(id, reason, options),
    toString: () => `service ${displayId(id)}`,
    toJSON: () => ({ actor: id }),
  }
}
