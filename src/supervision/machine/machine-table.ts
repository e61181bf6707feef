import { InternalError } from '../../protocol/errors.ts'
import type { Fact } from './facts.ts'
import type { Memory, Step } from './memory.ts'

/** What a supervisor is doing. Only in `running` it handles what comes from its mailbox: exits, retries, calls. */
export type SupervisorState =
  'starting' | 'running' | 'stoppingGroup' | 'startingGroup' | 'startingChild' | 'stoppingChild' | 'terminating' | 'done'

/** Asks a guard; before the first fact there is none. */
type Guard = (asked: { readonly context: Memory }, fact: Fact | undefined) => boolean
type Rule = (memory: Memory, fact: Fact | undefined) => Step

/** One way from a state: taken if the guard holds, or if there is none. */
export interface Transition {
  readonly guard: Guard | undefined
  /** Nothing if the state stays. */
  readonly target: SupervisorState | undefined
  readonly rules: readonly Rule[]
}

/** A state of the machine, with rules and guards in the place of their names. */
export interface StateRow {
  readonly entry: readonly Rule[]
  readonly always: readonly Transition[]
  readonly on: ReadonlyMap<Fact['type'], readonly Transition[]>
}

/** An action or a guard as the machine names it. */
type Named = string | { readonly type: string; readonly params?: unknown }
type OneOrMore<Item> = Item | readonly Item[]

interface TransitionConfig {
  readonly guard?: Named
  readonly target?: SupervisorState
  readonly actions?: OneOrMore<Named>
}

interface StateConfig {
  readonly entry?: OneOrMore<Named>
  readonly always?: OneOrMore<TransitionConfig>
  readonly on?: Readonly<Record<string, OneOrMore<TransitionConfig>>>
}

interface MachineConfig {
  readonly states: Readonly<Record<string, StateConfig>>
}

interface Implementations {
  readonly actions: Readonly<Record<string, { readonly rule?: (memory: Memory, params: unknown) => Step }>>
  readonly guards: Readonly<Record<string, (args: { readonly context: Memory }, params: unknown) => boolean>>
}

// What is read here, and what changes no step. Nested states, delays and invocations would.
const machineParts: readonly string[] = ['id', 'context', 'initial', 'states', 'schemas', 'version', 'description', 'meta']
const stateParts: readonly string[] = ['entry', 'always', 'on', 'type', 'description', 'meta']
const transitionParts: readonly string[] = ['guard', 'target', 'actions', 'description', 'meta']

/** What is read of a machine; its types allow more forms than the table has a place for. */
export interface ReadableMachine {
  readonly config: object
  readonly implementations: object
}

/**
 * Reads the table of a machine.
 *
 * @throws {InternalError} if the machine uses what this table has no place for.
 */
export function readTable({ config, implementations }: ReadableMachine): ReadonlyMap<SupervisorState, StateRow> {
  refuseOthers(config, machineParts)
  const { states } = config as MachineConfig
  const reader = new TableReader(implementations as Implementations)
  return new Map(Object.entries(states).map(([name, state]) => [name as SupervisorState, reader.row(state)]))
}

class TableReader {
  readonly #implementations: Implementations

  constructor(implementations: Implementations) {
    this.#implementations = implementations
  }

  row(config: StateConfig): StateRow {
    refuseOthers(config, stateParts)
    const { entry, always, on = {} } = config
    const ways = Object.entries(on).map(([type, given]) => [type as Fact['type'], this.#transitions(given)] as const)
    return { entry: this.#rules(entry), always: this.#transitions(always), on: new Map(ways) }
  }

  #transitions(given: OneOrMore<TransitionConfig> | undefined): readonly Transition[] {
    return listOf(given).map((config) => {
      refuseOthers(config, transitionParts)
      const { guard, target, actions } = config
      return { guard: guard === undefined ? undefined : this.#guard(guard), target, rules: this.#rules(actions) }
    })
  }

  #rules(given: OneOrMore<Named> | undefined): readonly Rule[] {
    return listOf(given).map((named) => this.#rule(named))
  }

  #rule(named: Named): Rule {
    const rule = this.#implementations.actions[nameOf(named)]?.rule
    if (rule === undefined) throw new InternalError('the machine names an action that follows no rule', named)
    return takesFact(named) ? rule : (memory) => rule(memory, undefined)
  }

  #guard(named: Named): Guard {
    const holds = this.#implementations.guards[nameOf(named)]
    if (holds === undefined) throw new InternalError('the machine names a guard that there is not', named)
    return holds
  }
}

function nameOf(named: Named): string {
  return typeof named === 'string' ? named : named.type
}

function takesFact(named: Named): boolean {
  return typeof named !== 'string' && named.params !== undefined
}

function listOf<Item>(given: OneOrMore<Item> | undefined): readonly Item[] {
  return given === undefined ? [] : ([given].flat() as readonly Item[])
}

function refuseOthers(config: object, parts: readonly string[]): void {
  const other = Object.keys(config).find((part) => !parts.includes(part))
  if (other !== undefined) throw new InternalError('the machine uses what its table has no place for', other)
}
