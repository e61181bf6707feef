import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Attribution } from './attribution.ts'
import type { StartCause, StateSource } from './behavior.ts'
import type { ActorEvent } from './events.ts'
import type { MessageInfo } from './message.ts'
import { RingQueue } from './ring-queue.ts'
import type { Scheduler } from './scheduler.ts'
import { isThenable } from './thenable.ts'

/** An incarnation is up, and takes messages. */
export interface LifeUp {
  readonly type: 'up'
  readonly id: ActorId
  readonly incarnation: number
  /** Where its state comes from; `initial` is a new one. */
  readonly source: StateSource
  readonly cause: StartCause
  /** Why the incarnation before ended in this process; nothing for the first. */
  readonly reason: ExitReason | undefined
}

/** An incarnation is up with a state that it had before. */
export interface LifeRestored extends Omit<LifeUp, 'type'> {
  readonly type: 'restored'
}

/** An incarnation has ended. */
export interface LifeDown {
  readonly type: 'down'
  readonly id: ActorId
  readonly incarnation: number
  readonly reason: ExitReason
  /** The message that it was handling; nothing if there was none. */
  readonly message: MessageInfo | undefined
}

/** Nobody will start it again unless asked to. */
export interface LifeGone {
  readonly type: 'gone'
  readonly id: ActorId
  /** Why it ended last; nothing if it never ran. */
  readonly reason: ExitReason | undefined
}

/** What becomes of one actor, by the word for it. */
export interface LifeEvents {
  readonly up: LifeUp
  readonly restored: LifeRestored
  readonly down: LifeDown
  readonly gone: LifeGone
}

/** Any of them. */
export type LifeEvent = LifeEvents[keyof LifeEvents]

/** The words that a listener can be given for. */
export const lifeEventTypes = ['up', 'restored', 'down', 'gone'] as const satisfies readonly (keyof LifeEvents)[]

/** What listeners are run with. */
export interface LifeListenerParts {
  readonly scheduler: Scheduler
  readonly attribution: Attribution
  /** Makes an error known that nobody waits for. */
  readonly surface: (error: unknown) => void
  /** Why an actor ended last. */
  readonly lastReason: (id: ActorId) => ExitReason | undefined
  /** True if nobody will start this actor unless asked to. */
  readonly isGone: (id: ActorId) => boolean
}

type Listener = (event: LifeEvent) => unknown

/** Somebody who waits for an actor to be up. */
export interface Waiting {
  up(incarnation: number): void
  gone(reason: ExitReason | undefined): void
}

/** Those who want to know what becomes of single actors. Nothing is spent on actors that nobody asks about. */
export class LifeListeners {
  readonly #parts: LifeListenerParts
  readonly #listeners = new Map<ActorId, Set<{ readonly type: keyof LifeEvents; readonly listener: Listener }>>()
  /** What listeners are still to be told, in order. */
  readonly #due = new RingQueue<() => void>()
  readonly #waiting = new Map<ActorId, Set<Waiting>>()

  constructor(parts: LifeListenerParts) {
    this.#parts = parts
  }

  /** Returns what takes the listener away; what was told and not run yet is not run then. */
  on(id: ActorId, type: keyof LifeEvents, listener: Listener): () => void {
    const entry = { type, listener }
    const all = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, all.add(entry))
    return () => {
      all.delete(entry)
      if (all.size === 0 && this.#listeners.get(id) === all) this.#listeners.delete(id)
    }
  }

  /** Tells `waiting` once; returns what takes it back. */
  wait(id: ActorId, waiting: Waiting): () => void {
    const all = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, all.add(waiting))
    return () => {
      all.delete(waiting)
      if (all.size === 0 && this.#waiting.get(id) === all) this.#waiting.delete(id)
    }
  }

  /** Hears of everything that happens. */
  hear(event: ActorEvent): void {
    if (this.#listeners.size === 0 && this.#waiting.size === 0) return
    switch (event.type) {
      case 'started': {
        const { id, incarnation, source, cause } = event
        const up = { type: 'up', id, incarnation, source, cause, reason: this.#parts.lastReason(id) } as const
        this.#tell(up)
        if (source !== 'initial') this.#tell({ ...up, type: 'restored' })
        for (const waiting of this.#takeWaiting(id)) waiting.up(incarnation)
        break
      }
      case 'exited': {
        const { id, incarnation, reason, message } = event
        this.#tell({ type: 'down', id, incarnation, reason, message })
        break
      }
      case 'start failed':
      case 'start ignored':
        // Asked for once more, in vain: nobody tries again.
        if (this.#parts.isGone(event.id)) this.#dismiss(event.id)
        break
    }
  }

  /** An actor stays down. */
  gone(id: ActorId): void {
    if (this.#listeners.size === 0 && this.#waiting.size === 0) return
    this.#tell({ type: 'gone', id, reason: this.#parts.lastReason(id) })
    this.#dismiss(id)
  }

  /** Nobody comes up any more. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) this.#dismiss(id)
  }

  #dismiss(id: ActorId): void {
    for (const waiting of this.#takeWaiting(id)) waiting.gone(this.#parts.lastReason(id))
  }

  #takeWaiting(id: ActorId): readonly Waiting[] {
    const all = this.#waiting.get(id)
    this.#waiting.delete(id)
    return all === undefined ? [] : [...all]
  }

  #tell(event: LifeEvent): void {
    const all = this.#listeners.get(event.id)
    if (all === undefined) return
    const { scheduler } = this.#parts
    for (const entry of all)
      if (entry.type === event.type) {
        this.#due.push(() => {
          if (all.has(entry)) this.#run(entry.listener, event)
        })
        // Not while it happens: what a listener does must not come between two steps of an end. And in the order in which it
        // happened, whichever of the deferred callbacks comes first.
        scheduler.defer(`listener to ${event.id}`, () => this.#due.shift()?.())
      }
  }

  #run(listener: Listener, event: LifeEvent): void {
    const { attribution, surface } = this.#parts
    try {
      const result = attribution.outside(() => listener(event))
      if (isThenable(result)) result.then(undefined, surface)
    } catch (error) {
      surface(error)
    }
  }
}
