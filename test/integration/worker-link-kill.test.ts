import { expect, it } from 'vitest'
import { killStoreThread } from '../support/store-kills.ts'

// `npm run -s chaos -- --threads 200` is the long form.
const kills = 20

it(`a store thread that is killed ${kills} times under load loses nothing, and nothing is done twice`, async () => {
  const { problems, counts } = await killStoreThread({ kills, seed: 1 })
  expect(problems).toEqual([])
  expect(counts.calls).toBeGreaterThan(kills)
}, 120_000)
