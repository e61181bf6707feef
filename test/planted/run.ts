import { bugs } from './bugs.ts'
import { judge } from './judge.ts'

// Finds every planted bug and makes it short; shows in the same way that the program without it is well.

const only = process.argv.slice(2)
let [passed, failed] = [0, 0]
for (const bug of bugs) {
  if (only.length > 0 && !only.includes(bug.name)) continue
  const beginMs = performance.now()
  const { problems, decisions, report } = await judge(bug)
  const seconds = ((performance.now() - beginMs) / 1_000).toFixed(2)
  const all = Number(seconds) > 10 ? [...problems, `took ${seconds} s`] : problems
  if (all.length === 0) passed += 1
  else failed += 1
  console.log(`${all.length === 0 ? 'ok    ' : 'FAILED'} ${bug.name.padEnd(32)} ${decisions} decisions, ${seconds} s`)
  for (const problem of all) console.log(`         ${problem}`)
  if (only.length > 0) console.log(report?.text)
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
