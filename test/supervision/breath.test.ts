import { expect, it } from 'vitest'
import { Breath } from '../../src/supervision/shell/breath.ts'

/** Steps of so many milliseconds each; gives after how many of them a breath was taken. */
async function breaths({ steps, stepMs }: { readonly steps: number; readonly stepMs: number }): Promise<number[]> {
  const taken: number[] = []
  let nowMs = 0
  const clock = { now: () => nowMs, wallNow: () => nowMs, setTimer: () => ({ cancel: () => undefined }) }
  let done = 0
  const breath = new Breath(clock, async () => void taken.push(done))
  breath.begin()
  for (done = 1; done <= steps; done += 1) {
    nowMs += stepMs
    if (breath.isDue()) await breath.take()
  }
  return taken
}

it('lets the others have their turn after about 2 ms of work, and again', async () => {
  expect(await breaths({ steps: 100, stepMs: 0.1 })).toEqual([48, 80])
})

it('does not cut what takes no time, as on a virtual clock', async () => {
  expect(await breaths({ steps: 10_000, stepMs: 0 })).toEqual([])
})

it('does not count the time between two pieces of work', () => {
  let nowMs = 0
  const breath = new Breath(
    { now: () => nowMs, wallNow: () => 0, setTimer: () => ({ cancel: () => undefined }) },
    async () => undefined,
  )
  for (let piece = 0; piece < 100; piece += 1) {
    breath.begin()
    expect(breath.isDue()).toBe(false)
    nowMs += 1_000
  }
})
