import type { Child } from './children.ts'
import { heldAtGate, startable } from './gates.ts'
import { clearGroup } from './group-restart.ts'
import { childOf, groupTask, noTask, type FactOf, type Memory, type Step } from './memory.ts'

type Due = FactOf<'due'>
type Asked = FactOf<'asked'>

/** True if a group waits whose members have just been stopped. */
export function groupWaits({ children }: Memory): boolean {
  return children.delayed > 0
}

/** The group is down and waits, all of it: also those of it that were down before. */
export function holdGroup(memory: Memory): Step {
  const { children: cleared = memory.children, task = memory.task, commands } = clearGroup(memory)
  let children = cleared
  for (const id of groupTask({ ...memory, task }).ids) {
    const child = childOf({ ...memory, children }, id)
    if (child.wait?.for !== 'delay') children = children.update({ ...child, status: 'restarting', wait: { for: 'group' } })
  }
  return { children, task: noTask, commands }
}

/** True if the delay is that of another time: the child was started, stopped or removed meanwhile. */
export function isOutdated({ children }: Memory, { id, round }: Due): boolean {
  const wait = children.get(id)?.wait
  return wait?.for !== 'delay' || wait.round !== round
}

/** True if a child that has waited is started without regard to others. */
export function startsAlone({ strategy }: Memory): boolean {
  return strategy === 'one_for_one'
}

/** The delay of a child that is restarted alone is over. */
export function startDue(memory: Memory, { id }: Due): Step {
  const children = memory.children.update({ ...childOf(memory, id), wait: undefined })
  return { children, task: { type: 'restartGroup', ids: [id] }, commands: [] }
}

/** The delay of one of a group is over: it is started with the group, when no other of it waits for a delay of its own. */
export function joinGroup(memory: Memory, { id }: Due): Step {
  return { children: memory.children.update({ ...childOf(memory, id), wait: { for: 'group' } }), commands: [] }
}

/** True if a group has waited long enough, or nobody is left in it for whom it waits. */
export function groupIsReady({ children }: Memory): boolean {
  return children.grouped > 0 && children.delayed === 0
}

/** Everyone who waits with the group, to be started in order. */
export function gatherGroup(memory: Memory): Step {
  return { task: { type: 'restartGroup', ids: waitingGroup(memory).map(({ spec }) => spec.id) }, commands: [] }
}

/** True if the group is ready but for some whose gate was closed meanwhile. */
export function someAreHeldBack(memory: Memory): boolean {
  if (!groupIsReady(memory)) return false
  const group = waitingGroup(memory)
  return startable(memory, group) !== group
}

/** Those wait for their gate, and the group does not wait for them. */
export function holdBack(memory: Memory): Step {
  const group = waitingGroup(memory)
  const due = startable(memory, group)
  let { children } = memory
  for (const child of group) if (!due.includes(child)) children = children.update({ ...child, wait: { for: 'gate' } })
  return { children, commands: [] }
}

/** The delay of a child is over, and its gate is closed. */
export function holdDue(memory: Memory, { id }: Due): Step {
  return heldAtGate(memory, id)
}

function waitingGroup({ children }: Memory): readonly Child[] {
  return children.all().filter(({ wait }) => wait?.for === 'group')
}

/** True if a call asks for a child that waits for its backoff. OTP has none, and refuses to restart a restarting child. */
export function hurries({ children }: Memory, { request }: Asked): boolean {
  return request.type === 'restartChild' && children.get(request.id)?.wait?.for === 'delay'
}

/** The child is started now, with all who wait with it; their delays are over. */
export function hurry(memory: Memory, { ticket, request }: Asked): Step {
  const id = 'id' in request ? request.id : ''
  const group = memory.children.all().filter(({ wait }) => wait?.for === 'delay' || wait?.for === 'group')
  const ids = startsAlone(memory) ? [id] : group.map(({ spec }) => spec.id)
  let { children } = memory
  for (const due of ids) children = children.update({ ...childOf(memory, due), wait: undefined })
  return { children, task: { type: 'restartGroup', ids, hurried: { ticket, id } }, commands: [] }
}
