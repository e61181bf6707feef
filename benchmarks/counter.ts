import { actor, message } from '../src/index.ts'
import { BareActor, type Handler, type Loop } from './bare/loop.ts'

/** The actor of the trials without a store. */
export const counter = actor('counter', {
  initial: () => ({ count: 0 }),
  handlers: ({ call, cast }) => ({
    add: cast(message<number>(), ({ state, input }) => ({ count: state.count + input })),
    addAndGet: call(message<number>(), ({ state, input }) => {
      const count = state.count + input
      return { reply: count, state: { count } }
    }),
    fail: cast(() => {
      throw new Error('as the trial wants it')
    }),
  }),
})

interface CounterInput {
  readonly add: number
}

const count: Handler<{ count: number }, CounterInput> = (state, { add }) => (state.count += add)

/** The same without coppice. */
export function bareCounter(loop: Loop): BareActor<{ count: number }, CounterInput> {
  return new BareActor(loop, { state: { count: 0 }, handle: count })
}

/** What a round must have come to. */
export function expectCount(found: unknown, expected: number): void {
  if (found !== expected) throw new Error(`the count is ${String(found)}, where it should be ${expected}`)
}
