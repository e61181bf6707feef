import type { Duration } from '../protocol/duration.ts'
import type { OutputStream, ProcessExit, ProcessListener, ProcessOrder, SpawnedProcess, Spawner } from '../behaviors/spawner.ts'

/** A process that there is not: what it does is said by a script. */
export interface ScriptedProcess {
  /** What was asked for. */
  readonly order: ProcessOrder
  readonly pid: number
  readonly isRunning: boolean
  /** What was written to its standard input, in portions. */
  readonly written: readonly string[]
  readonly isInputClosed: boolean
  /** The signals that it got, oldest first. */
  readonly signals: readonly string[]
  /** Writes a line. */
  print(text: string, stream?: OutputStream): void
  /** Ends by itself. */
  exit(code?: number): void
  /** Ends by a signal that nobody has sent. */
  die(signal: string): void
  /** Takes over what a signal does, which is to end it. `SIGKILL` cannot be taken over. */
  onSignal(handle: (signal: string) => void): void
  onInput(handle: (text: string) => void): void
  /** Runs code after so much time of the system, if it still runs then. */
  after(time: Duration, run: () => void): void
}

/** A spawner of processes that do what a script says. */
export interface ScriptedSpawner extends Spawner {
  /** All that were ever started, oldest first. */
  readonly processes: readonly ScriptedProcess[]
}

/**
 * Makes a spawner for tests, whose processes do what `script` says as soon as they run: by themselves nothing, but to end by the
 * signals that they get. What the script throws at once is why the process could not be started. Time is that of the system,
 * which a simulation moves.
 *
 * @param script is given each process, and how many there have been, from 1 on
 * @example
 * ```ts
 * import { child, childProcess, supervisor } from 'coppice'
 * import { scriptedSpawner, simulatedSystem } from 'coppice/testing'
 *
 * const spawner = scriptedSpawner((process, nth) => {
 *   process.print('listening')
 *   if (nth === 1) process.after('1h', () => process.exit(1))
 * })
 * const Db = childProcess('db', 'postgres', [], { ready: ({ text }) => text === 'listening', spawner })
 * await using sim = await simulatedSystem(supervisor({}, { db: child(Db) }))
 * await sim.advance('1h')
 * console.log(spawner.processes.map(({ isRunning }) => isRunning)) // => [ false, true ]
 * ```
 */
export function scriptedSpawner(script: (process: ScriptedProcess, nth: number) => void = () => undefined): ScriptedSpawner {
  const processes: Scripted[] = []
  return {
    processes,
    spawn: (order, listener) => {
      const nth = processes.length + 1
      const scripted = new Scripted(order, listener, nth)
      processes.push(scripted)
      void Promise.resolve().then(() => scripted.begin(() => script(scripted, nth)))
      return scripted
    },
  }
}

const firstPid = 1_000

class Scripted implements ScriptedProcess, SpawnedProcess {
  readonly order: ProcessOrder
  readonly pid: number
  readonly written: string[] = []
  readonly signals: string[] = []
  isRunning = true
  isInputClosed = false
  readonly #listener: ProcessListener
  readonly #ended = new AbortController()
  #toldEarly: (() => void)[] | undefined = []
  #onSignal: (signal: string) => void = (signal) => this.die(signal)
  #onInput: (text: string) => void = () => undefined

  constructor(order: ProcessOrder, listener: ProcessListener, nth: number) {
    this.order = order
    this.pid = firstPid + nth
    this.#listener = listener
  }

  begin(script: () => void): void {
    try {
      script()
    } catch (error) {
      this.isRunning = false
      this.#listener.failed(error instanceof Error ? error : new Error(String(error)))
      return
    }
    this.#listener.spawned(this.pid)
    const early = this.#toldEarly ?? []
    this.#toldEarly = undefined
    for (const tell of early) tell()
  }

  print(text: string, stream: OutputStream = 'stdout'): void {
    if (this.isRunning) this.#tell(() => this.#listener.output(stream, `${text}\n`))
  }

  exit(code = 0): void {
    this.#end({ code, signal: undefined })
  }

  die(signal: string): void {
    this.#end({ code: undefined, signal })
  }

  onSignal(handle: (signal: string) => void): void {
    this.#onSignal = handle
  }

  onInput(handle: (text: string) => void): void {
    this.#onInput = handle
  }

  after(time: Duration, run: () => void): void {
    // A wait that is broken off is the end of the process.
    void this.order.sleep(time, this.#ended.signal).then(run, () => undefined)
  }

  write(text: string): void {
    if (!this.isRunning) return
    this.written.push(text)
    this.#onInput(text)
  }

  closeInput(): void {
    this.isInputClosed = true
  }

  kill(signal: string): void {
    if (!this.isRunning) return
    this.signals.push(signal)
    if (signal === 'SIGKILL') this.die(signal)
    else this.#onSignal(signal)
  }

  #end(exit: ProcessExit): void {
    if (!this.isRunning) return
    this.isRunning = false
    this.#ended.abort()
    // As with real processes, nobody learns of an end in the middle of a signal.
    this.#tell(() => void Promise.resolve().then(() => this.#listener.exited(exit)))
  }

  /** Nothing is told of a process before it runs. */
  #tell(tell: () => void): void {
    if (this.#toldEarly === undefined) tell()
    else this.#toldEarly.push(tell)
  }
}
