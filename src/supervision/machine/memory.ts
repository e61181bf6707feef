import { InternalError } from '../../protocol/errors.ts'
import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { AutoShutdown } from '../specs/auto-shutdown.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Child, Children } from './children.ts'
import type { Command } from './commands.ts'
import type { Fact } from './facts.ts'
import type { RestartIntensity } from './restart-intensity.ts'
import type { Strategy } from '../specs/strategy.ts'

/** What a supervisor's machine remembers from one fact to the next. */
export interface Memory {
  /** `static`: children are kept when they are down; `dynamic`: they are members that are removed when they end for good. */
  readonly kind: 'static' | 'dynamic'
  readonly strategy: Strategy
  readonly autoShutdown: AutoShutdown
  readonly children: Children
  readonly budget: RestartIntensity
  /** What all members of a dynamic supervisor are made from. */
  readonly template: ChildSpec | undefined
  /** The round of the newest delay: no two of one supervisor have the same. */
  readonly round: number
  /** What is under way between two facts. */
  readonly task: Task
}

/** What a supervisor is busy with while it waits for a start or a stop; nothing while it is `running`. */
export type Task =
  | { readonly type: 'none' }
  | GroupTask
  | {
      readonly type: 'startChild' | 'restartChild' | 'terminateChild'
      readonly ticket: number
      readonly id: string
      readonly isPromised?: boolean
      readonly cause?: 'monitor' | undefined
    }
  | { readonly type: 'end'; readonly reason: ExitReason }

/** These are taken down and started again, in this order. */
export interface GroupTask {
  readonly type: 'restartGroup'
  readonly ids: readonly string[]
  /** The call that has hurried one of them, to be answered when they are started. */
  readonly hurried?: { readonly ticket: number; readonly id: string }
  /** Temporary ones come back too: it is nobody's end that takes them along. */
  readonly isWhole?: true
}

export const noTask: Task = Object.freeze({ type: 'none' })

/** What a rule answers: what to remember from now on, and what to do. */
export interface Step {
  readonly children?: Children
  readonly task?: Task
  readonly strategy?: Strategy
  readonly round?: number
  readonly commands: readonly Command[]
}

/** Writes a step into a memory that nobody else reads. */
export function rememberInPlace(memory: Changing<Memory>, { children, task, strategy, round }: Step): void {
  if (children !== undefined) memory.children = children
  if (task !== undefined) memory.task = task
  if (strategy !== undefined) memory.strategy = strategy
  if (round !== undefined) memory.round = round
}

type Changing<Values> = { -readonly [Key in keyof Values]: Values[Key] }

/** The memory after a step: the same one if nothing in it has changed. */
export function remember(memory: Memory, step: Step): Memory {
  const { children = memory.children, task = memory.task, strategy = memory.strategy, round = memory.round } = step
  const isSame = children === memory.children && task === memory.task && strategy === memory.strategy && round === memory.round
  return isSame ? memory : { ...memory, children, task, strategy, round }
}

/** The fact of one type. */
export type FactOf<Type extends Fact['type']> = Extract<Fact, { readonly type: Type }>

/** The group being restarted; a supervisor in the states of a group restart has one. */
export function groupTask({ task }: Memory): GroupTask {
  if (task.type !== 'restartGroup') throw new InternalError('a supervisor restarts no group', task)
  return task
}

/** The call being answered; a supervisor in the states of a call has one. */
export function callTask({ task }: Memory): Extract<Task, { readonly ticket: number }> {
  if (!('ticket' in task)) throw new InternalError('a supervisor answers no call', task)
  return task
}

/** The reason with which the supervisor ends; it has one as soon as it does. */
export function endTask({ task }: Memory): Extract<Task, { readonly type: 'end' }> {
  if (task.type !== 'end') throw new InternalError('a supervisor does not end', task)
  return task
}

/** The child with this id; the machine has seen to it that there is one. */
export function childOf({ children }: Memory, id: string): Child {
  const child = children.get(id)
  if (child === undefined) throw new InternalError('a child is not in the table', id)
  return child
}

/** True if a child that is down for good leaves the table at once. */
export function isRemovedWhenDown({ kind }: Memory, spec: ChildSpec): boolean {
  return kind === 'dynamic' || spec.restart === 'temporary'
}
