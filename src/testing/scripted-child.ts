import { actor, type ActorDefinition } from '../behaviors/actor.ts'
import type { ActorRef } from '../behaviors/actor-ref.ts'
import type { CallHandler, CastHandler } from '../behaviors/handlers.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Duration } from '../protocol/duration.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Context } from '../runtime/context.ts'
import { ExitError, IgnoreError } from '../runtime/errors.ts'
import type { ChildOptions } from '../supervision/specs/child-options.ts'
import { child, type ChildNode } from '../supervision/trees/tree.ts'
import { actSchema, checkScript, lifeIn, scriptSchema, type Act, type ChildScript, type ScriptedLife } from './child-script.ts'

/** The state of a scripted child. */
export interface ScriptedState {
  /** Messages that it has handled, in all incarnations. */
  readonly handled: number
  /** The incarnation that handled the last of them, and how many it has handled. */
  readonly now: { readonly incarnation: number; readonly handled: number }
  readonly script: ChildScript
  /** The incarnation that was given the script; 0 for that of the declaration. */
  readonly since: number
}

/** What a scripted child can be sent. */
export interface ScriptedHandlers {
  /** Does an act, or what the script says, and answers how many messages it has handled, this one included. */
  readonly ask: CallHandler<Act | undefined, number>
  /** Does an act, or what the script says. */
  readonly tell: CastHandler<Act | undefined>
  /** Is scripted otherwise from now on: the first life of the script is the next incarnation. */
  readonly script: CastHandler<ChildScript>
}

export type ScriptedRef = ActorRef<ScriptedHandlers>

/**
 * An actor that does what it is told, and counts the messages that it has handled: for trees whose children have to fail. Its
 * argument is a script; `cast.tell(act)` and `call.ask(act)` have it do one thing now. It needs no simulation: its time is that
 * of the system. See {@link scripted} for one child of a tree.
 */
export const Scripted: ActorDefinition<ChildScript | undefined, ScriptedState, ScriptedHandlers> = actor('scripted', {
  initial: (script: ChildScript | undefined): ScriptedState => {
    checkScript(script ?? {})
    return { handled: 0, now: { incarnation: 0, handled: 0 }, script: script ?? {}, since: 0 }
  },
  init: (ctx) => {
    const { script, since } = offeredBy(ctx.offered?.state, ctx.args)
    const { start = 'ok' } = lifeIn(script, ctx.incarnation - since)
    if (start === 'ignore') throw new IgnoreError()
    return perform(start, { sleep: (time) => ctx.sleep(time), exit: endNow })
  },
  term: (ctx) => {
    const { stop = 'ok', ignoresShutdown = false } = lifeNow(ctx.state, ctx.incarnation)
    ctx.checkpoint()
    return perform(ignoresShutdown && ctx.reason.type === 'shutdown' ? 'hang' : stop, { sleep: ctx.sleep, exit: endNow })
  },
  handlers: ({ call, cast }) => ({
    ask: call(actSchema, ({ state, input, ctx }) => {
      const { act, next } = turnOf(state, ctx.incarnation, input)
      const replied = { reply: next.handled, state: next }
      return perform(act, performing(ctx))?.then(() => replied) ?? replied
    }),
    tell: cast(actSchema, ({ state, input, ctx }) => {
      const { act, next } = turnOf(state, ctx.incarnation, input)
      return perform(act, performing(ctx))?.then(() => next) ?? next
    }),
    script: cast(scriptSchema, ({ state, input, ctx }) => ({ ...state, script: input, since: ctx.incarnation })),
  }),
})

/**
 * A child that crashes, hangs, ends, is slow or does not stop, as its script and the messages that it gets say.
 *
 * @throws {ConfigurationError} if the script breaks a rule.
 * @example
 * ```ts
 * import { supervisor } from 'coppice'
 * import { scripted, simulate } from 'coppice/testing'
 *
 * const tree = supervisor({ strategy: 'rest_for_one' }, {
 *   cache: scripted({ lives: [{ start: 'crash' }, { start: { takes: '2s' } }] }, { restart: 'transient' }),
 *   web: scripted({ always: { ignoresShutdown: true } }, { shutdown: '1s' }),
 * })
 * const error = await simulate(tree, {}, () => undefined).catch((error: { code: string }) => error.code)
 * console.log(error) // => tree-start
 * ```
 */
export function scripted(script: ChildScript = {}, options: ScriptedOptions = {}): ChildNode<ScriptedRef> {
  checkScript(script)
  if ('args' in options)
    throw new ConfigurationError({
      path: 'scripted: args',
      rule: 'must not be given: the script stands there',
      value: options.args,
    })
  return child(Scripted, { ...options, args: script })
}

/** How a scripted child is supervised. */
export type ScriptedOptions = Omit<ChildOptions<ScriptedState, ChildScript | undefined, ScriptedHandlers>, 'args'>

/** Who performs an act: how time goes by, and how an end is made. */
interface Performing {
  readonly sleep: (time: Duration) => Promise<void>
  readonly exit: (reason: ExitReason) => void
}

/** Nothing where it is done at once. Throws at once where it can. */
function perform(act: Act, how: Performing): Promise<void> | undefined {
  if (act === 'ok') return undefined
  if (act === 'crash') throw new Error('it was told to crash')
  if (act === 'hang') return new Promise<never>(() => undefined)
  if ('crash' in act) throw new Error(act.crash)
  if ('takes' in act) return how.sleep(act.takes).then(() => perform(act.then ?? 'ok', how))
  how.exit(act.exit)
  return undefined
}

function performing(ctx: Context): Performing {
  return { sleep: (time) => ctx.sleep(time, ctx.signal), exit: (reason) => ctx.stop(reason) }
}

function endNow(reason: ExitReason): never {
  throw new ExitError(reason)
}

/** What a message has it do, and the state after it. */
function turnOf(state: ScriptedState, incarnation: number, told: Act | undefined): { act: Act; next: ScriptedState } {
  const before = state.now.incarnation === incarnation ? state.now.handled : 0
  const act = told ?? lifeNow(state, incarnation).messages?.[before] ?? 'ok'
  return { act, next: { ...state, handled: state.handled + 1, now: { incarnation, handled: before + 1 } } }
}

/** Whoever is scripted anew is bound by what holds always at once, and by the lives from the next one on. */
function lifeNow({ script, since }: Pick<ScriptedState, 'script' | 'since'>, incarnation: number): ScriptedLife {
  return lifeIn(script, incarnation - since)
}

function offeredBy(state: unknown, args: ChildScript | undefined): Pick<ScriptedState, 'script' | 'since'> {
  // What an actor is offered is a state of its own.
  return (state as ScriptedState | undefined) ?? { script: args ?? {}, since: 0 }
}
