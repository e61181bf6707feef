import { decided } from './decided.ts'
import { failedToStart } from './exit-causes.ts'
import { noTask, type FactOf, type Memory, type Step } from './memory.ts'
import { startAll } from './orders.ts'
import { applyResults } from './start-results.ts'

/** Starts every child, in order. */
export function beginStart({ children }: Memory): Step {
  return { commands: children.size === 0 ? [] : [startAll(children.all(), 'first')] }
}

/** Without a child the supervisor is up at once. */
export function startedEmpty(): Step {
  return { commands: [{ type: 'up' }] }
}

/** The children are started, or one was not: nothing is retried in the initial start, the supervisor ends. */
export function endStart(memory: Memory, fact: FactOf<'started'>): Step {
  const { children, forgotten, failure } = applyResults(memory, fact)
  if (failure === undefined) return { children, task: noTask, commands: [...forgotten, { type: 'up' }] }
  return {
    children,
    task: { type: 'end', reason: failedToStart(failure.spec.id, failure.reason) },
    commands: [
      ...forgotten,
      decided(memory, { verdict: 'not started', spec: failure.spec, fact: { reason: failure.reason, nowMs: fact.nowMs } }),
    ],
  }
}
