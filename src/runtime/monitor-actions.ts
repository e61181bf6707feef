import type { ActorId } from '../protocol/actor-id.ts'
import type { Attribution } from './attribution.ts'
import type { Life } from './anatomy.ts'
import type { Down, MonitorAction, MonitorController } from './context.ts'
import { reasonOfThrown, RevivalError } from './errors.ts'
import type { ActorEvent } from './events.ts'
import type { Revivals } from './revival.ts'
import type { Scheduler } from './scheduler.ts'
import { isThenable } from './thenable.ts'

/** What the actions of monitors are run with. */
export interface MonitorActionParts {
  readonly revivals: Revivals
  readonly scheduler: Scheduler
  readonly attribution: Attribution
  readonly emit: (event: ActorEvent) => void
  /** Makes an error known that nobody waits for. */
  readonly surface: (error: unknown) => void
}

/** The actions of monitors whose target has ended: each is run once, in a turn of its own, unless it is taken back before. */
export class MonitorActions {
  readonly #parts: MonitorActionParts
  readonly #pending = new Set<number>()

  constructor(parts: MonitorActionParts) {
    this.#parts = parts
  }

  /** The target has ended, or was not there. `watcher` is who monitors; nothing for one from outside. */
  begin(action: MonitorAction, down: Down, watcher: Life | undefined): void {
    const { monitor, id } = down
    const controller = this.#controllerOf(id, watcher)
    this.#pending.add(monitor)
    this.#parts.scheduler.defer(`monitor ${monitor} of ${id}`, () => {
      // Nobody is told of anything any more who has ended meanwhile.
      if (this.#pending.delete(monitor) && watcher?.isActive !== false) this.#run(action, down, controller, watcher)
    })
  }

  /** True if the action was still to be run. */
  cancel(monitor: number): boolean {
    return this.#pending.delete(monitor)
  }

  #run(action: MonitorAction, down: Down, controller: MonitorController, watcher: Life | undefined): void {
    const { attribution } = this.#parts
    const run = (): unknown => action(down, controller)
    try {
      const result = watcher === undefined ? attribution.outside(run) : attribution.run(watcher, run)
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#failed(error, watcher))
    } catch (error) {
      this.#failed(error, watcher)
    }
  }

  #failed(error: unknown, watcher: Life | undefined): void {
    if (watcher === undefined) this.#parts.surface(error)
    else if (watcher.isActive) watcher.end(reasonOfThrown(error), 'orderly')
    else this.#parts.emit({ type: 'stray', id: watcher.id, incarnation: watcher.number, error })
  }

  #controllerOf(id: ActorId, watcher: Life | undefined): MonitorController {
    // Taken now: of an actor without a supervisor nothing is left a moment later.
    const remains = this.#parts.revivals.remainsOf(id)
    const start = async (hook: 'init' | 'restart'): Promise<void> => {
      if (watcher?.isActive === false) {
        this.#parts.emit({ type: 'late', id: watcher.id, incarnation: watcher.number, what: `start of ${id}` })
        throw new RevivalError(id, 'the actor that monitored it has ended')
      }
      await this.#parts.revivals.start(id, remains, hook)
    }
    return { init: () => start('init'), restart: () => start('restart') }
  }
}
