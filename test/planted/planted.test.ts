import { describe, expect, it } from 'vitest'
import { bugs } from './bugs.ts'
import { lostUpdate } from './bugs/lost-update.ts'
import { unreachableLimit } from './bugs/unreachable-limit.ts'
import { judge } from './judge.ts'

const names = [
  'lost update',
  'double charge',
  'stale name',
  'leaked timer',
  'wrong stop order',
  'unreachable limit',
  'torn checkpoint',
  'acknowledgement before commit',
  'timer outside the commit',
  'split brain',
  'reply to a dead incarnation',
  'restart loop without progress',
  'order lost over a restart',
  'missed DOWN',
  'orphan after a crash in start',
  'budget reset by mistake',
  'duplicate on retry',
  'poison message blocking a queue',
  'deadlock of two calls',
  'cut that misses mail in flight',
]

describe('a planted bug', () => {
  it.each(bugs.map((bug) => [bug.name, bug] as const))(
    '%s: is found, made short, and shown again by its token',
    async (_, bug) => {
      const { problems, reports } = await judge(bug)
      expect(problems).toEqual([])
      expect(reports).toHaveLength(bug.hunts.length)
      for (const { text } of reports) expect(text).toContain(`"${bug.law}" does not hold`)
    },
  )

  it('is one of twenty', () => {
    expect(bugs.map(({ name }) => name)).toEqual(names)
  })
})

describe('the judge of planted bugs', () => {
  const [bySeeds] = lostUpdate.hunts
  const bug = { ...lostUpdate, hunts: bySeeds === undefined ? [] : [bySeeds] }
  const problemsOf = async (changed: Partial<typeof bug>): Promise<string> =>
    (await judge({ ...bug, ...changed })).problems.join('; ')

  it('says if something else is found than the law of the bug', async () => {
    expect(await problemsOf({ law: 'nobody pays' })).toMatch(/^something else was found: "all payments count"/)
  })

  it('says if the program without the bug fails', async () => {
    expect(await problemsOf({ right: bug.wrong })).toMatch(/^the program without it fails: "all payments count"/)
  })

  it('says if it is not found', async () => {
    expect(await problemsOf({ wrong: bug.right })).toMatch(/^it was not found by/)
  })

  it('says if it shows without what it is to take', async () => {
    expect((await judge({ ...unreachableLimit, cause: 'order' })).problems).toEqual(['it shows without any order'])
  })

  it('says if it is not made short', async () => {
    expect(await problemsOf({ hunts: [{ explore: { seeds: 20, shrink: 0 } }] })).toMatch(/it takes more than 6/)
  })
})
