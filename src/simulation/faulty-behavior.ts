import type { ActorId } from '../protocol/actor-id.ts'
import { durationMs } from '../protocol/duration.ts'
import type { Behavior, Hooks, PlanResult, StartPlan, Step } from '../runtime/behavior.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Context } from '../runtime/context.ts'
import type { Message } from '../runtime/message.ts'
import { sleep } from '../runtime/sleep.ts'
import { InjectedFaultError } from './errors.ts'
import { describeFault, type HookFault, type MessageFault } from './fault-plan.ts'
import type { PlannedFaults } from './planned-faults.ts'

/** What behaviors with faults are made with. */
export interface FaultyBehaviorParts {
  readonly faults: PlannedFaults
  /** The clock of the process that runs now. */
  readonly clock: Clock
  /** Runs code of an actor. */
  readonly during: <T>(code: () => T) => T
  /** Told of each message that is about to be handled. */
  readonly handling?: ((actor: ActorId, message: Message) => void) | undefined
  readonly watch?: HandlingWatch | undefined
}

/** What comes of the handling of a message, now or later. */
export type AnyStep = Step<unknown> | PromiseLike<Step<unknown>>

/** The handling of one message, as somebody sees it who watches. */
export interface WatchedHandling {
  readonly actor: ActorId
  readonly incarnation: number
  readonly state: unknown
  readonly message: Message
  readonly ctx: Context
  /** Has the actor handle it. */
  handle(): AnyStep
  /** Carries out the fault that is planned for this message, or else what is given. To be called once. */
  withFault(work: () => AnyStep): AnyStep
}

/** Stands around the handling of every message: what it gives is what came of it. */
export type HandlingWatch = (handling: WatchedHandling) => AnyStep

type StartingHook = NonNullable<Hooks<unknown, unknown>['init']>
type TermHook = NonNullable<Hooks<unknown, unknown>['term']>

/** Wraps behaviors, and those that they turn into, so that they fail as planned, and are watched if that is wanted. */
export class FaultyBehaviors {
  readonly #parts: FaultyBehaviorParts
  /** One for each: a tree must not have two behaviors of one name. */
  readonly #wrapped = new Map<Behavior, Behavior>()

  constructor(parts: FaultyBehaviorParts) {
    this.#parts = parts
  }

  /** The behavior with its faults; the same one each time. */
  wrap(inner: Behavior): Behavior {
    const known = this.#wrapped.get(inner)
    if (known !== undefined) return known
    const outer = this.#faulty(inner)
    this.#wrapped.set(inner, outer)
    // A state may carry the wrapped one on.
    this.#wrapped.set(outer, outer)
    return outer
  }

