import { actor, message, refuse } from '../../src/index.ts'
import type { Bug } from './bug.ts'
import { link } from './chain.ts'
import { numberIn, type Report } from './csv.ts'

/** What the statistics have come to. */
export interface StatisticsState {
  readonly measured: number
  readonly refused: number
  readonly sumOfKnots: number
  readonly fastest: { readonly row: number; readonly knots: number } | null
  /** A hash over all rows, refused ones too, in the order in which they were applied. */
  readonly chain: string
}

/** The speeds of all aircraft that were hit. A row without a speed is refused: that is an answer and no crash. */
export const statistics = (bug: Bug) =>
  actor('statistics', {
    initial: (): StatisticsState => ({ measured: 0, refused: 0, sumOfKnots: 0, fastest: null, chain: '' }),
    handlers: ({ call, cast }) => ({
      measure: cast(message<Pick<Report, 'row' | 'speed'>>(), ({ state, input: { row, speed }, ctx }) => {
        bug('statistics', row, ctx.attempt)
        const chain = link(state.chain, `${row} ${speed}`)
        const knots = numberIn(speed)
        const { measured, refused, sumOfKnots, fastest } = state
        if (knots === undefined)
          return refuse('no speed', { message: `row ${row} has no speed`, state: { ...state, refused: refused + 1, chain } })
        return {
          ...state,
          measured: measured + 1,
          sumOfKnots: sumOfKnots + knots,
          fastest: fastest === null || knots > fastest.knots ? { row, knots } : fastest,
          chain,
        }
      }),
      summary: call(({ state: { measured, refused } }) => ({ reply: { measured, refused } })),
    }),
  })
