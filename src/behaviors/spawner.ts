import type { Duration } from '../protocol/duration.ts'

/** Where a process writes to. */
export type OutputStream = 'stdout' | 'stderr'

/** A line that a process has written, without its end. */
export interface ProcessLine {
  readonly stream: OutputStream
  readonly text: string
}

/** How a process has ended: by itself with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | undefined
  readonly signal: string | undefined
}

/** What process is to be started. */
export interface ProcessOrder {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string | undefined
  /** Put over the environment of this process; `undefined` takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** It leads a group of its own; signals go to all of the group, and what is left of the group when it has ended is killed. */
  readonly killTree: boolean
  /** The kernel kills it when this process ends, however that comes about. */
  readonly dieWithParent: boolean
  /** Waits by the clock of the system. */
  sleep(time: Duration, signal?: AbortSignal): Promise<void>
}

/** Who is told what becomes of a process; never before `spawn` has returned. */
export interface ProcessListener {
  /** It runs. */
  spawned(pid: number): void
  /** It could not be started; nothing else comes. */
  failed(error: Error): void
  /** Text in any portions. */
  output(stream: OutputStream, text: string): void
  /** It is gone, and everything that it has written was told; nothing else comes. */
  exited(exit: ProcessExit): void
}

/** A process that was started. What is asked of one that is gone has no effect. */
export interface SpawnedProcess {
  write(text: string): void
  closeInput(): void
  kill(signal: string): void
}

/** Starts processes: of the machine, or scripted ones in tests. */
export interface Spawner {
  /** Starts one. What it throws is told as {@link ProcessListener.failed} would be. */
  spawn(order: ProcessOrder, listener: ProcessListener): SpawnedProcess
}
