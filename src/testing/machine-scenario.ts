import type { AnyMachineSnapshot, AnyStateMachine, EventFromLogic } from 'xstate'
import type { ActorId } from '../protocol/actor-id.ts'
import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { MachineBehavior } from '../behaviors/hosting/machine-behavior.ts'
import type { ChildNode, SupervisorNode, TreeNode } from '../supervision/trees/tree.ts'
import { MachineModel, showValue, type ModelEvent, type ModelState } from './machine-model.ts'
import { machineFaults, playStep, type MachineFault, type MachineStep } from './machine-steps.ts'
import { keysOf } from './reference-at.ts'
import type { Invariant, Scenario } from './scenario.ts'
import type { Sim } from './sim.ts'

/** What {@link machineScenario} is given. */
export interface MachineScenarioOptions<Tree, Machine extends AnyStateMachine> extends Omit<
  Scenario<Tree>,
  'run' | 'items' | 'faults'
> {
  /** The path of the child that is the machine. */
  readonly actor: ActorId
  /** The machine, as it was given to `machine`. */
  readonly machine: Machine
  /** Events to go through it with; of one type there may be several. */
  readonly events: readonly EventFromLogic<Machine>[]
  /** What goes wrong with each transition. All if not given. */
  readonly faults?: readonly MachineFault[]
  /** Played before the first event. */
  readonly before?: (sim: Sim<Tree>) => unknown
  /**
   * What the machine has to have after a fault of what it has without: all of its `state`, its `value` only, or `nothing`.
   * `state` if not given for a durable child, else `nothing`.
   */
  readonly keeps?: 'state' | 'value' | 'nothing'
  /**
   * Tells states apart for the search of paths: two of one text are taken for the same. By the value of the state if not given.
   */
  readonly stateOf?: (state: ModelState) => string
  /** How long handling takes with the fault `delay`. A second if not given. */
  readonly delay?: Duration
}

/** A transition and what goes wrong with it. */
export interface PlannedCell {
  /** `open --pay--> paid` */
  readonly transition: string
  /** Nothing: the transition as it should be. */
  readonly fault: MachineFault | undefined
  /** The places of its steps in the items of the scenario. */
  readonly items: readonly number[]
}

/** A scenario of the events that lead through a machine, for {@link coverMachine}. */
export interface MachineScenario<Tree> extends Scenario<Tree, MachineStep> {
  readonly items: readonly MachineStep[]
  readonly cells: readonly PlannedCell[]
  /** Transitions that the machine declares and no path of these events takes. */
  readonly unreached: readonly string[]
}

/** What is asked of every cell besides what the scenario says. */
export const machineLaws = { isUp: 'the machine is up again', isThere: 'the machine is where its events lead' } as const

/**
 * Makes a scenario of a machine of xstate: for each of its transitions, and each fault, the shortest events that lead there,
 * with the fault in the last. Paths are found in the machine itself, with `xstate/graph`; delays are waited for. What a machine
 * does by itself, such as the end of what it invokes, is on no path.
 *
 * Every item of it is one event; `coverMachine` plays those of one cell, and `replay` those of a token.
 *
 * @throws {ConfigurationError} if there is no machine at this path, or an option breaks a rule.
 */
export function machineScenario<Tree, Machine extends AnyStateMachine>(
  options: MachineScenarioOptions<Tree, Machine>,
): MachineScenario<Tree> {
  const { actor, machine, events, faults = machineFaults, before, delay = '1s', keeps, stateOf, invariants, ...rest } = options
  const child = machineAt(options.tree, actor)
  checkOptions(events, faults)
  durationMs(delay, 'machineScenario: delay')
  const { args, state, restart } = child.options as {
    readonly args?: unknown
    readonly state?: unknown
    readonly restart?: unknown
  }
  const model = new MachineModel({
    machine,
    input: args,
    events: events,
    stateOf: stateOf ?? (({ value }) => showValue(value)),
  })
  const items: MachineStep[] = []
  const cells: PlannedCell[] = []
  for (const { name: transition, events: path } of model.rows)
    for (const fault of [undefined, ...faults]) {
      const steps = path.map((event, n) => (n < path.length - 1 || fault === undefined ? { event } : { event, fault }))
      cells.push({ transition, fault, items: steps.map((_, n) => items.length + n) })
      items.push(...steps)
    }
  const kept = keeps ?? (state === 'durable' ? 'state' : 'nothing')
  let played: readonly MachineStep[] = []
  const target: Invariant<Tree> = (sim) => {
    const expected = model.after(played.map(({ event }) => event))
    const isCalm = played.every(({ fault }) => fault === undefined)
    return difference(expected, sim.peek<ModelState>(actor), kept === 'nothing' && isCalm ? 'value' : kept)
  }
  const isUp: Invariant<Tree> = (sim) =>
    restart === 'temporary' || model.after(played.map(({ event }) => event)).status !== 'active' || sim.peek(actor) !== undefined
  return {
    ...rest,
    items,
    cells,
    unreached: model.unreached,
    invariants: { ...invariants, [machineLaws.isUp]: isUp, [machineLaws.isThere]: target },
    run: async (sim, steps) => {
      played = []
      await before?.(sim)
      for (const [nth, step] of steps.entries()) {
        const expected = model.after(played.map(({ event }) => event))
        // A path that was made shorter may lead past it.
        if (step.event.afterMs !== undefined && !model.takes(expected, step.event)) continue
        played = [...played, step]
        await playStep({ sim, actor, delay }, step, nth)
      }
    },
  }
}

function difference(
  expected: AnyMachineSnapshot,
  actual: ModelState | undefined,
  kept: 'state' | 'value' | 'nothing',
): true | string {
  if (kept === 'nothing' || expected.status !== 'active' || actual === undefined) return true
  const [wanted, found] = [showValue(expected.value), showValue(actual.value)]
  if (wanted !== found) return `it is in ${found}, and not in ${wanted}`
  if (kept === 'value') return true
  const [context, other] = [JSON.stringify(expected.context), JSON.stringify(actual.context)]
  return context === other || `its context is ${other}, and not ${context}`
}

function machineAt(tree: SupervisorNode<unknown>, actor: ActorId): ChildNode<unknown> {
  let node: TreeNode | undefined = tree
  for (const key of keysOf(actor)) node = node?.kind === 'supervisor' ? node.children[key] : undefined
  if (node?.kind === 'child' && node.behavior instanceof MachineBehavior) return node
  throw new ConfigurationError({
    path: 'machineScenario: actor',
    rule: 'must be the path of a child of the tree that is made by `machine`',
    value: actor,
  })
}

function checkOptions(events: readonly ModelEvent[], faults: readonly MachineFault[]): void {
  for (const [index, event] of events.entries())
    if (typeof event?.type !== 'string' || event.type.startsWith('xstate.')) {
      const rule = 'must be an event with a type that can be sent'
      throw new ConfigurationError({ path: `machineScenario: events[${index}]`, rule, value: event })
    }
  for (const [index, value] of faults.entries())
    if (!machineFaults.includes(value)) {
      const rule = `must be one of ${machineFaults.map((name) => `"${name}"`).join(', ')}`
      throw new ConfigurationError({ path: `machineScenario: faults[${index}]`, rule, value })
    }
}
