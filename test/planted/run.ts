import type { RunSize } from '../../src/testing/index.ts'
import { bugs } from './bugs.ts'
import { judge, sum } from './judge.ts'

// Finds every planted bug and makes it short; shows in the same way that the program without it is well.

const only = process.argv.slice(2)
const mostMs = 10_000
let [passed, failed] = [0, 0]
for (const bug of bugs) {
  if (only.length > 0 && !only.includes(bug.name)) continue
  const beginMs = performance.now()
  const { problems, reports } = await judge(bug)
  const ms = Math.round(performance.now() - beginMs)
  const all = ms > mostMs ? [...problems, 'it took too long'] : problems
  if (all.length === 0) passed += 1
  else failed += 1
  const told = reports.map(({ search }) =>
    search === undefined ? '' : `found in run ${search.run}, shrunk from ${sum(search.from)} to ${textOf(search.to)}`,
  )
  console.log(`${all.length === 0 ? 'ok    ' : 'FAILED'} ${bug.name.padEnd(32)} ${told.join('; ')}; ${ms} ms`)
  for (const problem of all) console.log(`         ${problem}`)
  if (only.length > 0) for (const { text } of reports) console.log(`\n${text}\n`)
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1

function textOf(size: RunSize): string {
  const parts = Object.entries(size).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]))
  return `${sum(size)} (${parts.join(', ')})`
}
