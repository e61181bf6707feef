// Runs before `npm start` and `npm test`, so that these work in a fresh clone: installs what package-lock.json lists unless it
// is installed already, and checks the Node that the scripts will run on. Runs on any Node from 18 on, without dependencies.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const lowestNode = [22, 14]
const root = fileURLToPath(new URL('..', import.meta.url))
const isWindows = process.platform === 'win32'

const reason = whyInstall()
if (reason !== undefined) install(reason)
checkNode()

function whyInstall() {
  if (!existsSync(join(root, 'node_modules'))) return 'node_modules is absent'
  const listed = packagesIn('package-lock.json')
  const installed = packagesIn('node_modules/.package-lock.json')
  if (listed === undefined) fail('package-lock.json is absent or cannot be read, so nobody knows what to install')
  if (installed === undefined) return 'node_modules was not made by npm, or not completely'
  const isSame = (path) =>
    installed[path]?.version === listed[path]?.version && installed[path]?.integrity === listed[path]?.integrity
  // What belongs to other platforms is listed as optional, and not installed.
  const isAbsentWell = (path) => installed[path] === undefined && listed[path].optional === true
  const stale = [...new Set([...Object.keys(listed), ...Object.keys(installed)])].find(
    (path) => path !== '' && !isSame(path) && !(path in listed && isAbsentWell(path)),
  )
  return stale === undefined ? undefined : `${stale} is not as package-lock.json has it`
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

function install(why) {
  console.error(`coppice: ${why}; running npm ci (once, 190 MB of it are Node itself)`)
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error']
  // The npm that runs this script, if one does; it need not be the first on the PATH.
  const npm = /npm-cli\.c?js$/.test(process.env.npm_execpath ?? '') ? process.env.npm_execpath : undefined
  const [command, ...rest] = npm === undefined ? ['npm', ...args] : [process.execPath, npm, ...args]
  const { status, error } = spawnSync(command, rest, {
    cwd: root,
    // Standard output belongs to the script that comes next.
    stdio: ['ignore', process.stderr, process.stderr],
    shell: npm === undefined && isWindows,
  })
  if (status === 0) return
  const how = error === undefined ? `exit code ${status}` : error.message
  fail(`npm ci failed (${how}), so nothing was run. What it says is above; mend that, and run this again`)
}

function checkNode() {
  // As npm runs scripts: the Node of node_modules comes before the one of the machine.
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)
  const { stdout } = spawnSync('node', ['--version'], { encoding: 'utf8', shell: isWindows, env: { ...process.env, PATH: path } })
  const version = /^v(\d+)\.(\d+)/.exec(stdout ?? '')
  const [major, minor] = version === null ? [0, 0] : [Number(version[1]), Number(version[2])]
  if (major > lowestNode[0] || (major === lowestNode[0] && minor >= lowestNode[1])) return
  fail(
    `Node ${lowestNode.join('.')} or newer is needed, and the scripts would get ${stdout?.trim() || 'none'}: nothing was run. ` +
      `npm ci installs one into node_modules unless install scripts are forbidden: allow them (npm ci --ignore-scripts=false), ` +
      `or install a newer Node`,
  )
}

function fail(message) {
  console.error(`coppice: ${message}`)
  process.exit(1)
}
