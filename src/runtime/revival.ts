import { keyOf, type ActorId } from '../protocol/actor-id.ts'
import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'
import type { ActorSpec } from './actor-spec.ts'
import type { Cell, Memory } from './anatomy.ts'
import { RevivalError } from './errors.ts'
import type { LastExit } from './last-exit.ts'
import type { Router } from './router.ts'
import type { Started, StartOrigin } from './starting.ts'

/** What is left of an actor that has ended, to start it from: taken before anybody gives up its place. */
export interface Remains {
  readonly spec: ActorSpec
  readonly memory: Memory | undefined
  readonly lastEnd: LastExit | undefined
  readonly incarnation: number
  readonly starts: number
  /** Nothing for one that was spawned, and for the root. */
  readonly supervisor: ActorId | undefined
}

/** What a revival reaches of the system. */
export interface RevivalParts {
  readonly router: Router
  readonly cellOf: (id: ActorId) => Cell | undefined
  /** Starts an actor that no supervisor looks after at a place that is free. */
  readonly startAlone: (remains: Remains, origin: StartOrigin) => Promise<Started>
}

/** The answer of a supervisor, as far as it matters here. */
interface Answer {
  readonly status: string
  readonly error?: { readonly type: string; readonly reason?: ExitReason }
}

interface Wanted {
  readonly remains: Remains
  readonly hook: 'init' | 'restart'
}

/** Starts actors that have ended, at their identity: by their supervisor where they have one, else alone. */
export class Revivals {
  readonly #parts: RevivalParts
  /** What is to be started again at this moment, and by which hook. */
  readonly #wanted = new Map<ActorId, Wanted>()

  constructor(parts: RevivalParts) {
    this.#parts = parts
  }

  remainsOf(id: ActorId): Remains | undefined {
    const cell = this.#parts.cellOf(id)
    if (cell === undefined) return undefined
    const { spec, memory, lastEnd, incarnation, starts, supervisor } = cell
    return { spec, memory, lastEnd, incarnation, starts, supervisor }
  }

  /** @throws {RevivalError} if it does not come to be. */
  async start(id: ActorId, remains: Remains | undefined, hook: 'init' | 'restart'): Promise<void> {
    if (remains === undefined) throw new RevivalError(id, 'nothing is left of it to start it from')
    if (remains.supervisor !== undefined) await this.#ask(id, remains.supervisor, { remains, hook })
    else if (remains.spec.behavior.stopsInOrder === true) throw new RevivalError(id, 'the tree has ended')
    else await this.#startAlone(id, remains, hook)
  }

  /** Gives a new incarnation what is left of the old one, if it is started for that. */
  origin(cell: Cell, origin: StartOrigin): StartOrigin {
    const wanted = origin.cause === 'monitor' ? this.#wanted.get(cell.id) : undefined
    if (wanted === undefined) return origin
    bequeath(wanted.remains, cell)
    return { ...origin, hook: wanted.hook }
  }

  async #ask(id: ActorId, supervisor: ActorId, wanted: Wanted): Promise<void> {
    this.#wanted.set(id, wanted)
    const input = { key: keyOf(id), args: wanted.remains.spec.args }
    const request = { name: 'revive', input, sender: undefined }
    const answer = await this.#parts.router
      .call(supervisor, request, { timeout: 'infinity' })
      .then(
        (reply) => reply as Answer,
        (error: unknown) => {
          throw new RevivalError(id, 'its supervisor has ended', error)
        },
      )
      .finally(() => this.#wanted.delete(id))
    if (answer.status === 'ignored') throw new RevivalError(id, 'it ignored its start')
    if (answer.error !== undefined) throw new RevivalError(id, problemOf(answer.error))
  }

  async #startAlone(id: ActorId, remains: Remains, hook: 'init' | 'restart'): Promise<void> {
    if (this.#parts.cellOf(id) !== undefined) throw new RevivalError(id, 'it has been started again already')
    const started = await this.#parts.startAlone(remains, {
      cause: 'monitor',
      reason: remains.lastEnd?.reason,
      parent: undefined,
      hook,
    })
    if (started.status === 'ignored') throw new RevivalError(id, 'it ignored its start')
    if (started.status === 'failed') throw new RevivalError(id, problemOf({ type: 'start_failed', reason: started.reason }))
  }
}

/** Makes a new place what the old one was. */
export function bequeath({ memory, lastEnd, incarnation, starts }: Remains, cell: Cell): void {
  cell.memory ??= memory
  cell.lastEnd ??= lastEnd
  cell.incarnation = Math.max(cell.incarnation, incarnation)
  cell.starts = Math.max(cell.starts, starts)
}

function problemOf({ type, reason }: NonNullable<Answer['error']>): string {
  switch (type) {
    case 'running':
    case 'restarting':
    case 'already_started':
      return 'its supervisor has started it again, or will'
    case 'not_found':
      return 'its supervisor has it no more'
    case 'start_failed':
      return `it could not be started${reason === undefined ? '' : ` (${describeReason(reason)})`}`
    default:
      return 'its supervisor is shutting down'
  }
}
