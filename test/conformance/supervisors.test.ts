import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { refusalOf } from './refusals.ts'
import type { SupervisorCase } from './supervisor-case.ts'
import { differencesOf } from './supervisors.ts'

const cases = fileURLToPath(new URL('cases/', import.meta.url))

describe.each(['named', 'random'])('the recorded supervisors of %s', (name) => {
  const file = `${cases}${name}.json`

  it('are what ours do', { timeout: 60_000 }, async () => {
    const { cases: scenarios } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly SupervisorCase[] }
    const failed = []
    for (const scenario of scenarios) {
      const different = await differencesOf(scenario, [1])
      if (different.length > 0 && refusalOf(scenario) === undefined) failed.push({ name: scenario.name, different })
    }
    expect(failed).toEqual([])
  })
})
