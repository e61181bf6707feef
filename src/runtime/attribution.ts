import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'

/** Who is blamed: an incarnation, as far as attribution needs to know it. */
export interface Blamed {
  readonly id: ActorId
  readonly number: number
  readonly isActive: boolean
  /** Where it lives. */
  readonly cell: { readonly world: { readonly attribution: Attribution } }
  /** Made when code of it is run for the first time; attribution alone reads and writes it. */
  scope: AsyncResource | undefined
  end(reason: ExitReason, manner: 'orderly'): void
}

/**
 * Knows on behalf of which incarnation code runs, also after an `await` or in the callback of a timer: so that a rejection that
 * nobody handles, or an error that nobody catches, can be blamed on the one that caused it.
 */
export interface Attribution {
  /** Runs code of an incarnation. */
  run<T>(life: Blamed, code: () => T): T
  /** The same for one that may run no code again: it is no quicker the next time, and keeps nothing. */
  runOnce<T>(life: Blamed, code: () => T): T
  /** Runs code that belongs to no incarnation, wherever it is called from. */
  outside<T>(code: () => T): T
  /** On behalf of whom the code runs that asks; nothing if that is nobody of this system. */
  current(): Blamed | undefined
}

// One for all systems, as the process has one context of Node: an actor that is woken by one of another system would else run on
// behalf of both, and both would be blamed for what it does.
const lives = new AsyncLocalStorage<Blamed | undefined>()

/**
 * Attribution by the context that Node carries along promises, timers and callbacks. Costs most for handlers that wait.
 *
 * Each incarnation has one context for all of its turns, made of that in which the system was made: going into it costs a tenth of
 * what it costs to make one.
 */
export function createAttribution(): Attribution {
  const nobodys = lives.run(undefined, () => new AsyncResource('coppice system'))
  const scopeOf = (life: Blamed): AsyncResource =>
    nobodys.runInAsyncScope(() => {
      lives.enterWith(life)
      return new AsyncResource('coppice actor')
    })
  const attribution: Attribution = {
    run: (life, code) => (life.scope ??= scopeOf(life)).runInAsyncScope(code),
    runOnce: (life, code) =>
      nobodys.runInAsyncScope(() => {
        lives.enterWith(life)
        return code()
      }),
    outside: (code) => nobodys.runInAsyncScope(code),
    current: () => {
      const life = lives.getStore()
      return life?.cell.world.attribution === attribution ? life : undefined
    },
  }
  return attribution
}

/** Without attribution nobody is ever to blame. */
export const noAttribution: Attribution = {
  run: (_life, code) => code(),
  runOnce: (_life, code) => code(),
  outside: (code) => code(),
  current: () => undefined,
}
