import { InternalError } from '../../protocol/errors.ts'
import type { AutoShutdown } from '../specs/auto-shutdown.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import { newChild, type Child, type Children, type ChildrenView } from './children.ts'
import type { Command } from './commands.ts'
import type { Fact } from './facts.ts'
import { InPlaceChildren } from './in-place-children.ts'
import { noTask, type Memory } from './memory.ts'
import type { Intensity } from '../specs/intensity.ts'
import { RestartIntensity } from './restart-intensity.ts'
import type { Strategy } from '../specs/strategy.ts'
import { MachineRunner } from './machine-runner.ts'
import type { SupervisorState } from './machine-table.ts'

/** How often children were restarted under earlier incarnations of the supervisor. */
export type Restarts = readonly (readonly [id: string, restarts: number])[]

/** What a supervisor decides by. */
export type SupervisorInput =
  | {
      readonly kind: 'static'
      readonly strategy: Strategy
      readonly intensity: Intensity
      readonly autoShutdown?: AutoShutdown
      /** In the order in which they start. */
      readonly children: readonly ChildSpec[]
      readonly restarts?: Restarts
    }
  | {
      readonly kind: 'dynamic'
      readonly intensity: Intensity
      readonly autoShutdown?: AutoShutdown
      /** The members that it starts with. */
      readonly children: readonly ChildSpec[]
      /** What all of them are made from, under the name of their kind. */
      readonly template?: ChildSpec
      readonly restarts?: Restarts
    }

/** A supervisor's mind: it is told facts and says what to do. It has no clock and no effects. */
export interface Decider {
  readonly state: SupervisorState
  /** The children as they are between two facts. */
  readonly children: ChildrenView
  /** What it goes by at this moment; a dynamic supervisor restarts each member alone. */
  readonly strategy: Strategy
  /** How many restarts are allowed at this moment. */
  budgetLeft(nowMs: number): number
  /** What to do first; to be called once. */
  start(): readonly Command[]
  /**
   * What to do about a fact, in this order.
   *
   * @throws InternalError if the fact cannot come in this state; nothing has changed then.
   */
  decide(fact: Fact): readonly Command[]
  /** A second mind with the same memory, to try other facts on. As cheap as a copy of the table of children. */
  fork(): Decider
}

/** Which facts can come in a state. */
const expected: Record<SupervisorState, readonly Fact['type'][]> = {
  starting: ['started'],
  running: ['exited', 'retry', 'due', 'health', 'asked', 'shutdown'],
  stoppingGroup: ['stopped'],
  startingGroup: ['started'],
  startingChild: ['started'],
  stoppingChild: ['stopped'],
  terminating: ['stopped'],
  done: [],
}

/** Makes the table for the first children of a supervisor. */
export type TableOf = (children: readonly Child[]) => Children

/** Makes the mind of a supervisor. Without `table` it is one for a running supervisor, which changes its children in place. */
export function createDecider(input: SupervisorInput, table: TableOf = (children) => new InPlaceChildren(children)): Decider {
  return new MachineDecider(new MachineRunner(memoryOf(input, table)))
}

/** What the machine of a supervisor remembers at first. */
export function memoryOf(input: SupervisorInput, table: TableOf): Memory {
  const restarts = new Map(input.restarts)
  return {
    kind: input.kind,
    strategy: input.kind === 'dynamic' ? 'one_for_one' : input.strategy,
    autoShutdown: input.autoShutdown ?? 'never',
    children: table(input.children.map((spec) => newChild(spec, restarts.get(spec.id)))),
    budget: new RestartIntensity(input.intensity),
    template: input.kind === 'dynamic' ? input.template : undefined,
    round: 0,
    task: noTask,
  }
}

class MachineDecider implements Decider {
  readonly #machine: MachineRunner
  #isStarted: boolean

  constructor(machine: MachineRunner, isStarted = false) {
    this.#machine = machine
    this.#isStarted = isStarted
  }

  get state(): SupervisorState {
    return this.#machine.state
  }

  get children(): ChildrenView {
    return this.#machine.memory.children
  }

  get strategy(): Strategy {
    return this.#machine.memory.strategy
  }

  budgetLeft(nowMs: number): number {
    return this.#machine.memory.budget.budgetLeft(nowMs)
  }

  start(): readonly Command[] {
    if (this.#isStarted) throw new InternalError('a supervisor was started twice', this.state)
    this.#isStarted = true
    return this.#machine.begin()
  }

  decide(fact: Fact): readonly Command[] {
    if (!this.#isStarted || !expected[this.state].includes(fact.type))
      throw new InternalError(`the fact "${fact.type}" came to a supervisor that is ${this.state}`, fact)
    return this.#machine.step(fact)
  }

  fork(): Decider {
    const { children, budget, ...rest } = this.#machine.memory
    const memory = { ...rest, children: children.copy(), budget: budget.copy() }
    return new MachineDecider(new MachineRunner(memory, this.state), this.#isStarted)
  }
}
