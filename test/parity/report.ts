import type { NamedTest, Row } from './page.ts'
import { idsOf } from './titles.ts'

/** What the page and the tests say together. */
export interface Report {
  /** What does not fit, a sentence each. */
  readonly problems: readonly string[]
  readonly proven: readonly Row[]
  readonly open: readonly Row[]
}

/** All titles of each file of tests. */
export type Titles = ReadonlyMap<string, readonly string[]>

/** Compares the rows of the page with the tests. Ids of families that the page does not have are left alone. */
export function reportOn(rows: readonly Row[], titles: Titles): Report {
  return {
    problems: [...repeated(rows), ...rows.flatMap((row) => wrongTests(row, titles)), ...unnamed(rows, titles)],
    proven: rows.filter(({ tests }) => tests.length > 0),
    open: rows.filter(({ tests }) => tests.length === 0),
  }
}

/** The report for a person. */
export function textOf({ problems, proven, open }: Report): string {
  const count = `${proven.length} of ${proven.length + open.length} rows proven`
  const openRows = open.map(({ id, what }) => `  ${id.padEnd(4)}${what}`)
  const wrong = problems.length === 0 ? [] : ['', 'wrong:', ...problems.map((problem) => `  ${problem}`)]
  return [...(openRows.length === 0 ? [] : ['open:', ...openRows, '']), count, ...wrong].join('\n')
}

function repeated(rows: readonly Row[]): string[] {
  const ids = rows.map(({ id }) => id)
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `the page has ${id} more than once`)
}

function wrongTests({ id, tests }: Row, titles: Titles): string[] {
  return tests.flatMap(({ file, title }) => {
    if (!titles.has(file)) return [`${id} names ${file}, which is no file of tests`]
    if (titles.get(file)?.includes(title) !== true) return [`${id} names "${title}", which is no test of ${file}`]
    return idsOf(title).includes(id) ? [] : [`${id} names "${title}" of ${file}, whose name does not begin with [${id}]`]
  })
}

function unnamed(rows: readonly Row[], titles: Titles): string[] {
  const families = new Set(rows.map(({ id }) => id.charAt(0)))
  const testsOf = new Map(rows.map(({ id, tests }) => [id, tests]))
  const isNamed = (tests: readonly NamedTest[] | undefined, file: string, title: string): boolean =>
    tests?.some((test) => test.file === file && test.title === title) === true
  return [...titles].flatMap(([file, all]) =>
    all.flatMap((title) =>
      idsOf(title)
        .filter((id) => families.has(id.charAt(0)) && !isNamed(testsOf.get(id), file, title))
        .map((id) => `"${title}" of ${file} says that it proves ${id}, and the row of ${id} does not name it`),
    ),
  )
}
