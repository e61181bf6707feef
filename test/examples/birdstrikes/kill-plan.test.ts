import { describe, expect, it } from 'vitest'
import { planKills } from '../../../examples/birdstrikes/kill-plan.ts'

const seeds = Array.from({ length: 50 }, (_, seed) => seed)
const messages = 20_000

describe('planKills', () => {
  it.each([3, 4, 5, 20])('has each exact moment at least once in %i kills', (kills) => {
    for (const seed of seeds) {
      const moments = planKills({ kills, seed, messages }).map(({ moment }) => moment)
      expect(moments).toHaveLength(kills)
      expect(moments).toEqual(expect.arrayContaining(['accept', 'reply', 'recovery']))
    }
  })

  it.each([0, 1, 2])('has %i kills if no more are wanted', (kills) => {
    expect(planKills({ kills, seed: 1, messages })).toHaveLength(kills)
  })

  it('kills no recovery before there is something to recover', () => {
    for (const seed of seeds) expect(planKills({ kills: 5, seed, messages })[0]?.moment).not.toBe('recovery')
  })

  it('leaves messages to the life after the last kill', () => {
    for (const seed of seeds) {
      const running = planKills({ kills: 10, seed, messages }).filter(({ moment }) => moment !== 'recovery')
      expect(running.reduce((sum, { after }) => sum + after, 0)).toBeLessThan(messages)
    }
  })

  it('waits for one message at least, however few there are', () => {
    for (const { after } of planKills({ kills: 5, seed: 1, messages: 0 })) expect(after).toBeGreaterThanOrEqual(1)
  })

  it('is the same for the same seed, and another for another', () => {
    expect(planKills({ kills: 5, seed: 1, messages })).toEqual(planKills({ kills: 5, seed: 1, messages }))
    expect(planKills({ kills: 5, seed: 1, messages })).not.toEqual(planKills({ kills: 5, seed: 2, messages }))
  })
})
