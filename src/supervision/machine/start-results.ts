import { InternalError } from '../../protocol/errors.ts'
import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Child, Children } from './children.ts'
import type { Command } from './commands.ts'
import type { StartResult } from './facts.ts'
import { isRemovedWhenDown, type FactOf, type Memory } from './memory.ts'

/** The table after a row of starts, the children that left it, and the first failure, which ended the row, if there was one. */
export interface Applied {
  readonly children: Children
  readonly forgotten: readonly Command[]
  readonly failure: { readonly spec: ChildSpec; readonly reason: ExitReason } | undefined
}

/** Writes what came of starting children into the table. A child that says ignore stays as it would after a normal end. */
export function applyResults(memory: Memory, { results, nowMs }: FactOf<'started'>): Applied {
  const forgotten: Command[] = []
  let { children } = memory
  let failure: Applied['failure']
  for (const result of results) {
    const child = children.get(result.id)
    if (child === undefined) throw new InternalError('a child was started that is not in the table', result)
    if (result.status === 'ignored' && isRemovedWhenDown(memory, child.spec)) {
      children = children.delete(result.id)
      forgotten.push({ type: 'forget', id: result.id })
    } else if (result.status === 'failed' && failure !== undefined) {
      // It was started together with the one that failed first, and will be again.
      children = children.update({ ...child, status: 'stopped', wait: undefined })
    } else children = children.update(afterStart(child, result, nowMs))
    if (result.status === 'failed') failure ??= { spec: child.spec, reason: result.reason }
  }
  return { children, forgotten, failure }
}

function afterStart(child: Child, result: StartResult, nowMs: number): Child {
  switch (result.status) {
    case 'started':
      return {
        ...child,
        status: 'running',
        incarnation: result.incarnation,
        failure: undefined,
        nextCause: 'sibling',
        wait: undefined,
        isUnhealthy: false,
        upSinceMs: child.spec.backoff === undefined ? 0 : nowMs,
      }
    case 'ignored':
      return { ...child, status: 'stopped', failure: undefined, nextCause: 'sibling', wait: undefined }
    case 'failed':
      return { ...child, status: 'restarting', failure: result.reason, wait: undefined }
  }
}
