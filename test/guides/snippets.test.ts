import { describe, expect, it } from 'vitest'
import { blocksOf, nameOf, type Block } from './blocks.ts'
import { openWorkshop, pages, readPage } from './workshop.ts'

// Programs run in processes of their own, several at once, on machines that may be slow.
const programTimeoutMs = 60_000

describe('the code in the README, the guides and the doc comments', () => {
  const blocks = pages().flatMap((page) => blocksOf(page, readPage(page)))
  const workshop = openWorkshop('pages')

  it('is well typed', { timeout: programTimeoutMs }, () => {
    expect(workshop.typecheck(blocks)).toEqual([])
  })

  for (const block of blocks.filter(({ runs }) => runs))
    it.concurrent(`runs as it says: ${nameOf(block)}`, { timeout: programTimeoutMs }, async ({ expect }) => {
      const { problem, output } = await workshop.run(block)
      expect(problem, `${nameOf(block)} printed:\n${output}`).toBeUndefined()
    })
})

describe('blocksOf', () => {
  it('finds the blocks of TypeScript in a page, with their lines', () => {
    const page = ['# Title', '```ts', 'one()', '```', 'text', '```json', '{}', '```', '```ts no-run', 'two()', '', '```', '']
    expect(blocksOf('guides/a.md', page.join('\n'))).toEqual([
      { page: 'guides/a.md', line: 3, code: 'one()', runs: true },
      { page: 'guides/a.md', line: 10, code: 'two()\n', runs: false },
    ])
  })

  it('leaves alone what a longer fence encloses', () => {
    expect(blocksOf('a.md', '````md\n```ts\none()\n```\n````\n')).toEqual([])
  })

  it.each([
    ['```ts\none()', 'a.md:1: this code block is not closed'],
    ['\n```ts norun\none()\n```', 'a.md:2: after "ts" only "no-run" may stand, not "norun"'],
    ['```typescript\none()\n```', 'a.md:1: write "ts" in place of "typescript", so that the block is checked'],
  ])('refuses %j', (text, message) => {
    expect(() => blocksOf('a.md', text)).toThrow(message)
  })
})

describe('a block', { timeout: programTimeoutMs }, () => {
  const workshop = openWorkshop('planted')

  it('with a type error is refused, with the line of the page', () => {
    const broken = blockOf('const a: number = 1', 'const b: string = a', 'export const c: number = [1][0]')
    expect(workshop.typecheck([broken, { ...blockOf('const a: string = await Promise.resolve("a")'), line: 20 }])).toEqual([
      "a.md:11: Type 'number' is not assignable to type 'string'.",
      expect.stringMatching(/^a\.md:12: Type 'number \| undefined' is not assignable/),
    ])
  })

  it('that gives what it says runs', async () => {
    const block = blockOf(
      'interface Point { readonly x: number }',
      'const point: Point = { x: 1 } // => { x: 1 }',
      "console.log('point', point) // => point { x: 1 }",
      'for (const number of [1, 2])',
      '  console.log(`number ${number}`) // => number 1',
      '  // => number 2',
      'await Promise.resolve("later") // => \'later\'',
      'console.log("a long line", Object.fromEntries(Array.from({ length: 20 }, (_, key) => [key, "word"])))',
      "// => a long line { '0': 'word', '1': 'word', … '19': 'word' }",
      'console.log(performance.now(), "ms") // => … ms',
      'console.log({',
      '  a: new Map([[1, 2]]),',
      '}) // => { a: Map(1) { 1 => 2 } }',
      'setTimeout(() => {',
      "  console.log('last') // => last",
      '}, 5)',
    )
    const { output, problem } = await workshop.run({ ...block, line: 30 })
    expect(problem).toBeUndefined()
    expect(output).toContain('point { x: 1 }\nnumber 1\nnumber 2\n')
  })

  it.each<[string, readonly string[], string]>([
    ['gives something else', ['console.log(1 + 1) // => 3'], 'line 10 gives 2\n  expected: 3\n'],
    ['has another value', ['', '[1, 2].length // => 3'], 'line 11 gives 2\n  expected: 3\n'],
    [
      'gives too little',
      ['for (const a of [1]) console.log(a) // => 1', '// => 2'],
      'line 10 was expected to give, and did not: 2\n',
    ],
    ['gives too much', ['for (const a of [1, 2]) console.log(a) // => 1'], 'line 10 gives one more value than expected: 2\n'],
    ['throws', ['', "throw new Error('out of the block')"], '-10.run.ts:11\nthrow new Error'],
    ['never ends', ['await new Promise(() => undefined)'], 'code 13'],
    [
      'leaves something running',
      ['setInterval(() => undefined, 10)'],
      'the block has ended, and left something running: Timeout',
    ],
  ])('that %s is refused', async (what, lines, problem) => {
    const block = { ...blockOf(...lines), page: `${what}.md` }
    expect((await workshop.run(block)).problem).toContain(problem)
  })

  it('whose comment says what nothing gives is refused', async () => {
    await expect(workshop.run(blockOf('if (true) {', '} // => 1'))).rejects.toThrow(
      'a.md:11: "// =>" stands behind what has no value',
    )
  })

  it('may import the package by its name', async () => {
    const { programOf } = await import('./programs.ts')
    const block = blockOf("import { a } from 'coppice'", 'import b from "coppice/testing"', "await import('coppice')")
    const program = programOf(block, { '': '../src/index.ts', '/testing': '../src/testing/index.ts' }, './expecting.ts')
    expect(program.split('\n').slice(9, 12)).toEqual([
      "import { a } from '../src/index.ts'",
      "import b from '../src/testing/index.ts'",
      "await import('../src/index.ts')",
    ])
  })
})

function blockOf(...lines: readonly string[]): Block {
  return { page: 'a.md', line: 10, code: lines.join('\n'), runs: true }
}
