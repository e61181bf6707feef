import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program of the tests that runs as a process of its own. */
export interface Program {
  readonly process: ChildProcess
  /** What it has said so far, a value a line. */
  readonly said: readonly unknown[]
  /** Waits until it has said something of which `test` holds; fails if it ends before. */
  hear(test: (value: unknown) => boolean): Promise<unknown>
  /** Ends it as `kill -9` does; resolves when it is gone. */
  kill9(): Promise<void>
  /** Waits until it ends by itself. */
  end(): Promise<{ readonly code: number | null; readonly said: readonly unknown[] }>
}

/** Starts a TypeScript program with the Node that runs the tests. */
export function run(file: string, args: readonly string[]): Program {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: unknown[] = []
  const waiting: { readonly test: (value: unknown) => boolean; readonly resolve: (value: unknown) => void }[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const value: unknown = JSON.parse(line)
    said.push(value)
    for (const { test, resolve } of waiting) if (test(value)) resolve(value)
  })
  // `close` comes after everything that it said has been read.
  const closed = once(child, 'close')
  return {
    process: child,
    said,
    hear: (test) =>
      new Promise((resolve, reject) => {
        const heard = said.find(test)
        if (heard !== undefined) resolve(heard)
        waiting.push({ test, resolve })
        void closed.then(() => reject(new Error(`it ended without saying so; it said ${JSON.stringify(said)}`)))
      }),
    kill9: async () => {
      child.kill('SIGKILL')
      await closed
    },
    end: async () => {
      await closed
      return { code: child.exitCode, said }
    },
  }
}
