import { isRunning, type Child } from './children.ts'
import { startable } from './gates.ts'
import { childOf, type FactOf, type Memory, type Step } from './memory.ts'

type Asked = FactOf<'asked'>

/** True if the call takes everybody down and starts them again, and somebody runs. */
export function takesAllDown(memory: Memory, asked: Asked): boolean {
  return meant(memory, asked).some(isRunning)
}

/** True if the call starts everybody, and nobody has to be taken down for it. */
export function startsAll(memory: Memory, asked: Asked): boolean {
  return meant(memory, asked).length > 0
}

/**
 * Everybody is taken down as one group, whatever the strategy, and started in the order of the table, also those that were down.
 * Nobody waits for a delay any more. It does not count.
 */
export function restartAll(memory: Memory, asked: Asked): Step {
  const ids = meant(memory, asked).map(({ spec }) => spec.id)
  let { children } = memory
  for (const id of ids) children = children.update({ ...childOf(memory, id), wait: undefined, failures: 0 })
  const hurried = { ticket: asked.ticket, id: ids.at(-1) ?? '' }
  return { children, task: { type: 'restartGroup', ids, hurried, isWhole: true }, commands: [] }
}

function meant(memory: Memory, { request }: Asked): readonly Child[] {
  if (request.type !== 'restartAll') return []
  const group = memory.children.all()
  const due = startable(memory, group)
  return due === group ? group : group.filter((child) => isRunning(child) || due.includes(child))
}
