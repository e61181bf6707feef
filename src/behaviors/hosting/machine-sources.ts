import { ConfigurationError } from '../../protocol/errors.ts'
import type { Behavior } from '../../runtime/behavior.ts'
import { anyEvent } from './event-names.ts'
import type { HostedLogic, HostedMachine } from './hosted-logic.ts'
import { LogicBehavior } from './logic-behavior.ts'
import { MachineBehavior, type MachineBehaviorParts } from './machine-behavior.ts'
import { checkMachine } from './machine-check.ts'
import { kindOf, sourcesOf, withStandIns } from './machine-rebuild.ts'

/** What a behavior of a machine has besides the machine. */
export type MachineExtras = Omit<MachineBehaviorParts, 'name' | 'machine' | 'children'>

const asAChild: MachineExtras = Object.freeze({ version: 1, migrate: {}, hooks: {}, asks: new Map(), events: anyEvent })

/**
 * The behavior of a machine, with those of all that it may invoke and spawn.
 *
 * @throws {ConfigurationError} if the machine, or one below it, holds what could not be done
 */
export function machineBehavior(name: string, machine: HostedMachine, extras: MachineExtras): MachineBehavior {
  checkMachine(machine, { name, hasParent: false })
  return new Sources().machine(name, machine, extras)
}

/** The behaviors of one machine and all below it: each logic has one, also one that spawns itself. */
class Sources {
  readonly #known = new Map<unknown, Behavior>()

  machine(name: string, machine: HostedMachine, extras: MachineExtras): MachineBehavior {
    const children = new Map<string, Behavior>()
    const behavior = new MachineBehavior({ name, machine: withStandIns(machine), children, ...extras })
    if (extras === asAChild) this.#known.set(machine, behavior)
    for (const [src, logic] of sourcesOf(machine)) children.set(src, this.#child(`${name}/${src}`, logic))
    return behavior
  }

  #child(name: string, logic: unknown): Behavior {
    const known = this.#known.get(logic)
    if (known !== undefined) return known
    const behavior = this.#made(name, logic)
    this.#known.set(logic, behavior)
    return behavior
  }

  #made(name: string, logic: unknown): Behavior {
    const kind = kindOf(logic)
    if (kind === 'unknown') throw notHosted(`machine "${name}"`, logic)
    if (kind !== 'machine')
      return new LogicBehavior({
        name,
        logic: logic as HostedLogic,
        isCallback: kind === 'callback',
        sendsTo: undefined,
        ...asAChild,
      })
    const machine = logic as HostedMachine
    checkMachine(machine, { name, hasParent: true })
    return this.machine(name, machine, asAChild)
  }
}

const makers = 'createMachine, fromPromise, fromCallback, fromObservable, fromEventObservable or fromTransition'

/** What is no logic, or logic that nobody knows how to stop and start again. */
export function notHosted(path: string, logic: unknown): ConfigurationError {
  return new ConfigurationError({
    path,
    rule: `must be logic made by ${makers} of xstate 5`,
    value: logic,
  })
}
