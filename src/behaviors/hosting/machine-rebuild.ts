import { createMachine } from 'xstate'
import { isMachine, nodesOf, type HostedLogic, type HostedMachine, type NodeConfig } from './hosted-logic.ts'

/** In place of the logic of an actor that xstate would make: it does nothing, and knows what it would have been started with. */
const standInLogic: HostedLogic = Object.freeze({
  transition: (snapshot) => snapshot,
  getInitialSnapshot: (_scope, input) => ({ status: 'active', output: undefined, error: undefined, input }),
  getPersistedSnapshot: (snapshot) => snapshot,
} satisfies HostedLogic)

/**
 * The same machine with stand-ins in place of the logic of its actors. xstate makes an actor wherever one is spawned, and runs
 * its first transition, where its host is to start one.
 */
export function withStandIns(machine: HostedMachine): HostedMachine {
  const { actors } = machine.implementations
  const implementations = {
    ...machine.implementations,
    actors: Object.fromEntries(Object.keys(actors).map((name) => [name, standInLogic])),
  }
  const rebuilt: unknown = createMachine(configWithStandIns(machine.config) as never, implementations as never)
  return rebuilt as HostedMachine
}

function configWithStandIns(config: NodeConfig): NodeConfig {
  const { invoke, states } = config
  return {
    ...config,
    ...(invoke !== undefined && { invoke: Array.isArray(invoke) ? invoke.map(withStandIn) : withStandIn(invoke) }),
    ...(states && { states: Object.fromEntries(Object.entries(states).map(([key, state]) => [key, configWithStandIns(state)])) }),
  }
}

function withStandIn(invoke: unknown): unknown {
  const { src } = invoke as { readonly src: unknown }
  return typeof src === 'string' ? invoke : { ...(invoke as object), src: standInLogic }
}

/** The logic of the actors of a machine, by the names by which its snapshots know them. */
export function sourcesOf(machine: HostedMachine): ReadonlyMap<string, unknown> {
  const sources = new Map<string, unknown>(Object.entries(machine.implementations.actors))
  for (const node of nodesOf(machine)) {
    const configs = [node.config.invoke ?? []].flat() as readonly { readonly src?: unknown }[]
    node.invoke.forEach(({ src }, index) => {
      const given = configs[index]?.src
      if (typeof given !== 'string') sources.set(src, given)
    })
  }
  return sources
}

/** What a logic is: a machine, one of those that xstate has a maker for, or none that can be hosted. */
export type LogicKind = 'machine' | 'promise' | 'callback' | 'observable' | 'event observable' | 'transition' | 'unknown'

/** Tells by what a logic makes of the events of each maker, which is all that is public of it. */
export function kindOf(logic: unknown): LogicKind {
  if (isMachine(logic)) return 'machine'
  if (!isLogic(logic)) return 'unknown'
  if (logic.start === undefined) return 'transition'
  if (typeof logic.config !== 'function') return 'unknown'
  if (statusAfter(logic, 'xstate.promise.resolve') === 'done') return 'promise'
  if (statusAfter(logic, 'xstate.observable.complete') !== 'done') return 'callback'
  const mark = {}
  return logic.transition({ status: 'active' }, { type: 'xstate.observable.next', data: mark }, {}).context === mark
    ? 'observable'
    : 'event observable'
}

function isLogic(logic: unknown): logic is HostedLogic {
  if (typeof logic !== 'object' || logic === null) return false
  const { transition, getInitialSnapshot, getPersistedSnapshot } = logic as Partial<HostedLogic>
  return [transition, getInitialSnapshot, getPersistedSnapshot].every((method) => typeof method === 'function')
}

function statusAfter(logic: HostedLogic, type: string): string | undefined {
  try {
    return logic.transition({ status: 'active' }, { type }, { self: {} }).status
  } catch {
    // What has no entry for this actor is neither.
    return undefined
  }
}
