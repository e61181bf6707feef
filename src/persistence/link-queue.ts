import type { ActorId } from '../protocol/actor-id.ts'
import { isCheckpoint, memoryOf, sizeOf, type Operation } from './operation.ts'

/** The most that one group holds; what comes while it is under way waits. */
export const largestGroup = { operations: 1024, textUnits: 4 * 1024 * 1024 }

/** What an operation has come to. */
export type Outcome = { readonly isDone: true; readonly value: unknown } | { readonly isDone: false; readonly error: unknown }

/** An operation that somebody waits for. */
interface Entry {
  /** Nothing for one that was refused, or that is done by another. */
  operation: Operation | undefined
  /** The entry that does this one as well: a checkpoint whose place a later one has taken. */
  readonly by: Entry | undefined
  outcome: Outcome | undefined
  readonly read: (value: unknown) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Operations that are written together. */
export interface Batch {
  /** The number of its last operation, counted from the first of the link. */
  readonly upTo: number
  readonly operations: readonly Operation[]
}

/**
 * What is asked of a store on another thread: one group under way, and behind it those that wait, which are the next group. So
 * the groups grow with the load, and what is on its way stays bounded. Promises settle in the order of the calls.
 *
 * Of the checkpoints of an actor that wait only the newest is written: the older ones resolve with its number. It takes the place
 * of the first, so that it is written no later than that would have been.
 */
export class LinkQueue {
  #waiting: Entry[] = []
  #underWay: { readonly batch: Batch; readonly entries: readonly Entry[] } | undefined
  #count = 0
  /** The last that waits of each actor, while it is a checkpoint between turns. */
  readonly #checkpoints = new Map<ActorId, Entry>()

  get underWay(): Batch | undefined {
    return this.#underWay?.batch
  }

  get isEmpty(): boolean {
    return this.#underWay === undefined && this.#waiting.length === 0
  }

  /** Puts an operation in line; what `make` throws is rejected in its turn. */
  add(make: () => Operation, read: (value: unknown) => unknown): Promise<unknown> {
    let operation: Operation | undefined
    let outcome: Outcome | undefined
    try {
      operation = make()
    } catch (error) {
      outcome = { isDone: false, error }
    }
    return new Promise((resolve, reject) => {
      const by = operation === undefined ? undefined : this.#takePlace(operation)
      const entry: Entry = { operation: by === undefined ? operation : undefined, by, outcome, read, resolve, reject }
      this.#waiting.push(entry)
      if (operation !== undefined && by === undefined) this.#remember(operation, entry)
    })
  }

  /** Takes the next group, if none is under way and something waits. */
  next(): Batch | undefined {
    while (this.#underWay === undefined && this.#waiting.length > 0) {
      const entries = this.#waiting.splice(0, this.#countNext())
      if (this.#waiting.length === 0) this.#checkpoints.clear()
      else for (const { operation } of entries) if (operation !== undefined) this.#forget(operation)
      const operations = entries.flatMap(({ operation }) => (operation === undefined ? [] : [operation]))
      this.#count += operations.length
      // Nothing to be written: all of it was refused, or done by what went before.
      if (operations.length === 0) settle(entries)
      else this.#underWay = { batch: { upTo: this.#count, operations }, entries }
    }
    return this.#underWay?.batch
  }

  /** The group under way is done; `outcomes` in the order of its operations. */
  acknowledge(outcomes: readonly Outcome[]): void {
    const entries = this.#underWay?.entries ?? []
    this.#underWay = undefined
    let i = 0
    for (const entry of entries) if (entry.operation !== undefined) entry.outcome = outcomes[i++]
    settle(entries)
  }

  /** Nothing of what waits will be written. */
  rejectWaiting(error: unknown): void {
    const entries = this.#waiting
    this.#waiting = []
    this.#checkpoints.clear()
    for (const entry of entries) entry.outcome ??= entry.by?.outcome ?? { isDone: false, error }
    settle(entries)
  }

  #takePlace(operation: Operation): Entry | undefined {
    if (!isCheckpoint(operation)) return undefined
    const before = this.#checkpoints.get(operation.id)
    if (before?.operation?.type !== 'commit' || before.operation.incarnation !== operation.incarnation) return undefined
    before.operation = operation
    return before
  }

  /** Whatever else is asked of an actor comes between its checkpoints. */
  #remember(operation: Operation, entry: Entry): void {
    if (isCheckpoint(operation)) this.#checkpoints.set(operation.id, entry)
    else this.#forget(operation)
  }

  #forget(operation: Operation): void {
    const isNamed = isCheckpoint(operation) || operation.type === 'read'
    const id = isNamed ? operation.id : memoryOf(operation)
    if (id !== undefined) this.#checkpoints.delete(id)
  }

  #countNext(): number {
    let operations = 0
    let units = 0
    for (const [i, { operation }] of this.#waiting.entries()) {
      if (operation === undefined) continue
      operations += 1
      units += sizeOf(operation)
      const isFull = operations > largestGroup.operations || units > largestGroup.textUnits
      // One that is larger than a group may be is a group of its own.
      if (isFull && operations > 1) return i
    }
    return this.#waiting.length
  }
}

function settle(entries: readonly Entry[]): void {
  for (const { by, outcome, read, resolve, reject } of entries) {
    const result = by === undefined ? outcome : by.outcome
    if (result?.isDone === true) resolve(read(result.value))
    else reject(result?.error)
  }
}
