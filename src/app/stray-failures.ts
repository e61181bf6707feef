import { crash } from '../protocol/exit-reason.ts'
import type { Attribution } from '../runtime/attribution.ts'
import { createSystemClock } from '../runtime/system-clock.ts'
import type { ActorEvent, EventSink } from '../runtime/events.ts'

/** What stray failures are dealt with by. */
export interface StrayFailureParts {
  readonly attribution: Attribution
  readonly sink: EventSink<ActorEvent>
}

/**
 * Deals with errors that nobody catches and rejections that nobody handles, while a tree runs: the incarnation that caused one
 * crashes with it; one that has ended already cannot any more, and it is told as the event `stray`; what cannot be blamed on
 * anybody of any tree ends the process, as it would without coppice, unless the program listens for it itself.
 *
 * @returns a function that takes the listeners away again.
 */
export function blameStrayFailures({ attribution, sink }: StrayFailureParts): () => void {
  const blame = (error: unknown): boolean => {
    const life = attribution.current()
    if (life === undefined) return false
    if (life.isActive) life.end(crash(error), 'orderly')
    else sink.emit({ type: 'stray', id: life.id, incarnation: life.number, error })
    return true
  }
  const hasSomebody = (): boolean => attribution.current() !== undefined
  const onRejection = ofTree(hasSomebody, (error) => {
    if (!blame(error) && isLeftTo(onRejection, process.listeners('unhandledRejection'))) endProcess(error)
  })
  const onException = ofTree(hasSomebody, (error) => {
    if (!blame(error) && isLeftTo(onException, process.listeners('uncaughtException'))) endProcess(error)
  })
  const removeListeners = (): void => {
    process.off('unhandledRejection', onRejection)
    process.off('uncaughtException', onException)
  }
  /**
   * Nobody is left to listen: Node says what it is, and ends the process with exit code 1. By a timer, as from here it would be 7.
   * Another tree that listens meanwhile does the same.
   */
  const endProcess = (error: unknown): void => {
    removeListeners()
    createSystemClock().setTimer(0, () => {
      throw error
    })
  }
  process.on('unhandledRejection', onRejection)
  process.on('uncaughtException', onException)
  return removeListeners
}

/** Known to every copy of coppice in the process: the listener of a tree says whether that has somebody to blame. */
const hasSomebodyKey = Symbol.for('coppice: has somebody to blame')

interface TreeListener {
  (error: unknown): void
  readonly [hasSomebodyKey]: () => boolean
}

function ofTree(hasSomebody: () => boolean, listen: (error: unknown) => void): TreeListener {
  return Object.assign(listen, { [hasSomebodyKey]: hasSomebody })
}

/** True if nobody but trees listens, none of them has somebody to blame, and this is the first of them: one is enough. */
function isLeftTo(listener: TreeListener, all: readonly unknown[]): boolean {
  const isOfTree = (other: unknown): other is TreeListener => typeof other === 'function' && hasSomebodyKey in other
  return all.every((other) => isOfTree(other) && !other[hasSomebodyKey]()) && all[0] === listener
}
