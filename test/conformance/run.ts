import { readFile } from 'node:fs/promises'
import { differenceOf } from './signals.ts'
import type { SignalCase } from './signal-case.ts'

const seeds = [1, 2, 3]

interface Cases {
  readonly format: number
  readonly kind?: string
  readonly cases: readonly SignalCase[]
}

const files = process.argv.slice(2)
const count = { passed: 0, failed: 0, refused: 0 }
for (const file of files) {
  const { format, kind, cases } = JSON.parse(await readFile(file, 'utf8')) as Cases
  if (format !== 2 || kind !== 'signals') {
    console.error(`${file}: only format 2 of kind "signals" can be run here`)
    process.exitCode = 2
    continue
  }
  for (const scenario of cases) {
    let difference
    try {
      difference = await differenceOf(scenario, seeds)
    } catch (error) {
      difference = { scenario: scenario.name, step: 'the run', expected: 'an end', got: error }
    }
    if (difference === undefined) {
      count.passed += 1
      continue
    }
    const isRefused = scenario.tags.includes('quirk')
    if (isRefused) count.refused += 1
    else count.failed += 1
    console.log(`${isRefused ? 'refused' : 'FAILED'} ${difference.scenario}, step ${difference.step}`)
    console.log(`  expected ${JSON.stringify(difference.expected)}`)
    console.log(`  got      ${difference.got instanceof Error ? String(difference.got.stack) : JSON.stringify(difference.got)}`)
  }
}
console.log(`${count.passed} passed, ${count.failed} failed${count.refused > 0 ? `, ${count.refused} refused` : ''}`)
if (count.failed > 0) process.exitCode ??= 1
