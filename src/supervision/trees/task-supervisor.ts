import { taskBehavior, type TaskOrder } from '../../behaviors/task-run.ts'
import type { ChildOptions } from '../specs/child-options.ts'
import { LaunchedTask } from './launched-task.ts'
import { asOptions } from '../specs/option-checks.ts'
import type { DynamicOptions } from '../specs/supervisor-options.ts'
import { taskSupervisorViolations } from '../specs/task-rules.ts'
import { makeTasksRef, type TasksRef } from './tasks-ref.ts'
import type { DynamicNode } from './tree.ts'

/** How a task supervisor works. */
export interface TaskSupervisorOptions extends Pick<DynamicOptions, 'intensity'>, Pick<ChildOptions, 'shutdown'> {}

/** What the tasks of all task supervisors are: their functions are in their orders. */
const supervisedTask = taskBehavior('supervised task', (args) => args as TaskOrder)

/**
 * Declares a supervisor of functions: each runs as a child of its own, which can be awaited, cancelled, limited in time, and
 * started again. `shutdown` is the limit of each task between the abort of its signal and its end, 5 s if not given: one that
 * goes on is disowned. `intensity` counts the restarts of all tasks that were started with `startChild`.
 *
 * A stop aborts all tasks, and waits for them at the same time. Functions cannot be stored: what runs when the supervisor or the
 * process ends does not come back.
 *
 * Follows Elixir's `Task.Supervisor`.
 *
 * @throws {ConfigurationError} from `start`, if an option breaks a rule.
 * @example
 * ```ts
 * import { start, supervisor, taskSupervisor } from 'coppice'
 *
 * const app = await start(supervisor({}, { tasks: taskSupervisor() }))
 * const { tasks } = app.tree
 * console.log(await tasks.async(({ args }: { args: number }) => args + 1, { args: 41, timeout: '1s' })) // => 42
 * for await (const result of tasks.stream([1, 2, 3], async (n) => n * n, { maxConcurrency: 2 })) console.log(result)
 * // => { status: 'ok', value: 1 }
 * // => { status: 'ok', value: 4 }
 * // => { status: 'ok', value: 9 }
 * await app.stop()
 * ```
 */
export function taskSupervisor(options?: TaskSupervisorOptions): DynamicNode<TasksRef> {
  // What was given may be anything: it is checked with the tree.
  const { intensity, shutdown } = asOptions(options) as TaskSupervisorOptions
  return {
    kind: 'dynamic',
    behavior: supervisedTask,
    options: {
      ...(intensity !== undefined && { intensity }),
      ...(shutdown !== undefined && { shutdown }),
      restart: 'temporary',
      state: 'volatile',
    },
    childOptions: {},
    violations: (at) => taskSupervisorViolations(at, options),
    ownOf: (args) => (args instanceof LaunchedTask ? args : undefined),
    reference: makeTasksRef,
  }
}
