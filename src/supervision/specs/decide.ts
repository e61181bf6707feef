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
