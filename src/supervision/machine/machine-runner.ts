import type { Command } from './commands.ts'
import type { Fact } from './facts.ts'
import { readTable, type StateRow, type SupervisorState, type Transition } from './machine-table.ts'
import { remember, type Memory } from './memory.ts'
import { supervisorMachine } from './supervisor-machine.ts'

/** Where a supervisor stands after a fact, and what it has to do. */
export interface Outcome {
  readonly state: SupervisorState
  readonly memory: Memory
  readonly commands: readonly Command[]
}

const table = readTable(supervisorMachine)

/** Enters the first state. */
export function begin(memory: Memory): Outcome {
  const first = new StepInProgress(supervisorMachine.config.initial as SupervisorState, memory, undefined)
  first.enter()
  return first.end()
}

/**
 * Takes the step that xstate would take, from the machine's own table: of the transitions for this fact the first whose guard
 * holds, its actions, those of the state that it leads to, then the transitions that wait for no fact. xstate makes a dozen sets
 * and snapshots on the way, for what this machine does not use: that is ten times the time. A test compares the two.
 */
export function step(state: SupervisorState, memory: Memory, fact: Fact): Outcome {
  const next = new StepInProgress(state, memory, fact)
  next.take(rowOf(state).on.get(fact.type) ?? [])
  return next.end()
}

class StepInProgress {
  #state: SupervisorState
  #memory: Memory
  readonly #fact: Fact | undefined
  readonly #commands: Command[] = []

  constructor(state: SupervisorState, memory: Memory, fact: Fact | undefined) {
    this.#state = state
    this.#memory = memory
    this.#fact = fact
  }

  enter(): void {
    this.#follow(rowOf(this.#state).entry)
  }

  /** The first that may be taken; false if none may. */
  take(transitions: readonly Transition[]): boolean {
    for (const { guard, target, rules } of transitions) {
      if (guard !== undefined && !guard(this.#memory, this.#fact)) continue
      this.#follow(rules)
      if (target !== undefined) {
        this.#state = target
        this.enter()
      }
      return true
    }
    return false
  }

  end(): Outcome {
    while (this.take(rowOf(this.#state).always));
    return { state: this.#state, memory: this.#memory, commands: this.#commands }
  }

  #follow(rules: StateRow['entry']): void {
    for (const rule of rules) {
      const taken = rule(this.#memory, this.#fact)
      this.#memory = remember(this.#memory, taken)
      for (const command of taken.commands) this.#commands.push(command)
    }
  }
}

function rowOf(state: SupervisorState): StateRow {
  return table.get(state) as StateRow
}
