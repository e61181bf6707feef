import { displayId, type ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError, type Violation } from '../../protocol/errors.ts'
import {
  asOptions,
  isDuration,
  isIntegerFrom,
  isOptions,
  oneOf,
  refuseIf,
  unknownNames,
  type Elsewhere,
  type Given,
  type Rule,
} from './option-checks.ts'
import { restartTypes } from './restart-type.ts'
import { intensityElsewhere } from './supervisor-rules.ts'

/** What the rules for starting a task look at. */
interface TaskSubject {
  /** The beginning of a path: `"tasks: async: "`. */
  readonly at: string
  readonly run: unknown
  readonly options: Given
}

/** The options of each way to start tasks. */
const namesOf = {
  async: ['timeout', 'signal', 'args'],
  asyncNolink: ['timeout', 'signal', 'args'],
  startChild: ['restart', 'timeout', 'args'],
  stream: ['maxConcurrency', 'ordered', 'timeout', 'onTimeout', 'signal'],
} as const

const elsewhere: Elsewhere = {
  max_concurrency: 'Did you mean "maxConcurrency"?',
  concurrency: 'Did you mean "maxConcurrency"?',
  on_timeout: 'Did you mean "onTimeout"?',
  restart: 'What is awaited is not started again: use startChild',
  shutdown: 'Set it for all tasks: taskSupervisor({ shutdown })',
}

/** Everything that is wrong with the options of a task supervisor and not of every dynamic supervisor. */
export function taskSupervisorViolations(id: ActorId, given: unknown): readonly Violation[] {
  const at = `${displayId(id)}: `
  return [
    ...refuseIf(isRefused(given), { path: `${at}options`, rule: 'must be an object', value: given }),
    ...unknownNames(at, given, ['intensity', 'shutdown'], {
      ...intensityElsewhere,
      restart: 'Each task has its own: startChild(fn, { restart })',
      state: 'A function cannot be stored: tasks are always volatile',
      strategy: 'A task supervisor has none: each task is restarted alone',
    }),
  ]
}

/** @throws {ConfigurationError} naming the first rule that is broken; nothing was started. */
export function checkTask(
  supervisor: ActorId,
  way: keyof typeof namesOf,
  { run, options }: { readonly run: unknown; readonly options: unknown },
): void {
  const at = `${displayId(supervisor)}: ${way}: `
  const broken = [
    ...refuseIf(isRefused(options), { path: `${at}options`, rule: 'must be an object', value: options }),
    ...unknownNames(at, options, namesOf[way], elsewhere),
    ...[...taskRules, ...(way === 'stream' ? streamRules : [])].flatMap((rule) => rule({ at, run, options: asOptions(options) })),
  ]
  for (const violation of broken) throw new ConfigurationError(violation)
}

function isRefused(options: unknown): boolean {
  return options !== undefined && !isOptions(options)
}

const taskRules: readonly Rule<TaskSubject>[] = [
  ({ at, run }) => refuseIf(typeof run !== 'function', { path: `${at}fn`, rule: 'must be a function', value: run }),

  ({ at, options }) => oneOf(`${at}restart`, options['restart'], restartTypes),

  ({ at, options: { timeout } }) =>
    refuseIf(timeout !== undefined && !isDuration(timeout), {
      path: `${at}timeout`,
      rule: 'must be milliseconds >= 0, a text such as "5s", or "infinity"',
      value: timeout,
    }),

  ({ at, options: { signal } }) =>
    refuseIf(signal !== undefined && !(signal instanceof AbortSignal), {
      path: `${at}signal`,
      rule: 'must be an AbortSignal',
      value: signal,
    }),
]

const streamRules: readonly Rule<TaskSubject>[] = [
  ({ at, options: { maxConcurrency } }) =>
    refuseIf(!isIntegerFrom(1, maxConcurrency), {
      path: `${at}maxConcurrency`,
      rule: 'must be an integer >= 1',
      value: maxConcurrency,
    }),

  ({ at, options: { ordered } }) =>
    refuseIf(ordered !== undefined && typeof ordered !== 'boolean', {
      path: `${at}ordered`,
      rule: 'must be true or false',
      value: ordered,
    }),

  ({ at, options: { onTimeout } }) =>
    oneOf(`${at}onTimeout`, onTimeout, ['fail', 'skip'], { exit: 'Did you mean "fail"?', kill_task: 'Did you mean "fail"?' }),
]
