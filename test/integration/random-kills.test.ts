import { expect, it } from 'vitest'
import { killProcess } from '../support/process-kills.ts'

// `npm run -s chaos:process -- --kills 200` is the long form.
const kills = 4

it(`a durable counter whose process is killed ${kills} times at random has every number that it acknowledged, once`, async () => {
  const { problems, acknowledged } = await killProcess({ kills, seed: 1 })
  expect(problems).toEqual([])
  expect(acknowledged).toBeGreaterThan(kills)
}, 120_000)
