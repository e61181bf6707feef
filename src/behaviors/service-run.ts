import { crash, type ExitReason } from '../protocol/exit-reason.ts'
import type { Behavior, Step } from '../runtime/behavior.ts'
import type { Context } from '../runtime/context.ts'
import { ExitError, reasonOfThrown } from '../runtime/errors.ts'
import type { Message } from '../runtime/message.ts'
import { HealthTimeoutError, StartTimeoutError, UnhealthyError } from './errors.ts'
import { stepOfNotice } from './trapped-exit.ts'
import { attempt, within } from './within.ts'

/** What `start` of a service is given. */
export interface ServiceKit<Args = undefined> {
  readonly args: Args
  /** Aborted when the start is given up, and when the service ends, before it is stopped. Its reason is an error. */
  readonly signal: AbortSignal
  /** What the service may do as an actor: references, time, chance, names. */
  readonly ctx: Context
  /** Tells that the thing has died by itself: the incarnation crashes with the error. During the start, the start has failed. */
  fail(error: unknown): void
}

/** What `stop` of a service is given. */
export interface ServiceStop {
  /** Why the service ends. */
  readonly reason: ExitReason
  /** Aborted when the time for the stop is over; from the beginning if the service was killed, which waits for nobody. */
  readonly signal: AbortSignal
}

/** How well a service is, as far as its checks have shown. */
export interface ServiceHealth {
  /** False from the first failed check on, until one succeeds. */
  readonly isHealthy: boolean
  /** How many checks in a row have failed. */
  readonly failures: number
  /** What the newest failed check threw; nothing if it gave false. */
  readonly error: unknown
}

/** How a service works, with every default filled in. Times that are `Infinity` are no limits. */
export interface ServiceOrder {
  start(kit: ServiceKit<unknown>): unknown
  stop(thing: unknown, stop: ServiceStop): unknown
  readonly startTimeoutMs: number
  readonly health: HealthOrder | undefined
}

/** How the health of a service is watched. */
export interface HealthOrder {
  check(thing: unknown, options: { readonly signal: AbortSignal }): unknown
  readonly everyMs: number
  readonly timeoutMs: number
  /** `Infinity` only reports. */
  readonly failAfter: number
}

/** What came of a function that was run with the thing. */
export type Used = { readonly value: unknown } | { readonly error: unknown }

/** A behavior that hosts a thing which is started and stopped with each incarnation. */
export function serviceBehavior(name: string, order: ServiceOrder): Behavior<ServiceRun> {
  return {
    name,
    version: 1,
    hooks: { term: ({ state, reason, signal }) => state.stop(reason, signal) },
    startsAnew: true,
    // So that the thing is stopped in order also when the supervisor was killed, or whom it is linked to has crashed.
    trapsExits: true,
    calls: ['use', 'health'],
    check: ({ kind, name: asked, input }) => {
      if (kind === 'cast') return asked === 'begin' ? undefined : 'a service takes no messages; write ref.use((thing) => …)'
      if (asked === 'use') return typeof input === 'function' ? undefined : 'use(…) takes a function'
      return asked === 'health' ? undefined : `a service has no call "${asked}"; it has use(…) and health()`
    },
    initial: async (args, ctx) => {
      const run = new ServiceRun(order, ctx)
      await run.start(args)
      ctx.continueWith('begin')
      return run
    },
    handle: (run, message, ctx) => run.handle(message, ctx),
    ended: (run, reason) => run.letGo(reason),
  }
}

/** One life of the thing, in one incarnation. */
export class ServiceRun {
  readonly #order: ServiceOrder
  readonly #ctx: Context
  readonly #ending = new AbortController()
  readonly #stopLimit = new AbortController()
  #thing: { readonly value: unknown } | undefined = undefined
  #giveUp: (error: unknown) => void = () => undefined
  #stopping: Promise<unknown> | undefined = undefined
  #isStopped = false
  #health: ServiceHealth = { isHealthy: true, failures: 0, error: undefined }

  constructor(order: ServiceOrder, ctx: Context) {
    this.#order = order
    this.#ctx = ctx
  }

