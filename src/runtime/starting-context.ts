import type { ActorId } from '../protocol/actor-id.ts'
import type { Duration } from '../protocol/duration.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import type { Behavior, Offered, StartCause, StartContext, StartPlan } from './behavior.ts'
import type { CheckpointInfo } from './persistence.ts'
import { sleep } from './sleep.ts'

export const resume: StartPlan = Object.freeze({ type: 'resume' })

/** What the hook of one start gets. A group restart makes thousands of these at once: methods, and nothing made in advance. */
export class StartingContext implements StartContext<unknown, unknown> {
  readonly id: ActorId
  readonly incarnation: number
  readonly attempt: number
  readonly cause: StartCause
  readonly reason: ExitReason | undefined
  readonly args: unknown
  readonly offered: Offered<unknown> | undefined
  readonly checkpoints: readonly CheckpointInfo[]
  readonly #life: Life

  constructor(life: Life, { attempt, cause, reason, offered, checkpoints }: Occasion) {
    this.#life = life
    this.id = life.id
    this.incarnation = life.number
    this.attempt = attempt
    this.cause = cause
    this.reason = reason
    this.args = life.cell.spec.args
    this.offered = offered
    this.checkpoints = checkpoints
  }

  get signal(): AbortSignal {
    return this.#life.signal
  }

  sleep(time: Duration): Promise<void> {
    return sleep(this.#life.cell.world.clock, time, this.signal)
  }

  // None of these needs its object: hooks may take them out of it.

  resume(): StartPlan {
    return resume
  }

  from(checkpoint: CheckpointInfo | number): StartPlan {
    return { type: 'from', checkpoint: typeof checkpoint === 'number' ? checkpoint : checkpoint.number }
  }

  fresh(...args: readonly unknown[]): StartPlan {
    return args.length === 0 ? { type: 'fresh' } : { type: 'fresh', args: { value: args[0] } }
  }

  become(behavior: Behavior, state: unknown): StartPlan {
    return { type: 'become', behavior, state }
  }
}

/** Why a start happens, and what there is to go on from. */
interface Occasion {
  readonly attempt: number
  readonly cause: StartCause
  readonly reason: ExitReason | undefined
  readonly offered: Offered<unknown> | undefined
  readonly checkpoints: readonly CheckpointInfo[]
}
