import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { record } from './replays.ts'

// Shows that a token gives the same run on every version of Node: plays what was recorded on this one, and on each that is named.
//   node test/replays/run.ts --node /path/to/node --node /path/to/another/node
//   node test/replays/run.ts --record

const { values } = parseArgs({
  options: { node: { type: 'string', multiple: true, default: [] }, record: { type: 'boolean', default: false } },
})
if (values.record) {
  const file = fileURLToPath(new URL('recorded.json', import.meta.url))
  writeFileSync(file, `${JSON.stringify(await record(), undefined, 2)}\n`)
}
const program = fileURLToPath(new URL('check.ts', import.meta.url))
let [passed, failed] = [0, 0]
// The oldest version runs TypeScript only when told to; the others take the flag as well.
for (const node of [process.execPath, ...values.node]) {
  const { status, error } = spawnSync(node, ['--no-warnings', '--experimental-strip-types', program], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (error !== undefined) console.log(`${node}: ${error.message}`)
  if (status === 0) passed += 1
  else failed += 1
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
