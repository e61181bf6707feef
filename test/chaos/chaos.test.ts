import { expect, it, vi } from 'vitest'
import { failEverything } from './faults.ts'
import { lookAtImages } from './images.ts'
import { killProcesses } from './kills.ts'
import { playLinks } from './links/play.ts'

vi.setConfig({ testTimeout: 240_000 })

// `npm run -s chaos` is the long form of all of these.

it.each(['full', 'normal'] as const)(
  '[R12] a killed process leaves all that it acknowledged, at any step, and with sync "%s" a loss of power what is promised',
  async (sync) => {
    const problems: string[] = []
    const outcome = await lookAtImages({ images: 150, seed: 1, sync, tell: (problem) => problems.push(problem) })
    expect(problems).toEqual([])
    expect(outcome).toMatchObject({ images: 150, lost: 0, doubled: 0, outOfOrder: 0 })
    // With "normal" the newest may be gone: if it never was, these were no losses of power.
    expect(outcome.rolledBack > 0).toBe(sync === 'normal')
  },
)

it('a disk that never syncs is noticed: the images can fail', async () => {
  const { lost, images } = await lookAtImages({ images: 1500, seed: 1, sync: 'off', stopsAtFirst: true })
  expect(lost).toBeGreaterThan(0)
  expect(images).toBeLessThan(2000)
})

it('writes, syncs and truncations that fail, once and for ever, lose and double nothing', async () => {
  const problems: string[] = []
  const outcome = await failEverything({ most: 40, seed: 1, tell: (problem) => problems.push(problem) })
  expect(problems).toEqual([])
  expect(outcome).toMatchObject({ lost: 0, doubled: 0, wrong: 0 })
  expect(outcome.faults).toBeGreaterThanOrEqual(40)
})

it('processes that are killed at random and at named points lose, double and swap nothing that was acknowledged', async () => {
  const problems: string[] = []
  const outcome = await killProcesses({ kills: 4, seed: 1, tell: (problem) => problems.push(problem) })
  expect(problems).toEqual([])
  expect(outcome).toMatchObject({ kills: 4, lost: 0, doubled: 0, outOfOrder: 0 })
  expect(outcome.accepted).toBeGreaterThan(0)
})

it('links between stores lose, double and swap nothing, whatever the wire, the kills and the losses of power', async () => {
  const problems: string[] = []
  const outcome = await playLinks({ schedules: 400, seed: 900, tell: (problem) => problems.push(problem) })
  expect(problems).toEqual([])
  expect(outcome).toMatchObject({ schedules: 400, sqlite: 1, lost: 0, doubled: 0, outOfOrder: 0, invented: 0, stuck: 0 })
  for (const seen of [outcome.accepted, outcome.powerLosses, outcome.orphans, outcome.broken]) expect(seen).toBeGreaterThan(0)
})
