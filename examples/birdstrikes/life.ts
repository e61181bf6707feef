import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Telling } from './telling.ts'

/** How a worker process ended. */
export type LifeEnd =
  | { readonly type: 'done' }
  | { readonly type: 'stopped'; readonly rows: number }
  /** By SIGKILL: at the point in its orders, because the user was in a hurry, or not by us. */
  | { readonly type: 'killed'; readonly by: 'plan' | 'user' | 'outside'; readonly at: string; readonly atMs: number }
  | { readonly type: 'failed'; readonly why: string }
  /** Another process works with this database: nothing was done. */
  | { readonly type: 'taken' }

/** One worker process. */
export interface Life {
  readonly pid: number
  /** Settles when the process is gone and everything that it told has been heard. */
  readonly ended: Promise<LifeEnd>
  /** Asks it to stop in order. */
  stop(): void
  /** Stops it at once. */
  kill(): void
}

/** A worker tells of its progress many times a second; one that is silent for so long hangs. */
const silenceLimitMs = 60_000

/** What a worker process is made of. */
export interface LifeParts {
  /** A file beside this one. */
  readonly program: string
  readonly orders: object
  /** So long it lives on when it has reached the point in its orders, unless it froze there. */
  readonly delayMs: number
  readonly hear: (telling: Telling) => void
}

/** Starts a worker process, and kills it when it has reached the point in its orders. */
export function beginLife({ program, orders, delayMs, hear }: LifeParts): Life {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const worker = spawn(process.execPath, [path, JSON.stringify(orders)], { stdio: ['pipe', 'inherit', 'inherit', 'pipe'] })
  const [input, , , tellings] = worker.stdio
  let last: Telling | undefined
  let killed: Extract<LifeEnd, { readonly type: 'killed' }> | undefined
  let isSilent = false

  const kill = (by: 'plan' | 'user', at: string): void => {
    const atMs = performance.now()
    // False for a process that has ended already: it did not die of this.
    if (worker.kill('SIGKILL')) killed = { type: 'killed', by, at, atMs }
  }
  const silence = setTimeout(() => {
    isSilent = true
    worker.kill('SIGKILL')
  }, silenceLimitMs)
  const take = (telling: Telling): void => {
    silence.refresh()
    last = telling
    hear(telling)
    if (telling.type !== 'reached') return
    if (telling.isFrozen) kill('plan', telling.at)
    else setTimeout(() => kill('plan', `${delayMs} ms after ${telling.at}`), delayMs)
  }
  const endOf = (code: number | null, signal: NodeJS.Signals | null): LifeEnd => {
    if (isSilent) return { type: 'failed', why: `the worker said nothing for ${silenceLimitMs} ms, and was killed for that` }
    if (signal === 'SIGKILL') return killed ?? { type: 'killed', by: 'outside', at: '', atMs: performance.now() }
    if (last?.type === 'failed' || last?.type === 'taken') return last
    if (code === 0 && (last?.type === 'done' || last?.type === 'stopped')) return last
    return { type: 'failed', why: `the worker ended with ${signal ?? `exit code ${code}`}` }
  }

  forEachLine(tellings as NodeJS.ReadableStream, (line) => take(JSON.parse(line) as Telling))
  // A worker that is gone already need not be asked to stop.
  input?.on('error', () => undefined)
  const ended = new Promise<LifeEnd>((resolve) => {
    worker.once('error', (error) => resolve({ type: 'failed', why: `the worker could not be started: ${error.message}` }))
    worker.once('close', (code, signal) => resolve(endOf(code, signal)))
  }).finally(() => clearTimeout(silence))
  return { pid: worker.pid ?? 0, ended, stop: () => void input?.end(), kill: () => kill('user', '') }
}

/** The last line of a process that was killed may be cut short: it is not taken. */
function forEachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(take)
  })
}
