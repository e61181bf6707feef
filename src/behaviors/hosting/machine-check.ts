import { ConfigurationError } from '../../protocol/errors.ts'
import { nodesOf, type HostedMachine, type HostedNode } from './hosted-logic.ts'

/** How a machine is to be used. */
export interface MachineUse {
  readonly name: string
  /** It is the actor of another machine, which it can send to. */
  readonly hasParent: boolean
}

/** What xstate's makers of actions leave on the function that they make. */
interface BuiltIn {
  readonly type?: string
  readonly src?: unknown
  readonly systemId?: unknown
  readonly to?: unknown
  readonly delay?: unknown
}

/**
 * Looks for everything in a machine that could not be done when it comes to it: what has no implementation, and what an actor
 * that comes back after a restart cannot have.
 *
 * @throws {ConfigurationError} for the first one
 */
export function checkMachine(machine: HostedMachine, { name, hasParent }: MachineUse): void {
  const { implementations } = machine
  const refuse = (
    where: string,
    { rule, value, remedy }: { readonly rule: string; readonly value: unknown; readonly remedy: string },
  ): never => {
    throw new ConfigurationError({ path: `machine "${name}": ${where}`, rule, value, remedy })
  }
  const named = (kind: 'actors' | 'actions' | 'guards' | 'delays', where: string, key: string): void => {
    if (Object.hasOwn(implementations[kind], key)) return
    const remedy = `Give it to setup({ ${kind} }) or machine.provide({ ${kind} })`
    refuse(where, { rule: `names one of the ${kind} that has no implementation`, value: key, remedy })
  }
  const noSystemId = (where: string, systemId: unknown): void => {
    const remedy = 'Reach actors by their path in the tree: system.get("shop/db")'
    if (systemId !== undefined) refuse(`${where}: systemId`, { rule: 'is not supported', value: systemId, remedy })
  }

  const checkAction = (where: string, action: unknown): void => {
    const key = nameIn(action)
    if (key !== undefined) return named('actions', where, key)
    if (typeof action !== 'function') return
    const builtIn = action as BuiltIn
    if (builtIn.type === 'xstate.spawnChild') {
      noSystemId(where, builtIn.systemId)
      const remedy = 'Give it a name with setup({ actors }): without one it cannot be found again when the machine is restarted'
      if (typeof builtIn.src !== 'string') refuse(where, { rule: 'must spawn logic by its name', value: builtIn.src, remedy })
      named('actors', where, builtIn.src as string)
    }
    if (builtIn.type === 'xstate.sendTo' && builtIn.to === '#_parent' && !hasParent) {
      const remedy = 'Use sendTo(({ system }) => system.get("path"), …) for an actor of the tree'
      refuse(where, { rule: 'sends to a parent, and nothing but a machine is one', value: 'sendParent', remedy })
    }
    if (typeof builtIn.delay === 'string') named('delays', where, builtIn.delay)
  }

  const checkGuard = (where: string, guard: unknown): void => {
    if (guard === undefined) return
    const key = nameIn(guard)
    if (key !== undefined) return named('guards', where, key)
    const { guards } = guard as { readonly guards?: readonly unknown[] }
    guards?.forEach((inner) => checkGuard(where, inner))
  }

  const checkNode = (node: HostedNode): void => {
    for (const action of [...node.entry, ...node.exit]) checkAction(`state "${node.id}"`, action)
    if (node.type === 'compound') for (const action of node.initial.actions) checkAction(`state "${node.id}": initial`, action)
    const transitions = [
      ...[...node.transitions].map(([event, list]) => ({ event, list })),
      { event: 'always', list: node.always ?? [] },
    ]
    for (const { event, list } of transitions)
      for (const { actions, guard } of list) {
        const where = `state "${node.id}": ${event}`
        checkGuard(where, guard)
        for (const action of actions) checkAction(where, action)
      }
    for (const { src, id, systemId } of node.invoke) {
      const where = `state "${node.id}": invoke "${id}"`
      noSystemId(where, systemId)
      if (!src.startsWith('xstate.invoke.')) named('actors', where, src)
    }
  }

  nodesOf(machine).forEach(checkNode)
  for (const [key, action] of Object.entries(implementations.actions)) checkAction(`actions.${key}`, action)
  for (const [key, guard] of Object.entries(implementations.guards)) checkGuard(`guards.${key}`, guard)
}

/** The name that an action or a guard is given by; nothing for a function. */
function nameIn(part: unknown): string | undefined {
  if (typeof part === 'string') return part
  if (typeof part !== 'object' || part === null) return undefined
  const { type } = part as { readonly type?: unknown }
  return typeof type === 'string' ? type : undefined
}
