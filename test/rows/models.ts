import { actor, child, message, supervisor, type Checkpointable, type CheckpointOption, type Hooks } from '../../src/index.ts'
import type { RowWorld } from './world.ts'

export interface Count {
  readonly count: number
}

const handlers = {
  initial: () => ({ count: 0 }) as Count,
}

/** A counter whose state is in the store. */
export const Counter = actor('counter', {
  ...handlers,
  handlers: ({ call, cast }) => ({
    add: call(message<number>(), ({ state, input }) => ({ reply: state.count + input, state: { count: state.count + input } })),
    count: call(({ state }) => ({ reply: state.count })),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
})

interface ModelOptions {
  readonly more?: Partial<Checkpointable<Count>>
  readonly checkpoint?: CheckpointOption<Count>
  readonly hooks?: Hooks<Count, undefined>
  readonly restarts?: number
}

/** A tree with a counter that keeps its state in files, a file for each checkpoint. */
export function modelTree(world: RowWorld, { more = {}, checkpoint = {}, hooks = {}, restarts = 3 }: ModelOptions = {}) {
  const Model = actor('model', {
    ...handlers,
    handlers: ({ call, cast }) => ({
      add: call(message<number>(), ({ state, input }) => ({ reply: state.count + input, state: { count: state.count + input } })),
      count: call(({ state }) => ({ reply: state.count })),
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
    checkpointable: {
      should: () => false,
      save: ({ checkpoint: number, state }) => world.write(`${number}`, { number, ...state }),
      load: ({ checkpoints: [newest] }) => {
        if (newest === undefined) return undefined
        const { number, count } = world.read(`${newest.number}`) as Count & { readonly number: number }
        return { checkpoint: number, state: { count } }
      },
      expired: ({ checkpoint: number }) => world.remove(`${number}`),
      ...more,
    },
  })
  return supervisor({ intensity: { restarts, within: '5s' } }, { a: child(Model, { checkpoint, hooks }) })
}

export const counterTree = (options: Parameters<typeof child<typeof Counter>>[1] = {}) =>
  supervisor({}, { a: child(Counter, options) })
