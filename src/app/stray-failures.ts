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
 * anybody ends the process, as it would without coppice, unless the program listens for it itself.
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
  const onRejection = (error: unknown): void => {
    if (!blame(error) && process.listenerCount('unhandledRejection') === 1) endProcess(error)
  }
  const onException = (error: unknown): void => {
    if (!blame(error) && process.listenerCount('uncaughtException') === 1) endProcess(error)
  }
  const removeListeners = (): void => {
    process.off('unhandledRejection', onRejection)
    process.off('uncaughtException', onException)
  }
  /** Nobody is left to listen: Node says what it is, and ends the process with exit code 1. By a timer, as from here it would be 7. */
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
