import { childId, displayId, rootId, type ActorId } from '../../protocol/actor-id.ts'
import type { AutoShutdown } from '../specs/auto-shutdown.ts'
import { childSettings, dynamicSettings, supervisorSettings } from '../specs/spec-rules.ts'
import type { SupervisorSettings } from '../specs/supervisor-options.ts'
import type { TreeNode } from '../trees/tree.ts'

/** One line of a description: a node of a tree, and what is declared for it. */
interface Described {
  /** Empty for the root. */
  readonly key: string
  readonly isSupervisor: boolean
  /** In a few words, without its key. */
  readonly what: string
  readonly inner: readonly Described[]
}

/**
 * A declared tree as text, a line for each node in the order of its start: strategy and budget of each supervisor, restart type
 * and shutdown limit of each child, defaults included. `app.running()` of the started tree has the same nodes.
 *
 * @throws {ConfigurationError} if an option breaks a rule.
 * @example
 * ```ts
 * import { actor, child, describeTree, supervisor } from 'coppice'
 *
 * const Db = actor('db', { initial: () => ({}), handlers: () => ({}) })
 * const tree = supervisor({ strategy: 'rest_for_one' }, { db: child(Db), jobs: supervisor({}, { first: child(Db) }) })
 * console.log(describeTree(tree).split('\n')[1]) // => ├─ db: actor db, permanent, 5 s to stop
 * ```
 */
export function describeTree(tree: TreeNode): string {
  const root = describe(tree, { id: rootId, key: '', autoShutdown: 'never' })
  return [`${displayId(rootId)}: ${root.what}`, ...branches(root, '')].join('\n')
}

/**
 * A declared tree as a Mermaid flowchart, with what {@link describeTree} says in its boxes. GitHub and most editors show it.
 *
 * @throws {ConfigurationError} if an option breaks a rule.
 */
export function drawTree(tree: TreeNode): string {
  const root = describe(tree, { id: rootId, key: '', autoShutdown: 'never' })
  return ['flowchart TD', ...boxes(root, 'n').map((line) => `  ${line}`)].join('\n')
}

interface Place {
  readonly id: ActorId
  readonly key: string
  /** Of its supervisor. */
  readonly autoShutdown: AutoShutdown
}

function describe(node: TreeNode, place: Place): Described {
  const { id, key } = place
  if (node.kind === 'child') {
    const what = `actor ${node.behavior.name}, ${asChild(node, place)}`
    return { key, isSupervisor: false, what, inner: [] }
  }
  const own = id === rootId ? '' : `, ${asChild(node, place)}`
  if (node.kind === 'dynamic') {
    const { supervisor, members } = dynamicSettings({ at: id, options: node.options })
    const what = `members ${node.behavior.name}, each ${members.restart}, ${limit(members.shutdown)}; ${budget(supervisor)}${own}`
    return { key, isSupervisor: true, what, inner: [] }
  }
  const settings = supervisorSettings({ at: id, options: node.options })
  const inner = Object.entries(node.children).map(([innerKey, child]) =>
    describe(child, { id: childId(id, innerKey), key: innerKey, autoShutdown: settings.autoShutdown }),
  )
  return { key, isSupervisor: true, what: `${settings.strategy}, ${budget(settings)}${own}`, inner }
}

function asChild(node: TreeNode, { id, key, autoShutdown }: Place): string {
  const isWorker = node.kind === 'child'
  const options = isWorker ? node.options : node.childOptions
  const type = isWorker ? 'worker' : 'supervisor'
  const { restart, shutdown, significant } = childSettings({ parent: id, id: key, start: node, type, options, autoShutdown })
  return [restart, limit(shutdown), ...(significant ? ['significant'] : [])].join(', ')
}

function budget({ intensity, autoShutdown }: Pick<SupervisorSettings, 'intensity' | 'autoShutdown'>): string {
  const { restarts, withinMs } = intensity
  const ends = autoShutdown === 'never' ? '' : `, ends with ${autoShutdown}`
  return `${restarts} ${restarts === 1 ? 'restart' : 'restarts'} in ${time(withinMs)}${ends}`
}

function limit(shutdown: number | 'kill'): string {
  if (shutdown === 'kill') return 'killed to stop'
  return shutdown === Infinity ? 'all the time to stop' : `${time(shutdown)} to stop`
}

function time(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`
}

function branches({ inner }: Described, indent: string): string[] {
  return inner.flatMap((node, index) => {
    const isLast = index === inner.length - 1
    return [`${indent}${isLast ? '└─' : '├─'} ${node.key}: ${node.what}`, ...branches(node, `${indent}${isLast ? '   ' : '│  '}`)]
  })
}

function boxes({ key, what, isSupervisor, inner }: Described, name: string): string[] {
  const label = `"${escape(key || displayId(rootId))}<br>${escape(what)}"`
  const box = isSupervisor ? `${name}[[${label}]]` : `${name}(${label})`
  const below = inner.flatMap((node, index) => [`${name} --> ${name}_${index}`, ...boxes(node, `${name}_${index}`)])
  return [box, ...below]
}

/** Any string can be a key. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
