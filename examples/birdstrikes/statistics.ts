import { actor, message, refuse } from '../../src/index.ts'
import type { Bug } from './bug.ts'
import type { Report } from './csv.ts'
import { blankStatistics, measured, type StatisticsState } from './statistics-state.ts'

/** The speeds of all aircraft that were hit. A row without a speed is refused: that is an answer and no crash. */
export const statistics = (bug: Bug) =>
  actor('statistics', {
    initial: (): StatisticsState => blankStatistics,
    handlers: ({ call, cast }) => ({
      measure: cast(message<Pick<Report, 'row' | 'speed'>>(), ({ state, input, ctx }) => {
        bug('statistics', input.row, ctx.attempt)
        const next = measured(state, input)
        if (next.refused > state.refused) return refuse('no speed', { message: `row ${input.row} has no speed`, state: next })
        return next
      }),
      summary: call(({ state: { measured, refused } }) => ({ reply: { measured, refused } })),
    }),
  })
