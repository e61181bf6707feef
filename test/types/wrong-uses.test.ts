import { describe, expect, it } from 'vitest'
import { check } from './wrong-uses/check.ts'
import { definitions, wrong } from './wrong-uses/table.ts'

describe('a wrong use', { timeout: 120_000 }, () => {
  const uses = [...wrong, ...definitions]
  const shown = check(uses.map(([use]) => use))
  const linesOf = (use: string): readonly string[] =>
    shown[uses.findIndex(([known]) => known === use)]?.[0]?.text.split('\n') ?? []

  it.each(uses)('is one error, where it is: %s', (use, at) => {
    expect(shown[uses.findIndex(([known]) => known === use)]).toEqual([{ at, text: expect.any(String) }])
  })

  it.each(wrong)('can be read in an editor: %s', (use, _, firstLine) => {
    const lines = linesOf(use)
    expect(lines[0]?.slice(0, firstLine.length)).toBe(firstLine)
    expect(lines.length).toBeLessThanOrEqual(3)
    expect(lines.join('\n').length).toBeLessThanOrEqual(300)
  })

  it.each(definitions)('of a whole definition takes two lines: %s', (use, _, firstLine) => {
    const lines = linesOf(use)
    expect(lines[0]).toMatch(firstLine)
    expect(lines.length).toBeLessThanOrEqual(2)
    expect(lines[0]?.length).toBeLessThanOrEqual(350)
  })
})
