import { actor, message } from '../../src/index.ts'

/** The notices that were given, each the number of its row, in the order in which they were given. */
export interface NoticesState {
  readonly rows: readonly number[]
}

/** Takes one notice for each report of damage. Nothing is taken back: what is noticed twice is there twice. */
export const notices = actor('notices', {
  initial: (): NoticesState => ({ rows: [] }),
  handlers: ({ call, cast }) => ({
    add: cast(message<number>(), ({ state, input }) => ({ rows: [...state.rows, input] })),
    count: call(({ state }) => ({ reply: state.rows.length })),
  }),
})

export type Notices = typeof notices
