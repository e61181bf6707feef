import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { refusals } from './refusals.ts'
import type { SupervisorCase } from './supervisor-case.ts'
import { differencesOf } from './supervisors.ts'

const cases = fileURLToPath(new URL('../../../shared/otp-conformance/cases/', import.meta.url))

describe.each(['named', 'random'])('the recorded supervisors of %s', (name) => {
  const file = `${cases}${name}.json`

  it.skipIf(!existsSync(file))(`are what ours do (skipped where ${file} is missing)`, { timeout: 60_000 }, async () => {
    const { cases: scenarios } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly SupervisorCase[] }
    const failed = []
    for (const scenario of scenarios) {
      const different = await differencesOf(scenario, [1])
      if (different.length > 0 && !(scenario.name in refusals)) failed.push({ name: scenario.name, different })
    }
    expect(failed).toEqual([])
  })
})
