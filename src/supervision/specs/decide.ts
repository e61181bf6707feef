import { ConfigurationError } from '../../protocol/errors.ts'
import { crash, type ExitReason } from '../../protocol/exit-reason.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import { listed } from './option-checks.ts'

/**
 * What is to be done about an exit: `restart` the child, whatever its restart type; `stop`: it stays down; `escalate`: its
 * supervisor ends, and the one above decides; `setAside`: restart, and the message that was being handled is a dead letter at
 * once, where a durable child would try it again.
 */
export type Wish = 'restart' | 'stop' | 'escalate' | 'setAside'

export const wishes: readonly Wish[] = ['restart', 'stop', 'escalate', 'setAside']

/** An exit of a child by itself, as `decide` sees it. */
export interface ChildExit {
  /** The key of the child. */
  readonly id: string
  readonly incarnation: number
  readonly reason: ExitReason
  /** What was thrown; nothing if it did not crash. */
  readonly error: unknown
  /** What it was handling, if it was. */
  readonly message: MessageInfo | undefined
  /** How often it has been restarted so far for exits of its own. */
  readonly restarts: number
  /**
   * The state that it had when it ended: what the turn that failed did to it is not in it. A copy, which is made when it is asked
   * for; nobody else is given it. Nothing of a supervisor, and of what begins anew each time.
   */
  last(): LastState | undefined
}

/** What an incarnation has left. */
export interface LastState {
  /** The name of the behavior that it had then. */
  readonly behavior: string
  /** The version of the behavior's state. */
  readonly version: number
  readonly state: unknown
  /** How far it had come: the number of turns, or of the last message in its journal. */
  readonly frontier: number
}

/** Decides about one exit; `undefined` leaves it to the restart type. */
export type Decide = (exit: ChildExit) => Wish | undefined

/** What `decide` said of one exit. */
export interface Judgement {
  readonly wish?: Wish
  /** Set where it could not say: it failed. */
  readonly problem?: ExitReason
}

/** Asks `decide`. One that throws, or says what it cannot, escalates: nobody knows what it wanted. */
export function judge(decide: Decide, exit: ChildExit): Judgement {
  try {
    const wish: unknown = decide(exit)
    if (wish === undefined) return {}
    const known = wishes.find((each) => each === wish)
    if (known !== undefined) return { wish: known }
    const rule = `must return ${listed(wishes, 'or')}, or nothing`
    throw new ConfigurationError({ path: `decide of "${exit.id}"`, rule, value: wish })
  } catch (error) {
    return { wish: 'escalate', problem: crash(error) }
  }
}
