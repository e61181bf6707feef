import type { ActorId } from '../protocol/actor-id.ts'
import { durationMs, durationOrInfinityMs, type Duration, type DurationOrInfinity } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Port } from '../runtime/context.ts'
import type { Kind } from './kind.ts'
import { aCount, aFunction, aLimit, aPeriod, checkDefinitionName, checkOptionTable, type OptionTable } from './option-table.ts'
import { release } from './release.ts'
import { makeServiceRef, type ServiceRef } from './service-ref.ts'
import { serviceBehavior, type HealthOrder, type ServiceKit, type ServiceStop } from './service-run.ts'
import { uncallable } from './uncallable.ts'

/** A thing that is started and stopped with a tree; give it to `child`. */
export interface ServiceDefinition<Args, Thing> extends Kind<Args, unknown, ServiceRef<Thing>> {
  /** What holds for it where its child options do not say otherwise. */
  readonly childDefaults: { readonly restart: 'transient'; readonly state: 'volatile' }
}

/** How a thing is started, stopped and watched. */
export interface ServiceOptions<Args, Thing> {
  /** Brings the thing up and gives it. The supervisor, and the children after this one, wait for it. */
  readonly start: (kit: ServiceKit<Args>) => Thing | PromiseLike<Thing>
  /** How long that may take; for ever if not given, as in OTP. What comes up later is stopped at once. */
  readonly startTimeout?: DurationOrInfinity
  /**
   * Brings the thing down, at orderly ends and at crashes, within the child's `shutdown`. If not given, the first of these that
   * the thing has is called, and waited for: `[Symbol.asyncDispose]()`, `[Symbol.dispose]()`, `close()`, `end()`, `destroy()`.
   */
  readonly stop?: (thing: Thing, stop: ServiceStop) => unknown
  /** Says whether the thing is well. False, a throw, and no answer in time are failed checks; everything else is a good one. */
  readonly health?: (thing: Thing, options: { readonly signal: AbortSignal }) => unknown
  /** How long to wait before each check; 5 s if not given. */
  readonly healthEvery?: Duration
  /** How long a check may take; 5 s if not given. */
  readonly healthTimeout?: DurationOrInfinity
  /**
   * The service crashes with an `UnhealthyError` after so many failed checks in a row: an integer >= 1, or `never`; 3 if not
   * given.
   */
  readonly failAfter?: number | 'never'
}

const failAfter = aCount('failAfter', 1)

const table: OptionTable = {
  rules: [
    aFunction('start', true),
    aLimit('startTimeout'),
    aFunction('stop'),
    aFunction('health'),
    aPeriod('healthEvery'),
    aLimit('healthTimeout'),
    { ...failAfter, rule: `${failAfter.rule}, or "never"`, isRight: (value) => value === 'never' || failAfter.isRight(value) },
  ],
  elsewhere: {
    shutdown: 'It belongs to the child: child(Service, { shutdown })',
    restart: 'It belongs to the child: child(Service, { restart })',
    state: 'A running thing cannot be stored: services are always volatile',
    timeout: 'Did you mean "startTimeout"?',
    interval: 'Did you mean "healthEvery"?',
  },
}

/**
 * Defines a service: a thing that runs as long as its actor, such as a server, a socket or a pool of connections. It is started
 * with each incarnation and stopped with it, and its death is a crash, so that its supervisor decides. As a child it is
 * `transient` if nothing else is said. It has no state: it is volatile, and begins with `start` each time.
 *
 * `stop` runs at every end but one: a supervisor that was killed, and a linked actor that has crashed, end it in order, too. Only
 * a kill, or the end of the time that the child's `shutdown` gives, does not wait: then `stop` is told by its signal, or called
 * with a signal that is aborted from the beginning, and the next incarnation may start before it is done.
 *
 * The first failed health check reports the service as unwell, as `ctx.reportHealth(false)` does, which holds back the restarts
 * of those that have it as their `gate`; the next good one takes that back; `failAfter` failed ones in a row are a crash.
 *
 * @param name unique in the program
 * @throws {ConfigurationError} if the name or an option is not what it must be
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { once } from 'node:events'
 * import { child, service, start, supervisor, type ServiceKit } from 'coppice'
 *
 * const Api = service('api', {
 *   start: async ({ args, fail }: ServiceKit<{ port: number }>) => {
 *     const server = createServer((_, response) => response.end('hello'))
 *     server.listen(args.port, '127.0.0.1')
 *     await once(server, 'listening')
 *     return server.on('error', fail)
 *   },
 *   health: (server) => server.listening,
 * })
 * const app = await start(supervisor({}, { api: child(Api, { args: { port: 0 } }) }))
 * const port = await app.tree.api.use((server) => (server.address() as { port: number }).port)
 * console.log(await (await fetch(`http://127.0.0.1:${port}`)).text()) // => hello
 * await app.stop()
 * ```
 */
export function service<Args = undefined, Thing = unknown>(
  name: string,
  options: ServiceOptions<Args, Thing>,
): ServiceDefinition<NoInfer<Args>, Thing> {
  checkDefinitionName('service', name)
  const path = `service "${name}"`
  checkOptionTable(path, options, table)
  const { start, startTimeout = 'infinity', stop = release } = options
  const order = {
    // What they are given is what the definition says, of which everything has the type.
    start,
    stop: stop as (thing: unknown, stop: ServiceStop) => unknown,
    startTimeoutMs: durationOrInfinityMs(startTimeout, `${path}: startTimeout`),
    health: healthOrder(path, options as ServiceOptions<unknown, unknown>),
  }
  return uncallable({
    name,
    behavior: serviceBehavior(name, order),
    childDefaults: { restart: 'transient', state: 'volatile' },
    reference: (port: Port, id: ActorId) => makeServiceRef<Thing>(port, id),
  })
}

function healthOrder(path: string, options: ServiceOptions<unknown, unknown>): HealthOrder | undefined {
  const { health, healthEvery = '5s', healthTimeout = '5s', failAfter: most = 3 } = options
  if (health === undefined) {
    const rule = 'needs `health`, a function that says whether the thing is well'
    for (const name of ['healthEvery', 'healthTimeout', 'failAfter'] as const) {
      const value = options[name]
      if (value !== undefined) throw new ConfigurationError({ path: `${path}: ${name}`, rule, value })
    }
    return undefined
  }
  return {
    check: health,
    everyMs: durationMs(healthEvery, `${path}: healthEvery`),
    timeoutMs: durationOrInfinityMs(healthTimeout, `${path}: healthTimeout`),
    failAfter: most === 'never' ? Infinity : most,
  }
}
