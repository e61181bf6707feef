import { parseArgs } from 'node:util'
import { findings } from './findings.ts'

const { values } = parseArgs({
  options: {
    /** How many plans at most. */
    runs: { type: 'string', default: '1000' },
    /** No further plan begins after so much time. */
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    /** Of a failure that was printed. */
    path: { type: 'string' },
    /** One plan that was printed. */
    plan: { type: 'string' },
  },
})

function numberOf(name: 'runs' | 'seconds' | 'seed'): number {
  const number = Number(values[name])
  if (Number.isInteger(number) && number > 0) return number
  console.error(`--${name} must be an integer >= 1; got ${values[name]}`)
  process.exit(2)
}

const { path, plan } = values
const search = { runs: numberOf('runs'), seconds: numberOf('seconds'), seed: numberOf('seed'), path, plan }
const { text, isFound } = await findings(search)
console.log(text)
if (isFound) process.exitCode = 1
