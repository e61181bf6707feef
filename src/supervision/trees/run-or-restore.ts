import { childId, type ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import type { Cut } from '../../runtime/cuts/cut.ts'
import { CutError, GroupAttemptsError } from '../errors.ts'
import type { CutOptions, SupervisorRef } from './supervisor-ref.ts'

/** How often a step is tried. */
export interface RunOrRestoreOptions extends CutOptions {
  /** An integer >= 1; 3 if not given. */
  readonly attempts?: number
}

/** What a step gets. */
export interface Attempt {
  /** 1 for the first. */
  readonly attempt: number
  /** Aborted as soon as this attempt has failed: what it has begun and not finished is for nothing. */
  readonly signal: AbortSignal
  /** What all members begin with. */
  readonly cut: Cut
}

/**
 * Takes a cut of a group, and runs a step. If that fails, or one of the children has died meanwhile, all are taken back to the
 * cut, and the step is tried again: no attempt sees anything of those before. After the last one they are taken back too. What a
 * step has sent and nobody has handled is waited for before, as long as `within`, and undone with the rest.
 *
 * As the controller of Ray's pattern for fault tolerance with checkpoints of actors; results are in the order in which the step
 * gives them, and the end of all attempts is an error.
 *
 * @throws {GroupAttemptsError} with the error of each attempt, when none has succeeded.
 * @throws {CutError} if the cut could not be taken (nothing was run), or not gone back to.
 * @example
 * ```ts
 * import { actor, child, runOrRestore, start, supervisor, supervisorOf } from 'coppice'
 *
 * const Worker = actor('worker', {
 *   initial: () => ({ done: 0 }),
 *   handlers: ({ call }) => ({ work: call(({ state }) => ({ reply: state.done + 1, state: { done: state.done + 1 } })) }),
 * })
 * const app = await start(supervisor({}, { workers: supervisor({}, { a: child(Worker), b: child(Worker) }) }))
 * const { a, b } = app.tree.workers
 * const results = await runOrRestore(supervisorOf(app.tree.workers), async ({ attempt }) => {
 *   const done = await Promise.all([a.call.work(), b.call.work()])
 *   if (attempt === 1) throw new Error('lost on the way')
 *   return done
 * })
 * console.log(results) // => [ 1, 1 ]
 * await app.stop()
 * ```
 */
export async function runOrRestore<Result>(
  group: SupervisorRef,
  run: (attempt: Attempt) => Result | PromiseLike<Result>,
  { attempts = 3, ...options }: RunOrRestoreOptions = {},
): Promise<Result> {
  if (!Number.isSafeInteger(attempts) || attempts < 1)
    throw new ConfigurationError({ path: 'runOrRestore: attempts', rule: 'must be an integer >= 1', value: attempts })
  const { within: _within, drain: _drain, ...call } = options
  const cut = await group.cut(options)
  const errors: unknown[] = []
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const abort = new AbortController()
    const before = runningIn(group)
    try {
      const result = await run({ attempt, signal: abort.signal, cut })
      const dead = endedSince(group, before)
      if (dead.length === 0) return result
      throw new CutError(group.id, 'down', dead)
    } catch (error) {
      errors.push(error)
      abort.abort(error)
      await group.cut({ ...options, drain: true }).catch(onlyIfQuiet)
      await group.restore(cut, call)
    }
  }
  throw new GroupAttemptsError(group.id, errors)
}

/** Who does not come to rest goes back as it is. */
function onlyIfQuiet(error: unknown): void {
  if (!(error instanceof CutError)) throw error
}

function runningIn(group: SupervisorRef): ReadonlyMap<string, number | undefined> {
  return new Map(group.inspect()?.children.map(({ id, incarnation }) => [id, incarnation]))
}

/** Those who are not the same any more, whether they are back or not. */
function endedSince(group: SupervisorRef, before: ReadonlyMap<string, number | undefined>): readonly ActorId[] {
  const now = runningIn(group)
  return [...before].filter(([id, incarnation]) => now.get(id) !== incarnation).map(([id]) => childId(group.id, id))
}
