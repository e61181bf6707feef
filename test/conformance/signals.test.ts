import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { refusalOf } from './refusals.ts'
import type { SignalCase } from './signal-case.ts'
import { differenceOf } from './signals.ts'

const cases = fileURLToPath(new URL('cases/', import.meta.url))

describe.each(['signals-named', 'signals-random'])('the recorded signals of %s', (name) => {
  const file = `${cases}${name}.json`

  it('are what the runtime gives', { timeout: 60_000 }, async () => {
    const { cases: scenarios } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly SignalCase[] }
    const failed = []
    for (const scenario of scenarios) {
      const difference = await differenceOf(scenario, [1])
      if (difference !== undefined && refusalOf(scenario) === undefined) failed.push(difference)
    }
    expect(failed).toEqual([])
  })
})
