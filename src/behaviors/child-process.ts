import type { ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs, type DurationOrInfinity } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Port } from '../runtime/context.ts'
import type { ActorDefinition } from './actor.ts'
import { makeRef } from './actor-ref.ts'
import type { CallHandler, CastHandler } from './handlers.ts'
import {
  aBoolean,
  aCount,
  aFunction,
  aLimit,
  checkDefinitionName,
  checkOptionTable,
  type OptionRule,
  type OptionTable,
} from './option-table.ts'
import { processBehavior, type ProcessInfo, type ProcessSettings } from './process-run.ts'
import type { ProcessLine, Spawner } from './spawner.ts'
import { createSystemSpawner } from './system-spawner.ts'
import { uncallable } from './uncallable.ts'

/** What a process can be asked. */
export interface ProcessHandlers {
  /** What it is, and the last lines that it has written. */
  readonly info: CallHandler<void, ProcessInfo>
  /** Writes text to its standard input, as it is. What it does not read is kept in memory, without a bound. */
  readonly write: CastHandler<string>
  /** Ends its standard input. */
  readonly closeInput: CastHandler<void>
  /** Sends it a signal, such as `SIGHUP`. */
  readonly signal: CastHandler<string>
}

/** A process of the operating system as a child of a tree; give it to `child`. */
export interface ProcessDefinition<Args = undefined> extends ActorDefinition<Args, unknown, ProcessHandlers> {
  /** What holds for it where its child options do not say otherwise. */
  readonly childDefaults: { readonly restart: 'transient'; readonly state: 'volatile' }
}

/** How a process is started, watched and stopped. */
export interface ChildProcessOptions {
  /** Where it runs; where this process does if not given. */
  readonly cwd?: string
  /** Put over the environment of this process; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The exit codes that are a `normal` end: `[0]` if not given. All others, and every signal, are a crash. */
  readonly successCodes?: readonly number[]
  /** Says of each line whether the process is up with it; the supervisor waits for that. Without it, it is up when it runs. */
  readonly ready?: (line: ProcessLine) => boolean
  /** How long it may take to be up; it is killed then, and the start has failed. 10 s if not given. */
  readonly readyTimeout?: DurationOrInfinity
  /** What asks it to end: `SIGTERM` if not given. `SIGKILL` follows when the child's `shutdown` is over. */
  readonly stopSignal?: string
  /**
   * It leads a process group of its own: signals reach the processes that it has started, too, and those that it leaves behind
   * are killed. Ctrl-C in a terminal does not reach the group any more. Not on Windows. `false` if not given.
   */
  readonly killTree?: boolean
  /**
   * The kernel kills it when this process ends, however that comes about, `kill -9` included. Linux only, by the program
   * `setpriv` of util-linux; a command that there is not is then told by exit code 127. `false` if not given.
   */
  readonly dieWithParent?: boolean
  /** Told of each line that it writes. What it throws crashes the child. */
  readonly onLine?: (line: ProcessLine) => void
  /** How many lines are kept, for `info` and for errors: an integer >= 0; 100 if not given. */
  readonly keepLines?: number
  /** Characters after which a line is cut: an integer >= 1; 10,000 if not given. */
  readonly maxLineLength?: number
  /** Starts the processes; those of this machine if not given. */
  readonly spawner?: Spawner
}

const aText = (name: string): OptionRule => ({
  name,
  rule: 'must be a text of at least one character',
  isRight: (value) => typeof value === 'string' && value !== '',
})

const table: OptionTable = {
  rules: [
    aText('cwd'),
    { name: 'env', rule: 'must be an object of texts', isRight: isEnvironment },
    { name: 'successCodes', rule: 'must be a list of integers from 0 to 255', isRight: areExitCodes },
    aFunction('ready'),
    aLimit('readyTimeout'),
    { name: 'stopSignal', rule: 'must be the name of a signal, such as "SIGINT"', isRight: isSignal },
    aBoolean('killTree'),
    aBoolean('dieWithParent'),
    aFunction('onLine'),
    aCount('keepLines', 0),
    aCount('maxLineLength', 1),
    { name: 'spawner', rule: 'must have a function `spawn`', isRight: isSpawner },
  ],
  elsewhere: {
    shutdown: 'It belongs to the child: child(Process, { shutdown })',
    restart: 'It belongs to the child: child(Process, { restart })',
    state: 'A running process cannot be stored: processes are always volatile',
    detached: 'Did you mean "killTree"?',
    killSignal: 'Did you mean "stopSignal"?',
    timeout: 'Did you mean "readyTimeout"?',
    shell: 'Name the shell as the command: childProcess(name, "sh", ["-c", text])',
    stdio: 'Lines come by `onLine`, and text is written by ref.cast.write(text)',
  },
}

