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

export const blankStatistics: StatisticsState = { measured: 0, refused: 0, sumOfKnots: 0, fastest: null, chain: '' }

/** The statistics with one more row, which counts as refused if it has no speed. */
export function measured(state: StatisticsState, { row, speed }: Pick<Report, 'row' | 'speed'>): StatisticsState {
  const chain = link(state.chain, `${row} ${speed}`)
  const knots = numberIn(speed)
  const { measured, refused, sumOfKnots, fastest } = state
  if (knots === undefined) return { ...state, refused: refused + 1, chain }
  return {
    ...state,
    measured: measured + 1,
    sumOfKnots: sumOfKnots + knots,
    fastest: fastest === null || knots > fastest.knots ? { row, knots } : fastest,
    chain,
  }
}
