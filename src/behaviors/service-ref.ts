import type { ActorId } from '../protocol/actor-id.ts'
import type { CallOptions, Port } from '../runtime/context.ts'
import { refWith, type CommonRef } from './common-ref.ts'
import type { ServiceHealth, Used } from './service-run.ts'

/** A typed address of a service. It stays valid over restarts. */
export interface ServiceRef<Thing> extends CommonRef {
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
}

export function makeServiceRef<Thing>(port: Port, id: ActorId): ServiceRef<Thing> {
  const make = (other: Port): ServiceRef<Thing> => makeServiceRef<Thing>(other, id)
  return refWith({ port, id, word: 'service', make }, {
    use: async <Result>(run: (thing: Thing) => Result | PromiseLike<Result>, options?: CallOptions) => {
      const used = (await port.call(id, 'use', run, options)) as Used
      if ('error' in used) throw used.error
      // It is what `run` has returned.
      return used.value as Result
    },
    health: async (options) => (await port.call(id, 'health', undefined, options)) as ServiceHealth,
  } satisfies Omit<ServiceRef<Thing>, keyof CommonRef>)
}
