import { describe, expect, it } from 'vitest'
import { bugs } from './bugs.ts'
import { judge } from './judge.ts'

describe('a planted bug', () => {
  it.each(bugs.map((bug) => [bug.name, bug] as const))(
    '%s: is found, made short, and shown again by its token',
    async (_, bug) => {
      const { problems, report } = await judge(bug)
      expect(problems).toEqual([])
      expect(report?.text).toContain(`"${bug.law}" does not hold`)
    },
  )

  it('is one of twenty', () => {
    expect(new Set(bugs.map(({ name }) => name)).size).toBe(20)
  })
})