  /** Brings the thing up. If that is given up before, whatever comes up afterwards is stopped at once. */
  async start(args: unknown): Promise<void> {
    const { signal } = this.#ctx
    const givenUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject
    })
    const heed = (): void => this.#end(new ExitError(signal.reason as ExitReason))
    signal.addEventListener('abort', heed, { once: true })
    const kit = { args, signal: this.#ending.signal, ctx: this.#ctx, fail: (error: unknown) => this.#fail(error) }
    const starting = attempt(() => this.#order.start(kit))
    const { startTimeoutMs } = this.#order
    const late = (): Error => new StartTimeoutError(this.#ctx.id, startTimeoutMs)
    try {
      const value = await within(Promise.race([starting, givenUp]), { ctx: this.#ctx, limitMs: startTimeoutMs, late })
      this.#thing = { value }
    } catch (error) {
      this.#end(error)
      this.#stopLimit.abort(error)
      const unwanted = { reason: reasonOfThrown(error), signal: this.#stopLimit.signal }
      // Nobody is left to be told of what fails in it.
      starting.then((thing) => this.#order.stop(thing, unwanted)).catch(() => undefined)
      throw error
    }
  }

  handle({ kind, name, input }: Message, ctx: Context): Step<ServiceRun> {
    if (kind === 'info') return stepOfNotice(this, name, input)
    if (name === 'begin') void this.#watch()
    if (name === 'health') return { state: this, outcome: { status: 'replied', value: this.#health } }
    if (name === 'use') this.#use(input as (thing: unknown) => unknown, ctx)
    return { state: this }
  }

  /** Stops the thing, once. */
  async stop(reason: ExitReason, signal: AbortSignal): Promise<void> {
    const timeUp = (): void => this.#stopLimit.abort(signal.reason)
    signal.addEventListener('abort', timeUp, { once: true })
    await (this.#stopping ??= this.#release(reason))
  }

  /** The incarnation is over: what is not stopped by now is told so, or, after a kill, still has to hear of it. */
  async letGo(reason: ExitReason): Promise<void> {
    if (this.#isStopped) return
    this.#stopLimit.abort(new ExitError(reason))
    if (this.#stopping !== undefined) return
    this.#stopping = this.#release(reason)
    await this.#stopping
  }

  async #release(reason: ExitReason): Promise<void> {
    await attempt(() => this.#order.stop(this.#thing?.value, { reason, signal: this.#stopLimit.signal }))
    this.#isStopped = true
  }

  #end(error: unknown): void {
    this.#ending.abort(error)
    this.#giveUp(error)
  }

  #fail(error: unknown): void {
    // What it reports while it is being stopped is no news.
    if (this.#ending.signal.aborted) return
    if (this.#thing === undefined) this.#giveUp(error)
    else this.#ctx.stop(crash(error))
  }

  #use(run: (thing: unknown) => unknown, ctx: Context): void {
    const { reply } = ctx.defer()
    attempt(() => run(this.#thing?.value)).then(
      (value) => reply({ value } satisfies Used),
      (error: unknown) => reply({ error } satisfies Used),
    )
  }

  async #watch(): Promise<void> {
    const { health } = this.#order
    const { signal } = this.#ending
    if (health === undefined) return
    while (!signal.aborted) {
      // A wait that is broken off is the end of the service.
      await this.#ctx.sleep(health.everyMs, signal).catch(() => undefined)
      if (!signal.aborted) await this.#check(health)
    }
  }

  async #check({ check, timeoutMs, failAfter }: HealthOrder): Promise<void> {
    const { id } = this.#ctx
    const limit = new AbortController()
    const signal = AbortSignal.any([this.#ending.signal, limit.signal])
    const late = (): Error => new HealthTimeoutError(id, timeoutMs)
    try {
      const answer = attempt(() => check(this.#thing?.value, { signal }))
      const isWell = await within(answer, { ctx: this.#ctx, limitMs: timeoutMs, late })
      this.#judge(isWell !== false, undefined)
    } catch (error) {
      limit.abort(error)
      this.#judge(false, error)
    }
    const { failures, error } = this.#health
    if (failures >= failAfter && !this.#ending.signal.aborted) this.#ctx.stop(crash(new UnhealthyError(id, failures, error)))
  }

  #judge(isHealthy: boolean, error: unknown): void {
    if (this.#ending.signal.aborted) return
    const before = this.#health
    this.#health = { isHealthy, failures: isHealthy ? 0 : before.failures + 1, error }
    if (isHealthy !== before.isHealthy) this.#ctx.reportHealth(isHealthy)
  }
}
