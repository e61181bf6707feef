import { crash, normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { Behavior, Step } from '../runtime/behavior.ts'
import type { Context } from '../runtime/context.ts'
import { ExitError } from '../runtime/errors.ts'
import type { Message } from '../runtime/message.ts'
import { ProcessExitError, ProcessStartError, StartTimeoutError } from './errors.ts'
import { LineSplitter } from './line-splitter.ts'
import { settleable } from './settleable.ts'
import type { OutputStream, ProcessExit, ProcessLine, ProcessListener, ProcessOrder, SpawnedProcess, Spawner } from './spawner.ts'
import { stepOfNotice } from './trapped-exit.ts'
import { within } from './within.ts'

/** What a process shows of itself. */
export interface ProcessInfo {
  readonly pid: number
  readonly command: string
  readonly args: readonly string[]
  /** The last lines that it has written, oldest first. */
  readonly output: readonly ProcessLine[]
}

/** How a process is run, with every default filled in. */
export interface ProcessSettings {
  readonly spawner: Spawner
  readonly command: string
  argsOf(args: unknown): readonly string[]
  readonly place: Pick<ProcessOrder, 'cwd' | 'env' | 'killTree' | 'dieWithParent'>
  readonly successCodes: readonly number[]
  readonly stopSignal: string
  readonly ready: ((line: ProcessLine) => unknown) | undefined
  /** `Infinity` for no limit. */
  readonly readyTimeoutMs: number
  readonly onLine: ((line: ProcessLine) => void) | undefined
  readonly keepLines: number
  readonly maxLineLength: number
}

/** How many lines an error tells. */
const linesOfError = 10

/** A behavior that runs a process of the operating system in each incarnation. */
export function processBehavior(name: string, settings: ProcessSettings): Behavior<ProcessRun> {
  const leftovers = new Leftovers()
  return {
    name,
    version: 1,
    hooks: { term: ({ state }) => state.stop() },
    startsAnew: true,
    // So that the process is stopped in order also when the supervisor was killed, or whom it is linked to has crashed.
    trapsExits: true,
    calls: ['info'],
    check: problemWith,
    initial: async (args, ctx) => {
      const run = new ProcessRun({ settings, args: settings.argsOf(args), ctx, leftovers })
      await run.start()
      // A process that is gone by now is noticed after this turn.
      ctx.continueWith('begin')
      return run
    },
    handle: (run, message) => run.handle(message),
    ended: (run) => run.kill(),
  }
}

function problemWith({ kind, name, input }: Parameters<Behavior['check']>[0]): string | undefined {
  if (kind === 'call') return name === 'info' ? undefined : `a process has no call "${name}"; it has "info"`
  if (name === 'begin' || name === 'closeInput') return undefined
  if (name !== 'write' && name !== 'signal') return `a process has no cast "${name}"; it has "write", "closeInput", "signal"`
  return typeof input === 'string' ? undefined : `${name} takes a text`
}

/** Processes that were killed and are not gone yet: the next one of the same actor waits for them. */
class Leftovers {
  readonly #gone = new Map<ActorId, Promise<void>>()

  add(id: ActorId, gone: Promise<void>): void {
    const forget = (): void => {
      if (this.#gone.get(id) === gone) this.#gone.delete(id)
    }
    this.#gone.set(id, gone)
    void gone.then(forget)
  }

  async wait(id: ActorId): Promise<void> {
    await this.#gone.get(id)
  }
}

/** One process, in one incarnation. */
export class ProcessRun {
  readonly #settings: ProcessSettings
  readonly #args: readonly string[]
  readonly #ctx: Context
  readonly #leftovers: Leftovers
  readonly #splitters: Readonly<Record<OutputStream, LineSplitter>>
  readonly #up = settleable()
  readonly #gone = settleable()
  readonly #lines: ProcessLine[] = []
  #process: SpawnedProcess | undefined = undefined
  #pid = 0
  #isUp = false
  #isGivenUp = false
  #isGone = false

  constructor({ settings, args, ctx, leftovers }: ProcessRunParts) {
    this.#settings = settings
    this.#args = args
    this.#ctx = ctx
    this.#leftovers = leftovers
    const { maxLineLength } = settings
    this.#splitters = { stdout: new LineSplitter(maxLineLength), stderr: new LineSplitter(maxLineLength) }
  }

  /** Starts the process, and waits until it is ready. One that is not is killed at once. */
  async start(): Promise<void> {
    const { readyTimeoutMs } = this.#settings
    const { id, signal } = this.#ctx
    signal.addEventListener('abort', () => this.#up.reject(new ExitError(signal.reason as ExitReason)), { once: true })
    this.#leftovers
      .wait(id)
      .then(() => this.#spawn())
      .catch((error: unknown) => this.#fail(error))
    const late = (): Error => new StartTimeoutError(id, readyTimeoutMs, 'not ready')
    try {
      await within(this.#up.promise, { ctx: this.#ctx, limitMs: readyTimeoutMs, late })
    } catch (error) {
      this.#isGivenUp = true
      this.kill()
      throw error
    }
  }

  handle({ kind, name, input }: Message): Step<ProcessRun> {
    if (kind === 'info') return stepOfNotice(this, name, input)
    const { command } = this.#settings
    if (name === 'write') this.#process?.write(input as string)
    if (name === 'closeInput') this.#process?.closeInput()
    if (name === 'signal') this.#process?.kill(input as string)
    if (name !== 'info') return { state: this }
    const info: ProcessInfo = { pid: this.#pid, command, args: this.#args, output: [...this.#lines] }
    return { state: this, outcome: { status: 'replied', value: info } }
  }

  /** Asks the process to end, and waits until it has. */
  async stop(): Promise<void> {
    if (!this.#isGone) this.#process?.kill(this.#settings.stopSignal)
    await this.#gone.promise
  }

  /** The incarnation is over: a process that is still there is killed. */
  kill(): void {
    if (this.#isGone || this.#process === undefined) return
    this.#process.kill('SIGKILL')
    this.#leftovers.add(this.#ctx.id, this.#gone.promise)
  }

  #spawn(): void {
    const { spawner, command, place, ready } = this.#settings
    if (this.#isGivenUp) return
    const listener: ProcessListener = {
      spawned: (pid) => {
        this.#pid = pid
        if (ready === undefined) this.#beUp()
      },
      failed: (error) => this.#fail(error),
      output: (stream, text) => this.#read(stream, this.#splitters[stream].push(text)),
      exited: (exit) => this.#exited(exit),
    }
    const sleep: ProcessOrder['sleep'] = (time, signal) => this.#ctx.sleep(time, signal)
    this.#process = spawner.spawn({ command, args: this.#args, ...place, sleep }, listener)
  }

  #beUp(): void {
    this.#isUp = true
    this.#up.resolve()
  }

  #fail(error: unknown): void {
    this.#isGone = true
    this.#gone.resolve()
    this.#up.reject(new ProcessStartError(this.#ctx.id, this.#settings.command, error))
  }

  #read(stream: OutputStream, texts: readonly string[]): void {
    const { keepLines, onLine, ready } = this.#settings
    for (const text of texts) {
      const line = { stream, text }
      this.#lines.push(line)
      if (this.#lines.length > keepLines) this.#lines.shift()
      try {
        onLine?.(line)
        if (!this.#isUp && ready?.(line) === true) this.#beUp()
      } catch (error) {
        this.#end(crash(error))
      }
    }
  }

  #exited(exit: ProcessExit): void {
    for (const stream of ['stdout', 'stderr'] satisfies OutputStream[]) this.#read(stream, this.#splitters[stream].flush())
    this.#isGone = true
    this.#gone.resolve()
    const { successCodes, command } = this.#settings
    const isSuccess = exit.code !== undefined && successCodes.includes(exit.code)
    const when = this.#isUp ? '' : ' before it was ready'
    const end = { command, exit, output: this.#lines.slice(-linesOfError), when }
    this.#end(isSuccess && this.#isUp ? normal : crash(new ProcessExitError(this.#ctx.id, end)))
  }

  /** Ends the incarnation, if nobody else does; one that is starting has failed to. */
  #end(reason: ExitReason): void {
    if (!this.#isUp && reason.type === 'error') this.#up.reject(reason.error)
    else if (!this.#ctx.signal.aborted) this.#ctx.stop(reason)
  }
}

interface ProcessRunParts {
  readonly settings: ProcessSettings
  readonly args: readonly string[]
  readonly ctx: Context
  readonly leftovers: Leftovers
}