/**
 * Defines a process of the operating system that lives as long as its actor. It starts with each incarnation; exit code 0 is the
 * end
 * `normal`, other codes and signals are a crash with a `ProcessExitError`, so that its supervisor decides. As a child it is
 * `transient` if nothing else is said. It has no state.
 *
 * A stop sends `stopSignal` and waits; a process that is still there when the child's `shutdown` is over is killed by `SIGKILL`.
 * So it is, at once, when the actor is killed. A supervisor that was killed, and a linked actor that has crashed, stop it in
 * order. The next incarnation starts when the process before is gone. What is left when this Node process exits by itself is
 * killed.
 *
 * If this process is ended by `kill -9`, the other one goes on: its standard input has ended then, by which it may know. On Linux
 * `dieWithParent` has it killed.
 *
 * @param name unique in the program
 * @param command the program; no shell is involved
 * @param args what it is given, or a function that makes it of the arguments of the child
 * @throws {ConfigurationError} if the name, the command or an option is not what it must be
 * @example
 * ```ts
 * import { child, childProcess, start, supervisor } from 'coppice'
 *
 * const script = 'console.log("up"); process.stdin.on("data", (text) => process.stdout.write(String(text).toUpperCase()))'
 * let hear: (text: string) => void = () => undefined
 * const Echo = childProcess('echo', process.execPath, ['-e', script], {
 *   ready: ({ text }) => text === 'up',
 *   onLine: ({ text }) => hear(text),
 * })
 * const app = await start(supervisor({}, { echo: child(Echo, { shutdown: '2s' }) }))
 * const heard = new Promise<string>((resolve) => (hear = resolve))
 * await app.tree.echo.cast.write('hello\n')
 * console.log(await heard) // => HELLO
 * await app.stop()
 * ```
 */
export function childProcess<Args = undefined>(
  name: string,
  command: string,
  args: readonly string[] | ((args: Args) => readonly string[]) = [],
  options: ChildProcessOptions = {},
): ProcessDefinition<NoInfer<Args>> {
  check({ name, command, args, options })
  // What it is given are the arguments of the child spec, which has their type.
  const argsOf = typeof args === 'function' ? (args as (args: unknown) => readonly string[]) : () => args
  return uncallable({
    name,
    behavior: processBehavior(name, settingsOf({ path: `childProcess "${name}"`, command, argsOf, options })),
    childDefaults: { restart: 'transient', state: 'volatile' },
    reference: (port: Port, id: ActorId) => makeRef<ProcessHandlers>(names, port, id),
  })
}

const names = {
  calls: [{ name: 'info', takesInput: false }],
  casts: [
    { name: 'write', takesInput: true },
    { name: 'closeInput', takesInput: false },
    { name: 'signal', takesInput: true },
  ],
} as const

function settingsOf({ path, command, argsOf, options }: Given): ProcessSettings {
  const { cwd, env = {}, killTree = false, dieWithParent = false, ready, onLine } = options
  return {
    spawner: options.spawner ?? createSystemSpawner(),
    command,
    argsOf,
    place: { cwd, env, killTree, dieWithParent },
    successCodes: options.successCodes ?? [0],
    stopSignal: options.stopSignal ?? 'SIGTERM',
    ready,
    readyTimeoutMs: durationOrInfinityMs(options.readyTimeout ?? '10s', `${path}: readyTimeout`),
    onLine,
    keepLines: options.keepLines ?? 100,
    maxLineLength: options.maxLineLength ?? 10_000,
  }
}

interface Given {
  readonly path: string
  readonly command: string
  readonly argsOf: (args: unknown) => readonly string[]
  readonly options: ChildProcessOptions
}

function check({ name, command, args, options }: Readonly<Record<'name' | 'command' | 'args' | 'options', unknown>>): void {
  checkDefinitionName('childProcess', name)
  const path = `childProcess "${String(name)}"`
  if (typeof command !== 'string' || command === '')
    throw new ConfigurationError({ path: `${path}: command`, rule: aText('command').rule, value: command })
  const areArgs = typeof args === 'function' || (Array.isArray(args) && args.every((arg) => typeof arg === 'string'))
  const rule = 'must be a list of texts, or a function that makes one'
  if (!areArgs) throw new ConfigurationError({ path: `${path}: args`, rule, value: args })
  checkOptionTable(path, options, table)
}

function isEnvironment(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every((text) => text === undefined || typeof text === 'string')
}

function areExitCodes(value: unknown): boolean {
  return Array.isArray(value) && value.every(isExitCode)
}

function isExitCode(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255
}

function isSignal(value: unknown): boolean {
  return typeof value === 'string' && /^SIG[A-Z0-9]+$/.test(value)
}

function isSpawner(value: unknown): boolean {
  return typeof (value as Partial<Spawner> | null)?.spawn === 'function'
}
