import { createEmptyActor, type ActorScope, type SnapshotFrom } from 'xstate'
import { InternalError } from '../protocol/errors.ts'
import type { AutoShutdown } from './auto-shutdown.ts'
import type { ChildSpec } from './child-spec.ts'
import { newChild, type Child, type Children, type ChildrenView } from './children.ts'
import type { Command } from './commands.ts'
import type { Fact } from './facts.ts'
import { InPlaceChildren } from './in-place-children.ts'
import { noTask, type Memory } from './memory.ts'
import { RestartIntensity, type Intensity } from './restart-intensity.ts'
import type { Strategy } from './strategy.ts'
import { supervisorMachine } from './supervisor-machine.ts'

/** What a supervisor decides by. */
export type SupervisorInput =
  | {
      readonly kind: 'static'
      readonly strategy: Strategy
      readonly intensity: Intensity
      readonly autoShutdown?: AutoShutdown
      /** In the order in which they start. */
      readonly children: readonly ChildSpec[]
    }
  | {
      readonly kind: 'dynamic'
      readonly intensity: Intensity
      readonly autoShutdown?: AutoShutdown
      /** The members that it starts with. */
      readonly children: readonly ChildSpec[]
      /** What all of them are made from, under the name of their kind. */
      readonly template?: ChildSpec
    }

/** What a supervisor is doing. Only in `running` it handles exits, retries, calls and the request to stop. */
export type SupervisorState =
  | 'starting'
  | 'running'
  | 'stoppingGroup'
  | 'startingGroup'
  | 'startingChild'
  | 'stoppingChild'
  | 'terminating'
  | 'done'

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
  running: ['exited', 'retry', 'asked', 'shutdown'],
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
  return new MachineDecider(memoryOf(input, table))
}

/** What the machine of a supervisor remembers at first. */
export function memoryOf(input: SupervisorInput, table: TableOf): Memory {
  return {
    kind: input.kind,
    strategy: input.kind === 'dynamic' ? 'one_for_one' : input.strategy,
    autoShutdown: input.autoShutdown ?? 'never',
    children: table(input.children.map(newChild)),
    budget: new RestartIntensity(input.intensity),
    template: input.kind === 'dynamic' ? input.template : undefined,
    task: noTask,
  }
}

type Snapshot = SnapshotFrom<typeof supervisorMachine>
type Scope = ActorScope<Snapshot, Fact>

class MachineDecider implements Decider {
  #memory: Memory
  #snapshot: Snapshot | undefined
  #commands: Command[] = []
  readonly #scope: Scope

  constructor(memory: Memory, snapshot?: Snapshot) {
    this.#memory = memory
    this.#snapshot = snapshot
    this.#scope = inertScope((command) => this.#commands.push(command))
  }

  get state(): SupervisorState {
    return this.#snapshot?.value ?? 'starting'
  }

  get children(): ChildrenView {
    return this.#memory.children
  }

  get strategy(): Strategy {
    return this.#memory.strategy
  }

  budgetLeft(nowMs: number): number {
    return this.#memory.budget.budgetLeft(nowMs)
  }

  start(): readonly Command[] {
    if (this.#snapshot !== undefined) throw new InternalError('a supervisor was started twice', this.state)
    return this.#goOn(supervisorMachine.getInitialSnapshot(this.#scope, this.#memory))
  }

  decide(fact: Fact): readonly Command[] {
    if (this.#snapshot === undefined || !expected[this.state].includes(fact.type))
      throw new InternalError(`the fact "${fact.type}" came to a supervisor that is ${this.state}`, fact)
    return this.#goOn(supervisorMachine.transition(this.#snapshot, fact, this.#scope))
  }

  fork(): Decider {
    const { children, budget, ...rest } = this.#memory
    const memory: Memory = { ...rest, children: children.copy(), budget: budget.copy() }
    return new MachineDecider(memory, this.#snapshot && { ...this.#snapshot, context: memory })
  }

  #goOn(snapshot: Snapshot): readonly Command[] {
    if (snapshot.status === 'error') throw snapshot.error
    this.#snapshot = snapshot
    this.#memory = snapshot.context
    const commands = this.#commands
    this.#commands = []
    return commands
  }
}

/**
 * What xstate needs to take a step, made once and used for every step: its own `transition()` makes an actor for each, which
 * takes several times as long. Nothing is ever started in it, and the one action that reaches it is `command`.
 */
function inertScope(take: (command: Command) => void): Scope {
  const self = createEmptyActor()
  const scope: Omit<Scope, 'self'> = {
    id: self.id,
    sessionId: self.sessionId,
    system: self.system,
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
    // xstate leaves the parameters of an action open; the machine has one action, and its parameter is a command.
    actionExecutor: (action) => take(action.params as Command),
  }
  // An actor that does nothing stands in for the supervisor's own, to which the machine never refers.
  return { ...scope, self: self as unknown as Scope['self'] }
}
