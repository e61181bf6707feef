import type { Goal, Spread, Standing } from './contest.ts'

/** The results as a table for a terminal. */
export function tableOf(standings: readonly Standing[]): string {
  const rows = standings.map(rowOf)
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => padded(text, column, widths))
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function padded(text: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0
  return column < textColumns ? text.padEnd(width) : text.padStart(width)
}

const head = ['trial', 'how', 'who', 'against', 'who', 'against', 'ratio', 'spread', 'goal', '']
const textColumns = 4

/** What the columns mean. */
export const legend = `
"who" and "against" are medians: operations a second, bytes each, or milliseconds late. "ratio" is the median of the ratios of
the rounds: 1.00 is as fast (or as large, or as late) as the ceiling; "spread" is the lowest and the highest of them. Goals are
for coppice as in production (freezeStates off); a row without a goal shows what a setting costs, or what the work costs without
coppice. Attribution is off.
`.trim()

function rowOf(standing: Standing): readonly string[] {
  const { trial, contest, unit, entrant, ceiling, entrantFigure, ceilingFigure, ratio, goal } = standing
  return [
    trial,
    contest,
    entrant,
    ceiling,
    withUnit(entrantFigure.median, unit),
    withUnit(ceilingFigure.median, unit),
    ratio.median.toFixed(2),
    `${ratio.lowest.toFixed(2)}-${ratio.highest.toFixed(2)}`,
    goal === undefined ? '' : goalText(goal, unit),
    goal === undefined ? '' : isReached(goal, { ratio, entrantFigure }) ? 'reached' : 'missed',
  ]
}

function goalText(goal: Goal, unit: Standing['unit']): string {
  if ('ratioFrom' in goal) return `ratio >= ${goal.ratioFrom.toFixed(2)}`
  return 'figureFrom' in goal ? `>= ${withUnit(goal.figureFrom, unit)}` : `<= ${withUnit(goal.figureUpTo, unit)}`
}

function isReached(goal: Goal, { ratio, entrantFigure }: { readonly ratio: Spread; readonly entrantFigure: Spread }): boolean {
  if ('ratioFrom' in goal) return ratio.median >= goal.ratioFrom
  return 'figureFrom' in goal ? entrantFigure.median >= goal.figureFrom : entrantFigure.median <= goal.figureUpTo
}

function withUnit(figure: number, unit: Standing['unit']): string {
  if (unit === 'ms') return `${figure.toFixed(1)} ms`
  return unit === 'a second' ? `${shortened(figure)}/s` : `${shortened(figure)} B`
}

function shortened(figure: number): string {
  if (figure >= 1e6) return `${(figure / 1e6).toFixed(2)} M`
  return figure >= 10_000 ? `${Math.round(figure / 1000)} k` : figure.toFixed(0)
}
