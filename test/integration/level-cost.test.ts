import { performance } from 'node:perf_hooks'
import { expect, it } from 'vitest'
import { start } from '../../src/app/start.ts'
import { checkpoints } from '../../src/levels/checkpoints.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'

it('[C12] a checkpoint at the first level takes microseconds, however many there are', async () => {
  const app = await start(supervisor({}, { near: child(checkpoints('near')) }))
  const { near } = app.tree
  const value = { data: 'x'.repeat(1_000) }
  const times: number[] = []
  for (let n = 0; n < 10_000; n += 1) {
    const began = performance.now()
    await near.checkpoint(`key ${n}`, value)
    times.push(performance.now() - began)
  }
  const medianOf = (part: readonly number[]) => part.toSorted((one, other) => one - other)[part.length >> 1] ?? Infinity
  // A hundred times what it takes on a machine that does nothing else.
  expect(medianOf(times)).toBeLessThan(0.5)
  expect(medianOf(times.slice(-1_000))).toBeLessThan(0.5)
  expect(near.inspect()?.size).toBe(10_000)
  await app.stop()
})
