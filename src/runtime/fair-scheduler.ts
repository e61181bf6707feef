import type { Clock } from './clock.ts'
import { RingQueue } from './ring-queue.ts'
import type { Runnable, Scheduler } from './scheduler.ts'

/** How work shares the thread with timers and I/O. The defaults were measured; a change wants a measurement too. */
export interface FairSchedulerOptions {
  /** Messages that one task handles before the next task has its turn. Default 64. */
  readonly sliceMessages?: number
  /** Slices after which the event loop has its turn; a slice that left nothing to do counts a sixteenth. Default 32. */
  readonly turnSlices?: number
  /** Milliseconds after which the event loop has its turn, whatever the number of slices. Default 2. */
  readonly turnMs?: number
  /**
   * Told of what a task or a deferred callback throws, which none should; `source` is its id or label. The task is not called
   * again until it is put in line again. Without it the error becomes an unhandled rejection of the process.
   */
  readonly onError?: (error: unknown, source: string) => void
}

/**
 * A line of tasks in which nobody starves: tasks get slices in turn, and the event loop gets its turn at least every `turnMs`
 * plus one slice, or a few where they have been short.
 *
 * Work begins in the microtask after it was put in line. A deferred callback runs when the line is empty, or before the
 * event loop has its turn if that comes first.
 */
export function createFairScheduler({
  clock,
  options = {},
}: {
  readonly clock: Clock
  readonly options?: FairSchedulerOptions
}): Scheduler {
  const { sliceMessages = 64, turnSlices = 32, turnMs = 2, onError = rethrow } = options
  const line = new RingQueue<Runnable>()
  let deferred: Deferred[] = []
  let status: 'asleep' | 'awake' | 'handedOver' = 'asleep'
  // A turn is what happens between two visits of the event loop, however often the line runs empty meanwhile: replies that
  // travel by promises would otherwise start a fresh turn each, and keep the event loop out for ever.
  let turnIsOpen = false
  let turnEndsMs = 0
  let slicesToLook = 1
  let lookedMs = 0
  let slicesLeft = 0

  const wake = (): void => {
    if (status !== 'asleep') return
    status = 'awake'
    // Cheaper than queueMicrotask, which makes an async resource for each callback.
    void resolved.then(work)
  }

  const work = (): void => {
    if (!turnIsOpen) openTurn()
    // Nobody knows how long it has been idle: promises may have been busy meanwhile.
    slicesToLook = 1
    while (slicesLeft > 0 && !isOver()) {
      const task = line.shift()
      if (task !== undefined) slicesLeft -= runSlice(task)
      else if (deferred.length > 0) slicesLeft -= runDeferred()
      else {
        status = 'asleep'
        return
      }
    }
    runDeferred()
    status = 'handedOver'
  }

  // To read the clock costs as much as a tenth of a message: while slices are short, it is read after some of them only.
  const isOver = (): boolean => {
    slicesToLook -= 1
    if (slicesToLook > 0) return false
    const nowMs = clock.now()
    slicesToLook = nowMs - lookedMs < quickMs ? slicesBetweenLooks : 1
    lookedMs = nowMs
    return nowMs >= turnEndsMs
  }

  const openTurn = (): void => {
    turnIsOpen = true
    lookedMs = clock.now()
    turnEndsMs = lookedMs + turnMs
    slicesLeft = turnSlices
    setImmediate(closeTurn)
  }

  const closeTurn = (): void => {
    turnIsOpen = false
    if (status === 'handedOver') work()
  }

  const runSlice = (task: Runnable): number => {
    try {
      if (!task.run(sliceMessages)) return shortSlice
      line.push(task)
      slicesToLook = 1
    } catch (error) {
      report(error, task.id)
    }
    return 1
  }

  const runDeferred = (): number => {
    // What these callbacks defer in turn waits for the next time.
    const batch = deferred
    deferred = []
    for (const { label, run } of batch) {
      try {
        run()
      } catch (error) {
        report(error, label)
      }
    }
    return 1
  }

  // In a microtask of its own: whatever onError throws cannot break the loop, and becomes an unhandled rejection.
  const report = (error: unknown, source: string): void => void resolved.then(() => onError(error, source))

  return {
    ready: (task) => {
      line.push(task)
      wake()
    },
    defer: (label, run) => {
      deferred.push({ label, run })
      wake()
    },
  }
}

// Actors that pass single messages around would pay more for visits of the event loop than for the messages.
const shortSlice = 1 / 16

/** Short slices between two looks at the clock, as long as they take less than this together. */
const slicesBetweenLooks = 8
const quickMs = 0.1

interface Deferred {
  readonly label: string
  readonly run: () => void
}

const resolved = Promise.resolve()

function rethrow(error: unknown): never {
  throw error
}
