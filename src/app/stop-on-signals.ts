import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { createSystemClock } from '../runtime/system-clock.ts'
import type { App } from './app.ts'

/** How a process ends when it is asked to. */
export interface StopOnSignalsOptions {
  /** How long the tree may take to stop; 10 s if not given. */
  readonly limit?: Duration
  /** `SIGTERM` and `SIGINT` if not given. */
  readonly signals?: readonly NodeJS.Signals[]
  /** Told before the tree is stopped, and before the process ends with something still running. */
  readonly onStop?: (what: { readonly signal: NodeJS.Signals; readonly stillRunning: readonly string[] }) => void
}

/**
 * Ends the process in order when it is asked to: at the first signal the tree is stopped in reverse order, with the turns that
 * are under way finished, the last checkpoints taken and the store closed; then the process ends with exit code 0.
 *
 * A second signal ends it at once, and so does the limit, with the exit code 128 + the number of the signal. Both are as safe
 * as `kill -9`: what was accepted is in the store.
 *
 * @returns a function that takes the listeners away again.
 * @throws {ConfigurationError} if the limit or a signal is not what it must be; nothing was changed.
 * @example
 * ```ts no-run
 * import { actor, child, start, stopOnSignals, supervisor } from 'coppice'
 *
 * const Idle = actor('idle', { initial: () => 0, handlers: () => ({}) })
 * const app = await start(supervisor({}, { idle: child(Idle) }))
 * stopOnSignals(app, { limit: '10s' })
 * ```
 */
export function stopOnSignals(app: App<unknown>, options: StopOnSignalsOptions = {}): () => void {
  const limitMs = durationMs(options.limit ?? '10s', 'stopOnSignals: limit')
  const signals = options.signals ?? ['SIGTERM', 'SIGINT']
  for (const signal of signals)
    if (numbers[signal] === undefined)
      throw new ConfigurationError({
        path: 'stopOnSignals: signals',
        rule: `must be some of ${Object.keys(numbers).join(', ')}`,
        value: signal,
      })
  let isStopping = false
  const end = (signal: NodeJS.Signals): void => {
    options.onStop?.({ signal, stillRunning: app.running() })
    process.exit(128 + (numbers[signal] ?? 0))
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) {
      end(signal)
      return
    }
    isStopping = true
    options.onStop?.({ signal, stillRunning: [] })
    createSystemClock().setTimer(limitMs, () => end(signal), { keepsAlive: false })
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        forget()
        throw error
      },
    )
  }
  const forget = (): void => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return forget
}

/** The signals that a process can be asked to end by, with their numbers. */
const numbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 }
