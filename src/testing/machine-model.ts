import { initialTransition, transition, type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate'
import { getAdjacencyMap, getShortestPaths } from 'xstate/graph'
import { ConfigurationError } from '../protocol/errors.ts'

/** An event of a machine: one that is sent, or one that comes when time has gone by. */
export interface ModelEvent {
  readonly type: string
  /** How long it is until it comes, in milliseconds, if nobody sends it. */
  readonly afterMs?: number
}

/** What a machine is in. */
export interface ModelState {
  readonly value: unknown
  readonly context: unknown
}

/** How a machine is walked through. */
export interface ModelOptions {
  readonly machine: AnyStateMachine
  readonly input: unknown
  readonly events: readonly ModelEvent[]
  /** Two states of one text are taken for the same. */
  readonly stateOf: (state: ModelState) => string
}

/** A transition that a machine can take: the events that lead to it, the last of which takes it. */
export interface ModelRow {
  /** `open --pay--> paid` */
  readonly name: string
  readonly events: readonly ModelEvent[]
}

interface Edge {
  readonly event: ModelEvent
  readonly state: AnyMachineSnapshot
}

type Transition = ReturnType<AnyStateMachine['getTransitionData']>[number]

/** So many states are walked through at most. */
const mostStates = 2_000

/** A machine with nothing around it: what it does with each event that it is given. */
export class MachineModel {
  readonly rows: readonly ModelRow[]
  /** Transitions that the machine declares and none of the rows takes. */
  readonly unreached: readonly string[]
  readonly #machine: AnyStateMachine
  readonly #input: unknown

  /** @throws {ConfigurationError} if it comes to no end. */
  constructor({ machine, input, events, stateOf }: ModelOptions) {
    this.#machine = machine
    this.#input = input
    const traversal = {
      input,
      events: (state: AnyMachineSnapshot): AnyEventObject[] => [...events, ...delayOf(machine, state)],
      serializeState: (state: AnyMachineSnapshot): string => stateOf(state),
      limit: mostStates,
    }
    const [map, paths] = walked(() => [getAdjacencyMap(machine, traversal), getShortestPaths(machine, traversal)] as const)
    const taken = new Set<Transition>()
    const rows = new Map<string, ModelRow>()
    const several = new Set(
      events.filter(({ type }, n) => events.some((other, m) => m !== n && other.type === type)).map(({ type }) => type),
    )
    for (const { state, steps } of paths) {
      const path = steps.slice(1).map((step) => step.event as ModelEvent)
      const edges = Object.values(map[stateOf(state) as keyof typeof map]?.transitions ?? {})
      for (const { event, state: next } of edges as readonly Edge[]) {
        const transitions = machine.getTransitionData(state, event)
        if (transitions.length === 0) continue
        for (const one of transitions) taken.add(one)
        const label = several.has(event.type) ? `${event.type} ${payloadOf(event)}` : labelOf(event)
        const name = `${showValue(state.value)} --${label}--> ${showValue(next.value)}`
        rows.set(`${stateOf(state)} ${JSON.stringify(event)}`, { name, events: [...path, event] })
      }
    }
    this.rows = [...rows.values()]
    this.unreached = declaredIn(machine)
      .filter((one) => !taken.has(one))
      .map(describeTransition)
  }

  /** What the machine is in after these events. What it has no transition for changes nothing. */
  after(events: readonly ModelEvent[]): AnyMachineSnapshot {
    const [first] = initialTransition(this.#machine, this.#input as never)
    return events.reduce((state, event) => (this.takes(state, event) ? transition(this.#machine, state, event)[0] : state), first)
  }

  /** True if there is a transition for it in this state; for the coming of a time, if it is the next to come. */
  takes(state: AnyMachineSnapshot, event: ModelEvent): boolean {
    if (state.status !== 'active' || this.#machine.getTransitionData(state, event).length === 0) return false
    return event.afterMs === undefined || delayOf(this.#machine, state).some(({ type }) => type === event.type)
  }
}

/** A state as text: `paid`, or `{"on":"red"}`. */
export function showValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The delay that ends first in a state, as the event that it is. Those that are worked out at run time are not known. */
function delayOf({ implementations }: AnyStateMachine, state: AnyMachineSnapshot): Required<ModelEvent>[] {
  const delays = state._nodes.flatMap((node) =>
    node.after.flatMap(({ eventType, delay }) => {
      const afterMs: unknown = typeof delay === 'string' ? implementations.delays[delay] : delay
      return typeof afterMs === 'number' ? [{ type: eventType as string, afterMs }] : []
    }),
  )
  const next = Math.min(...delays.map(({ afterMs }) => afterMs))
  return delays.filter(({ afterMs }) => afterMs === next).slice(0, 1)
}

function declaredIn(machine: AnyStateMachine): readonly Transition[] {
  const nodes = [machine.root]
  for (const node of nodes) nodes.push(...Object.values(node.states))
  return nodes.flatMap((node) => [...node.transitions.values()].flat())
}

function describeTransition({ source, eventType, target }: Transition): string {
  const to = target?.map(pathOf).join(', ')
  return `${pathOf(source)} --${labelOf({ type: eventType as string })}--> ${to ?? pathOf(source)}`
}

function payloadOf({ type: _, ...fields }: ModelEvent): string {
  return JSON.stringify(fields)
}

function pathOf({ path, key }: Transition['source']): string {
  return path.length === 0 ? key : path.join('.')
}

function labelOf({ type, afterMs }: ModelEvent): string {
  if (afterMs !== undefined) return `after ${afterMs} ms`
  return type.replace(/^xstate\.after\.([^.]+)\..*$/s, 'after $1 ms').replace(/^xstate\.(done|error)\.\w+\./s, '$1 ')
}

function walked<T>(walk: () => T): T {
  try {
    return walk()
  } catch (error) {
    if (!(error instanceof Error) || !/traversal limit/i.test(error.message)) throw error
    const remedy = 'Leave `stateOf` out, or have it tell fewer states apart'
    throw new ConfigurationError({
      path: 'machineScenario: stateOf',
      rule: `must come to an end before ${mostStates} states`,
      value: 'more',
      remedy,
    })
  }
}
