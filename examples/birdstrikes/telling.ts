import { writeSync } from 'node:fs'
import type { KillPoint } from './kill-plan.ts'
import type { Work } from './tree.ts'

/** What a worker process is started for: its one argument, as JSON. */
export interface Orders extends Work {
  readonly database: string
  /** Where this life is to end; nothing if it may finish. */
  readonly kill: KillPoint | null
}

/** What a worker process tells its parent. */
export type Telling =
  /** All actors that the store knows are back; so many messages had been accepted and not applied. */
  | { readonly type: 'up'; readonly actors: number; readonly waiting: number }
  /** The first row that no process before has applied. */
  | { readonly type: 'applied' }
  | { readonly type: 'progress'; readonly rows: number; readonly measured: number; readonly refused: number }
  | { readonly type: 'crash'; readonly id: string; readonly handler: string | undefined; readonly why: string }
  | { readonly type: 'restarted'; readonly id: string; readonly incarnation: number }
  /** What must not happen in this job, in words. */
  | { readonly type: 'trouble'; readonly what: string }
  /** The kill point is reached. A frozen worker does nothing more: its parent kills it where it stands. */
  | { readonly type: 'reached'; readonly isFrozen: boolean; readonly at: string }
  /** Everything is applied and the store is closed. */
  | { readonly type: 'done' }
  /** It was asked to stop, and the store is closed. */
  | { readonly type: 'stopped'; readonly rows: number }
  | { readonly type: 'failed'; readonly why: string }
  /** Another process owns the database: nothing was done. */
  | { readonly type: 'taken' }

/** The pipe to the parent, besides standard input, output and error. */
const descriptor = 3

/** Tells the parent something. When this returns it is in the pipe, whatever becomes of this process. */
export function tell(telling: Telling): void {
  try {
    writeSync(descriptor, `${JSON.stringify(telling)}\n`)
  } catch (error) {
    // A parent that is gone needs no telling; that it is gone ends this process in order.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}
