import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

// Shows that one seed gives the same events on several versions of Node, which npm fetches where they are not there.

interface Log {
  readonly node: string
  readonly seeds: number
  readonly different: number
  readonly hash: string
}

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '22.14.0,24,26' }, seeds: { type: 'string', default: '100' } },
})
const { nodes, seeds } = values
if (!/^\d+(\.\d+)*(,\d+(\.\d+)*)*$/.test(nodes)) fail(`--nodes must be versions with commas between them; got "${nodes}"`, 2)
if (!/^[1-9]\d*$/.test(seeds)) fail(`--seeds must be an integer >= 1; got "${seeds}"`, 2)

const program = fileURLToPath(new URL('log.ts', import.meta.url))
const versions = nodes.split(',')
const hashes = new Set<string>()
for (const version of versions) {
  const { node, hash, different } = logOn(version)
  if (!`${node}.`.startsWith(`${version}.`)) fail(`Node ${node} ran where Node ${version} was asked for`)
  if (different < Number(seeds)) fail(`Node ${version}: ${seeds} seeds gave only ${different} different event logs`)
  hashes.add(hash)
  console.log(`Node ${node.padEnd(8)} ${hash}`)
}
if (hashes.size > 1) fail(`the event logs of ${seeds} seeds differ between versions`)
console.log(`the same events of ${seeds} seeds on ${versions.length} versions of Node`)

function logOn(version: string): Log {
  // The oldest version runs TypeScript only when told to; the others take the flag as well.
  const flags = ['--no-warnings', '--experimental-strip-types']
  const args = ['--yes', '--package', `node@${version}`, '--', 'node', ...flags, program, seeds]
  const { stdout, stderr, status, error } = spawnSync('npx', args, { encoding: 'utf8', timeout: 300_000 })
  if (status !== 0) fail(`Node ${version} could not be had, or did not run:\n${error?.message ?? stderr}`)
  return JSON.parse(stdout) as Log
}

function fail(why: string, code = 1): never {
  console.error(why)
  process.exit(code)
}
