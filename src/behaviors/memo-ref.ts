import type { ActorId } from '../protocol/actor-id.ts'
import type { CallOptions, Port } from '../runtime/context.ts'
import { refWith, type CommonRef } from './common-ref.ts'
import type { MemoAnswer } from './memo-handlers.ts'

/**
 * The address of a memo. Each method rejects with a `CallError`, as `ActorRef.call` does, where the memo itself cannot be asked.
 */
export interface MemoRef<Input, Value> extends CommonRef {
  /**
   * What the function came to for this input: remembered, or worked out now. Rejects with what the function throws.
   *
   * @throws {ConfigurationError} as a rejection, if the input needs the option `key`; nothing was run.
   */
  get(input: Input, options?: CallOptions): Promise<Value>
  /** Forgets the result for this input; false if there was none. */
  forget(input: Input, options?: CallOptions): Promise<boolean>
  /** Forgets all results; gives how many there were. */
  clear(options?: CallOptions): Promise<number>
  /** How many results are kept. */
  size(options?: CallOptions): Promise<number>
}

interface Parts<Input> {
  readonly port: Port
  readonly id: ActorId
  readonly path: string
  readonly key: (input: Input) => string
}

/** Makes the reference of a memo. */
export function makeMemoRef<Input, Value>(parts: Parts<Input>): MemoRef<Input, Value> {
  const { port, id, key } = parts
  const make = (other: Port): object => makeMemoRef({ ...parts, port: other })
  return refWith({ port, id, word: 'memo', make }, {
    get: async (input, options) => {
      const answer = (await port.call(id, 'get', { key: key(input), input }, options)) as MemoAnswer<Value>
      if (answer.status === 'failed') throw answer.error
      return answer.value
    },
    forget: async (input, options) => port.call(id, 'forget', key(input), options) as Promise<boolean>,
    clear: (options) => port.call(id, 'clear', undefined, options) as Promise<number>,
    size: (options) => port.call(id, 'size', undefined, options) as Promise<number>,
  } satisfies Omit<MemoRef<Input, Value>, keyof CommonRef>)
}
