import { Worker } from 'node:worker_threads'
import type { ActorId } from '../protocol/actor-id.ts'
import type { FromThread, ThreadOrder, ToThread } from './link-words.ts'

/** Who hears what a store thread says. */
export interface ThreadListener {
  /** It has said something. */
  said(word: FromThread): void
  /** It is gone, with everything that it held: the file is free. `cause` is the error that ended it, if one did. */
  gone(why: string, cause: unknown): void
}

/** One thread that reads and writes a store. */
export class StoreThread {
  readonly #worker: Worker
  #isOpen = false
  #isHeld = true
  #isClosing = false
  #error: unknown

  constructor(order: ThreadOrder, listener: ThreadListener) {
    // Flags of this process may be meant for its main program only, such as --input-type.
    this.#worker = new Worker(program(), { name: 'coppice store', workerData: order, execArgv: [] })
    this.#worker.on('message', (word: FromThread) => {
      if (word.type === 'opened') this.#isOpen = true
      listener.said(word)
    })
    this.#worker.on('error', (error) => {
      this.#error = error
    })
    // After everything that it has said: nothing that was acknowledged is taken for lost.
    this.#worker.on('exit', (code) => {
      this.#isOpen = false
      const why = this.#error === undefined ? `exit code ${code}` : messageOf(this.#error)
      listener.gone(why, this.#error)
    })
  }

  /** It owns the file. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  write(group: Omit<Extract<ToThread, { type: 'write' }>, 'type'>): void {
    this.#post({ type: 'write', ...group })
  }

  /** These actors have to be opened again before they may commit. */
  lose(actors: readonly ActorId[]): void {
    this.#post({ type: 'lose', actors })
  }

  copy(number: number, path: string): void {
    this.#post({ type: 'copy', number, path })
  }

  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#post({ type: 'close' })
  }

  /** Whether the process goes on for it. */
  hold(isWaitedFor: boolean): void {
    if (isWaitedFor === this.#isHeld) return
    this.#isHeld = isWaitedFor
    if (isWaitedFor) this.#worker.ref()
    else this.#worker.unref()
  }

  #post(word: ToThread): void {
    this.#worker.postMessage(word)
  }
}

/** The program of the thread is beside this file, compiled if this one is. */
function program(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./worker-main.${extension}`, import.meta.url)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
