import type { ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs, type DurationOrInfinity } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Port } from '../runtime/context.ts'
import type { ActorDefinition } from './actor.ts'
import { makeRef } from './actor-ref.ts'
import { taskBehavior, type TaskFunction } from './task-run.ts'
import { uncallable } from './uncallable.ts'

/** A job as a child of a tree; give it to `child`. */
export interface TaskDefinition<Args = undefined> extends ActorDefinition<Args, unknown, Record<never, never>> {
  /** What holds for it where its child options do not say otherwise. */
  readonly childDefaults: { readonly restart: 'transient'; readonly state: 'volatile' }
}

/** How long a task may take. */
export interface TaskOptions {
  /** When its signal is aborted and it counts as failed; never if not given. */
  readonly timeout?: DurationOrInfinity
}

/**
 * Defines a job that a tree runs once: it starts with its supervisor, ends `normal` when the promise of `fn` resolves, and
 * crashes with the error when that rejects. As a child it is `transient` if nothing else is said: started again until it has
 * succeeded.
 * A stop aborts the signal, and waits for the function within the child's `shutdown`.
 *
 * A function keeps no state: it is volatile, and runs from its beginning each time, also in the next process. What it has
 * done already is for it to find out.
 *
 * @param name unique in the program
 * @throws {ConfigurationError} if the name, the function or the time-out is not what it must be
 * @example
 * ```ts
 * import { child, start, supervisor, task, type TaskKit } from 'coppice'
 *
 * const Import = task('import', async ({ args, sleep }: TaskKit<{ file: string }>) => {
 *   await sleep('1ms')
 *   console.log(`${args.file} is read`) // => birds.csv is read
 * })
 * const app = await start(supervisor({ autoShutdown: 'all_significant' }, {
 *   import: child(Import, { args: { file: 'birds.csv' }, significant: true }),
 * }))
 * console.log(await app.ended) // => { type: 'shutdown' }
 * ```
 */
export function task<Args = undefined>(
  name: string,
  fn: TaskFunction<Args, unknown>,
  options: TaskOptions = {},
): TaskDefinition<NoInfer<Args>> {
  checkTaskDefinition(name, fn, options)
  const timeoutMs = durationOrInfinityMs(options.timeout ?? 'infinity', `task "${name}": timeout`)
  // What it is given are the arguments of the child spec, which has their type.
  const run = fn as TaskFunction<unknown, unknown>
  return uncallable({
    name,
    behavior: taskBehavior(name, (args) => ({ run, args, timeoutMs })),
    childDefaults: { restart: 'transient', state: 'volatile' },
    reference: (port: Port, id: ActorId) => makeRef({ calls: [], casts: [] }, port, id),
  })
}

function checkTaskDefinition(name: unknown, fn: unknown, options: object): void {
  if (typeof name !== 'string' || name === '')
    throw new ConfigurationError({ path: 'task: name', rule: 'must be a text of at least one character', value: name })
  const path = `task "${name}"`
  if (typeof fn !== 'function') throw new ConfigurationError({ path: `${path}: fn`, rule: 'must be a function', value: fn })
  for (const [option, value] of Object.entries(options))
    if (option !== 'timeout') {
      const remedy = 'The only option is "timeout"; how it is supervised is said by child(…)'
      throw new ConfigurationError({ path: `${path}: ${option}`, rule: 'is not an option', value, remedy })
    }
}
