import type { ActorId } from '../protocol/actor-id.ts'
import type { Message } from '../runtime/message.ts'
import type { SentMessage } from '../runtime/middleware.ts'
import type { HandlingWatch } from '../simulation/faulty-behavior.ts'

/** How a test tool steers a simulation, and what it is told. A simulation without it goes by its seed. */
export interface SimulationControls {
  /** Makes every choice; see `SeededSchedulerOptions.choose`. */
  readonly choose?: (labels: readonly string[]) => number | undefined
  /** Promises go on after each choice as far as they can. */
  readonly settlesEachStep?: boolean
  /** After each choice and each timer, and, with `settled`, whenever promises have gone on. */
  readonly after?: (what: 'step' | 'settled') => void
  /** True: no choice is made any more, until what is told after that ends the run. */
  readonly isHalted?: () => boolean
  /** A message is about to be handled. */
  readonly handling?: (actor: ActorId, message: Message) => void
  /** Stands around the handling of every message. */
  readonly watch?: HandlingWatch
  /** A message is sent, by whomever. */
  readonly sent?: (message: SentMessage) => void
  /** The store is asked for something, mostly for an actor. */
  readonly asked?: (operation: string, actor: ActorId | undefined) => void
  /** Chance is asked for a number. */
  readonly drew?: () => void
  /** Faults may be added while it runs. */
  readonly takesFaults?: boolean
}

/** Why a simulated process dies. */
export interface Death {
  /** In words: `before commit 3`. */
  readonly at: string
  /** Checkpoints of which half is lost. */
  readonly torn?: readonly { readonly actor: ActorId; readonly number: number }[]
}