  /** The hooks with their faults. */
  wrapHooks(hooks: Hooks<unknown, unknown>): Hooks<unknown, unknown> {
    const { init, restart, term } = hooks
    return {
      ...(init && { init: this.#startingHook('init', init) }),
      ...(restart && { restart: this.#startingHook('restart', restart) }),
      ...(term && { term: this.#termHook(term) }),
    }
  }

  /**
   * The hooks that an actor does not have and its faults need: they do what is done without them.
   *
   * @param hooks those that it has, already wrapped.
   */
  missingHooks(isMeant: (actor: ActorId) => boolean, hooks: Hooks<unknown, unknown>): Hooks<unknown, unknown> {
    const needs = (at: HookFault['at']): boolean => this.#parts.faults.has((fault) => fault.at === at && isMeant(fault.actor))
    const init = hooks.init ?? (needs('init') ? this.#startingHook('init', () => undefined) : undefined)
    const restart = this.#startingHook('restart', (ctx) => init?.(ctx))
    return {
      ...(hooks.init === undefined && init && { init }),
      ...(hooks.restart === undefined && needs('restart') && { restart }),
      ...(hooks.term === undefined && needs('term') && { term: this.#termHook((ctx) => ctx.checkpoint()) }),
    }
  }

  #faulty(inner: Behavior): Behavior {
    const { faults, during } = this.#parts
    return {
      ...optionsOf(inner),
      ...(inner.ended !== undefined && { ended: (state, reason) => during(() => inner.ended?.(state, reason)) }),
      ...(inner.begun !== undefined && { begun: (state, ctx) => during(() => inner.begun?.(state, ctx)) }),
      ...(inner.show !== undefined && { show: (state) => inner.show?.(state) }),
      name: inner.name,
      version: inner.version,
      hooks: this.wrapHooks(inner.hooks),
      check: (message) => inner.check(message),
      initial: (args, ctx) => this.#carryOut(faults.atHook('initial', ctx.id), () => during(() => inner.initial(args, ctx)), ctx),
      handle: (state, message, ctx) => {
        const { handling, watch } = this.#parts
        const handle = (): AnyStep => this.#goOn(during(() => inner.handle(state, message, ctx)))
        // What the runtime tells an actor has no handler.
        const isInfo = message.kind === 'info'
        if (!isInfo) handling?.(ctx.id, message)
        const withFault = (work: () => AnyStep): AnyStep =>
          isInfo ? work() : this.#carryOut<AnyStep>(faults.atMessage(ctx.id, message.name), work, ctx)
        if (watch === undefined) return withFault(handle)
        return watch({ actor: ctx.id, incarnation: ctx.incarnation, state, message, ctx, handle, withFault })
      },
    }
  }

  #startingHook(at: 'init' | 'restart', hook: StartingHook): StartingHook {
    return (ctx) =>
      this.#carryOut<PlanResult | Promise<PlanResult>>(
        this.#parts.faults.atHook(at, ctx.id),
        () => {
          const plan = this.#parts.during(() => hook(ctx))
          return plan instanceof Promise ? plan.then((late) => this.#planned(late)) : this.#planned(plan)
        },
        ctx,
      )
  }

  #termHook(hook: TermHook): TermHook {
    const { faults, during } = this.#parts
    return (ctx) => this.#carryOut<void | Promise<void>>(faults.atHook('term', ctx.id), () => during(() => hook(ctx)), ctx)
  }

  #planned(plan: PlanResult): PlanResult {
    const given = plan as StartPlan | undefined
    return given?.type === 'become' ? { ...given, behavior: this.wrap(given.behavior) } : given
  }

  /** What an actor turns into fails as planned, too. */
  #goOn(step: AnyStep): AnyStep {
    if ('then' in step) return step.then((late) => this.#become(late))
    return this.#become(step)
  }

  #become(step: Step<unknown>): Step<unknown> {
    return step.behavior === undefined ? step : { ...step, behavior: this.wrap(step.behavior) }
  }

  #carryOut<Result>(
    fault: HookFault | MessageFault | undefined,
    work: () => Result,
    ctx: { readonly signal: AbortSignal },
  ): Result | Promise<Awaited<Result>> {
    if (fault === undefined) return work()
    if (fault.do === 'crash') throw new InjectedFaultError(fault.message ?? describeFault(fault))
    if (fault.do === 'hang') return new Promise(() => undefined)
    const delayMs = durationMs(fault.do.takes, 'takes')
    // Whoever ends meanwhile leaves nothing behind.
    const delay = sleep(this.#parts.clock, delayMs, ctx.signal)
    return delay.then(work) as Promise<Awaited<Result>>
  }
}

/** What a behavior has besides its functions, as far as it has it. */
function optionsOf({
  calls,
  migrate,
  trapsExits,
  stopsInOrder,
  startsAnew,
  sharesMessages,
  receives,
  retriesOf,
  checkpointable,
}: Behavior): Partial<Behavior> {
  return {
    ...(calls !== undefined && { calls }),
    ...(checkpointable !== undefined && { checkpointable }),
    ...(migrate !== undefined && { migrate }),
    ...(trapsExits !== undefined && { trapsExits }),
    ...(stopsInOrder !== undefined && { stopsInOrder }),
    ...(startsAnew !== undefined && { startsAnew }),
    ...(retriesOf !== undefined && { retriesOf }),
    ...(sharesMessages !== undefined && { sharesMessages }),
    ...(receives !== undefined && { receives }),
  }
}
