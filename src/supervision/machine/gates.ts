import { isRunning, type Child, type ChildrenView } from './children.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Command } from './commands.ts'
import { decided } from './decided.ts'
import { childOf, type FactOf, type Memory, type Step } from './memory.ts'

interface View {
  readonly children: ChildrenView
}

/** True while the sibling that a child depends on is down or has said that it is not well. A deleted one is in nobody's way. */
export function isClosed({ children }: View, { gate: key }: ChildSpec): boolean {
  const gate = key === undefined ? undefined : children.get(key)
  return gate !== undefined && (!isRunning(gate) || gate.isUnhealthy)
}

/** True if this child is down and its gate is closed. */
export function gateIsClosed(memory: View, { id }: { readonly id: string }): boolean {
  const child = memory.children.get(id)
  return child !== undefined && isClosed(memory, child.spec)
}

/** Those of a group that can be started together: the gate of the others is closed, and the group does not bring it back. */
export function startable<Member extends Child>(memory: View, group: readonly Member[]): readonly Member[] {
  if (group.every(({ spec }) => spec.gate === undefined)) return group
  const ids = new Set(group.map(({ spec }) => spec.id))
  const open = group.filter(({ spec }) => !isClosed(memory, spec) || ids.has(spec.gate ?? ''))
  // Whoever is left out may be the gate of another.
  return open.length === group.length ? group : startable(memory, open)
}

/** The child waits for its gate. Nobody is stopped for it, and nothing is counted. */
export function hold(memory: Memory, fact: FactOf<'exited'>): Step {
  const child = childOf(memory, fact.id)
  const commands: Command[] = [decided(memory, { verdict: 'hold', spec: child.spec, fact })]
  if (fact.wish === 'setAside') commands.push({ type: 'setAside', id: fact.id })
  const { reason: lastReason, message: lastMessage } = fact
  const held = { status: 'restarting', nextCause: 'exit', wait: { for: 'gate' } } as const
  return { children: memory.children.update({ ...child, ...held, lastReason, lastMessage }), commands }
}

/** The child could not be started, or was about to be, and its gate is closed by now. */
export function holdRetry(memory: Memory, { id, nowMs }: FactOf<'retry'>): Step {
  const child = childOf(memory, id)
  const { failure, spec } = child
  const told = failure === undefined ? [] : [decided(memory, { verdict: 'hold', spec, fact: { reason: failure, nowMs } })]
  return { ...heldAtGate(memory, id), commands: told }
}

/** True if the delay of a child is over and its gate closed, by one that does not come back with the same group. */
export function isDueAtClosedGate(memory: Memory, { id }: FactOf<'due'>): boolean {
  const { spec } = childOf(memory, id)
  const gate = spec.gate === undefined ? undefined : memory.children.get(spec.gate)
  const comesBackToo = memory.strategy !== 'one_for_one' && (gate?.wait?.for === 'delay' || gate?.wait?.for === 'group')
  return isClosed(memory, spec) && !comesBackToo
}

/** The delay of the child is over, and it goes on to wait for its gate. */
export function heldAtGate(memory: Memory, id: string): Step {
  return { children: memory.children.update({ ...childOf(memory, id), wait: { for: 'gate' } }), commands: [] }
}

/** True if somebody waits for a gate that is open. */
export function aGateIsOpen(memory: Memory): boolean {
  return memory.children.held > 0 && memory.children.all().some((child) => canPass(memory, child))
}

/** Each of them is restarted in its turn, as after a failed start, but without being counted. */
export function openGates(memory: Memory): Step {
  const passing = memory.children.all().filter((child) => canPass(memory, child))
  let { children } = memory
  for (const child of passing) children = children.update({ ...child, wait: { for: 'turn' } })
  return { children, commands: passing.map(({ spec }) => ({ type: 'retry', id: spec.id })) }
}

/** A child has said whether it is well. */
export function noteHealth({ children }: Memory, { id, isHealthy }: FactOf<'health'>): Step {
  const child = children.get(id)
  if (child === undefined || child.isUnhealthy === !isHealthy) return { commands: [] }
  return { children: children.update({ ...child, isUnhealthy: !isHealthy }), commands: [] }
}

function canPass(memory: Memory, { spec, wait }: Child): boolean {
  return wait?.for === 'gate' && !isClosed(memory, spec)
}
