import { durationMs } from '../../protocol/duration.ts'
import { crash } from '../../protocol/exit-reason.ts'
import type { Life } from '../anatomy.ts'
import { FencedError, StoreError } from '../errors.ts'
import type { Message } from '../message.ts'
import type { EffectResult } from '../persistence.ts'
import type { Effect, EffectCall, EffectOutcome } from './effect.ts'
import { EffectError } from './effect-error.ts'
import { checkEffect } from './effect-rules.ts'

/** The turns of the same group before the one that is under way. */
export interface EarlierTurns {
  /** Commits them: what is done outside on the ground of what they did cannot be taken back. Rejects if the turn was dropped. */
  commitEarlier(): Promise<void>
}

/** What the effects of one turn need. */
export interface EffectsParts {
  readonly life: Life
  readonly message: Message
  /** Nothing where the message has been applied already, and is handled for its state alone. */
  readonly earlier: EarlierTurns | undefined
  /** The turn, or the incarnation, is over: nothing is begun or written any more. */
  readonly isOver: () => boolean
}

/** What `run` or `probe` came to. */
type Ended<T> =
  | { readonly type: 'gave'; readonly value: T }
  | { readonly type: 'threw'; readonly error: Error }
  | { readonly type: 'timed out' }

/** The effects of one turn: written before they are done, and with their outcomes before the handler learns of them. */
export class EffectsOfTurn {
  readonly #parts: EffectsParts
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(parts: EffectsParts) {
    this.#parts = parts
  }

  begin<Value>(name: string, effect: Effect<Value>): Promise<EffectOutcome<Value>> {
    const { life, message } = this.#parts
    try {
      checkEffect(life.cell.label, name, effect)
      this.#checkActive(name)
      if (message.seq === 0)
        throw new EffectError(life.id, name, 'is for messages of the journal, and this is a notice: send yourself a message')
      if (this.#underWay.has(name))
        throw new EffectError(life.id, name, 'is under way already in this turn: give each a name of its own')
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
    const outcome = this.#carryOut(name, effect).finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, outcome)
    return outcome
  }

  /** The handler is over: gives the name of one that it has not waited for, if there is one. Nobody will any more. */
  leave(): string | undefined {
    for (const outcome of this.#underWay.values()) outcome.catch(() => undefined)
    const [name] = this.#underWay.keys()
    return name
  }

  async #carryOut<Value>(name: string, effect: Effect<Value>): Promise<EffectOutcome<Value>> {
    const { life, message, earlier } = this.#parts
    // A handler that does not wait for it is over before anything has been written.
    await Promise.resolve()
    this.#checkActive(name)
    await earlier?.commitEarlier()
    this.#checkActive(name)
    const intended = { seq: message.seq, name, key: this.#newKey() }
    const record = await this.#store(life.cell.store.beginEffect(life.id, life.number, intended))
    this.#checkActive(name)
    if (record.status === 'settled') return record.result as EffectOutcome<Value>
    const { key } = record
    if (record.status === 'applied') return { status: 'unknown', key }
    if (record.status === 'open') {
      const found = await this.#find(name, key, effect)
      if (found !== undefined) return found
    }
    return this.#run(name, key, effect)
  }

  /** What came of one that was begun before; nothing if it is to be run. */
  async #find<Value>(name: string, key: string, effect: Effect<Value>): Promise<EffectOutcome<Value> | undefined> {
    const { probe, ifUnknown = 'tell' } = effect
    const probed = probe && (await this.#within(name, key, effect, probe))
    if (probed?.type === 'gave') {
      const { value } = probed
      if (value.status === 'done' || value.status === 'failed') return this.#settle(name, key, value)
      if (value.status === 'not done') return undefined
    }
    if (ifUnknown === 'run') return undefined
    return this.#unknown(name, key, probed?.type === 'threw' ? probed.error : undefined)
  }

  async #run<Value>(name: string, key: string, effect: Effect<Value>): Promise<EffectOutcome<Value>> {
    this.#tell(name, key, 'begun')
    const ended = await this.#within(name, key, effect, effect.run)
    if (ended.type === 'timed out') return this.#unknown(name, key, undefined)
    const result: EffectResult =
      ended.type === 'gave' ? { status: 'done', value: ended.value } : { status: 'failed', error: ended.error }
    return this.#settle(name, key, result)
  }

  async #settle<Value>(name: string, key: string, result: EffectResult): Promise<EffectOutcome<Value>> {
    const { life, message } = this.#parts
    const stored = await this.#store(life.cell.store.settleEffect(life.id, life.number, { seq: message.seq, name }, result))
    this.#checkActive(name)
    this.#tell(name, key, stored.status)
    return stored as EffectOutcome<Value>
  }

  #unknown(name: string, key: string, error: Error | undefined): EffectOutcome<never> {
    this.#tell(name, key, 'unknown')
    return error === undefined ? { status: 'unknown', key } : { status: 'unknown', key, error }
  }

  async #within<T>(
    name: string,
    key: string,
    { timeout }: Effect<unknown>,
    work: (call: EffectCall) => T | PromiseLike<T>,
  ): Promise<Ended<T>> {
    const { life } = this.#parts
    const late = new AbortController()
    const signal = timeout === undefined ? life.signal : AbortSignal.any([life.signal, late.signal])
    const working = perform(() => work({ key, signal }))
    const ended = timeout === undefined ? await working : await this.#atMost(durationMs(timeout, 'timeout'), working, late)
    this.#checkActive(name)
    return ended
  }

  #atMost<T>(limitMs: number, working: Promise<Ended<T>>, late: AbortController): Promise<Ended<T>> {
    return new Promise((resolve) => {
      const timer = this.#parts.life.cell.world.clock.setTimer(limitMs, () => {
        resolve({ type: 'timed out' })
        late.abort(new DOMException('the timeout of the effect has passed', 'TimeoutError'))
      })
      void working.then((ended) => {
        timer.cancel()
        resolve(ended)
      })
    })
  }

  /** After a failure of the store what is in memory is not to be trusted, and no message is to blame. */
  async #store<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      const { life } = this.#parts
      const isOfStore = error instanceof StoreError || error instanceof FencedError
      if (isOfStore && life.isActive) life.end(crash(error), 'orderly')
      throw error
    }
  }

  #checkActive(name: string): void {
    const { life, isOver } = this.#parts
    if (isOver()) throw new EffectError(life.id, name, 'was given up: the turn that asked for it is over')
  }

  #newKey(): string {
    const { life, message } = this.#parts
    const { random, persistence } = life.cell.world
    const chance = [1, 2]
      .map(() =>
        random
          .integer(2 ** 32)
          .toString(36)
          .padStart(7, '0'),
      )
      .join('')
    return `${persistence?.info.storeId ?? 'memory'}-${message.seq}-${chance}`
  }

  #tell(effect: string, key: string, status: 'begun' | EffectOutcome<unknown>['status']): void {
    const { life } = this.#parts
    life.cell.world.emit({ type: 'effect', id: life.id, incarnation: life.number, effect, key, status })
  }
}

/** Settles in any case. */
async function perform<T>(work: () => T | PromiseLike<T>): Promise<Ended<T>> {
  try {
    return { type: 'gave', value: await work() }
  } catch (error) {
    return { type: 'threw', error: error instanceof Error ? error : new Error(String(error), { cause: error }) }
  }
}
