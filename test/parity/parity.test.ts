import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { rowsOf } from './page.ts'
import { reportOn, textOf } from './report.ts'
import { idsOf, titlesIn } from './titles.ts'

const page = `
| row | what | proof |
|---|---|---|
| S1 | strategies | test/a.test.ts › [S1] [S2] a title \\| with a bar |
| S2 | order | test/a.test.ts › [S1] [S2] a title \\| with a bar<br>test/b.test.ts › [S2] in $order |
| S3 | types | open: not yet |
`

type Titles = ReadonlyMap<string, readonly string[]>

const tests: Titles = new Map([
  ['test/a.test.ts', ['[S1] [S2] a title | with a bar', 'another', '[P5] of another book']],
  ['test/b.test.ts', ['[S2] in $order']],
])

const problemsWith = (change: (page: string) => string, titles: Titles = tests): readonly string[] =>
  reportOn(rowsOf(change(page)), titles).problems

describe('the parity page', () => {
  it('names tests that exist, and is named by them', async () => {
    const titles = new Map<string, readonly string[]>()
    for await (const file of glob('{test,examples}/**/*.ts')) titles.set(file, titlesIn(readFileSync(file, 'utf8')))
    expect(reportOn(rowsOf(readFileSync('guides/parity.md', 'utf8')), titles).problems).toEqual([])
  })

  it('has every row once, in order', () => {
    const families = { R: 25, H: 16, F: 16, W: 6, X: 16, A: 26, S: 13, C: 14, N: 13 }
    const all = Object.entries(families).flatMap(([family, count]) =>
      Array.from({ length: count }, (_, index) => `${family}${index + 1}`),
    )
    expect(rowsOf(readFileSync('guides/parity.md', 'utf8')).map(({ id }) => id)).toEqual(all)
  })
})

describe('the check of the parity page', () => {
  it('counts what is proven and lists what is open', () => {
    expect(problemsWith((text) => text)).toEqual([])
    expect(textOf(reportOn(rowsOf(page), tests))).toBe('open:\n  S3  types\n\n2 of 3 rows proven')
  })

  it.each([
    ['a test that is not there', '[S2] in $', '[S2] in ', 'S2 names "[S2] in order", which is no test of test/b.test.ts'],
    ['a file that is not there', 'test/b.test.ts', 'test/c.test.ts', 'S2 names test/c.test.ts, which is no file of tests'],
    [
      'a test without the id',
      '| open: not yet',
      '| test/a.test.ts › another',
      'S3 names "another" of test/a.test.ts, whose name does not begin with [S3]',
    ],
    ['a row that comes twice', '| S3', '| S2', 'the page has S2 more than once'],
  ])('finds %s', (_, old, planted, problem) => {
    expect(problemsWith((text) => text.replace(old, planted))).toContain(problem)
  })

  it('finds a test that says it proves a row which does not name it, or is not there', () => {
    const more = new Map([...tests, ['test/c.test.ts', ['[S3] every type', '[S9] names']]])
    expect(problemsWith((text) => text, more)).toEqual([
      '"[S3] every type" of test/c.test.ts says that it proves S3, and the row of S3 does not name it',
      '"[S9] names" of test/c.test.ts says that it proves S9, and the row of S9 does not name it',
    ])
  })

  it('refuses a row that is none', () => {
    expect(() => rowsOf('| S1 | strategies |')).toThrow('not a row: | S1 | strategies |')
    expect(() => rowsOf('| S1 | strategies | soon |')).toThrow('neither "file › title" nor open')
  })

  it('reads titles of every form of test', () => {
    const source = `
      describe('a', () => { it('b', f); it.each([['(']])("c's $d", f); test.only(\`e\`, f); it(name, f); expect('no'); })
      describe.each(['x'])('g (%s)', f)`
    expect(titlesIn(source)).toEqual(['a', 'b', "c's $d", 'e', 'g (%s)'])
    expect(idsOf('[S7] [W4] one signature [S1]')).toEqual(['S7', 'W4'])
  })
})
