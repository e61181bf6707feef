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
  /** Its context, once it has run often enough, and how often it has run until then; attribution alone reads and writes it. */
  scope: AsyncResource | number
  end(reason: ExitReason, manner: 'orderly'): void
}

/**
 * Knows on behalf of which incarnation code runs, also after an `await` or in the callback of a timer: so that a rejection that
 * nobody handles, or an error that nobody catches, can be blamed on the one that caused it.
 */
export interface Attribution {
  /** Runs code of an incarnation. */
  run<T>(life: Blamed, code: () => T): T
  /** Runs code that belongs to no incarnation, wherever it is called from. */
  outside<T>(code: () => T): T
  /** On behalf of whom the code runs that asks; nothing if that is nobody of this system. */
  current(): Blamed | undefined
}

// One for all systems, as the process has one context of Node: an actor that is woken by one of another system would else run on
// behalf of both, and both would be blamed for what it does.
const lives = new AsyncLocalStorage<Blamed | undefined>()

/** To make a context and keep it is worth its time and its 230 bytes for those who run more often than this. */
const passingRuns = 2

/**
 * Attribution by the context that Node carries along promises, timers and callbacks. Costs most for handlers that wait.
 *
 * The contexts are made of that in which the system was made. One that is kept is there ten times as fast as one that is made.
 */
export function createAttribution(): Attribution {
  const nobodys = lives.run(undefined, () => new AsyncResource('coppice system'))
  const enter = staysBehind() ? enterAndLeave : enterOnly
  const scopeOf = (life: Blamed): AsyncResource =>
    nobodys.runInAsyncScope(() => enter(life, () => new AsyncResource('coppice actor')))
  const attribution: Attribution = {
    run: (life, code) => {
      if (typeof life.scope === 'number') {
        if (life.scope < passingRuns) {
          life.scope += 1
          return nobodys.runInAsyncScope(() => enter(life, code))
        }
        life.scope = scopeOf(life)
      }
      return life.scope.runInAsyncScope(code)
    },
    outside: (code) => nobodys.runInAsyncScope(() => enter(undefined, code)),
    current: () => {
      const life = lives.getStore()
      return life?.cell.world.attribution === attribution ? life : undefined
    },
  }
  return attribution
}

function enterAndLeave<T>(life: Blamed | undefined, code: () => T): T {
  return lives.run(life, code)
}

/** The context is left with the resource in whose scope this is called. */
function enterOnly<T>(life: Blamed | undefined, code: () => T): T {
  if (life !== undefined) lives.enterWith(life)
  return code()
}

/** True before Node 24: there a context that is entered in the scope of a resource belongs to the resource from then on. */
function staysBehind(): boolean {
  const storage = new AsyncLocalStorage<boolean>()
  const resource = new AsyncResource('coppice probe')
  resource.runInAsyncScope(() => storage.enterWith(true))
  const isThere = resource.runInAsyncScope(() => storage.getStore()) === true
  storage.disable()
  return isThere
}

/** Without attribution nobody is ever to blame. */
export const noAttribution: Attribution = {
  run: (_life, code) => code(),
  outside: (code) => code(),
  current: () => undefined,
}
