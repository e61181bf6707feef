import { childId, displayId, rootId, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Behavior } from '../runtime/behavior.ts'
import { childSettings, dynamicSettings, supervisorSettings } from '../supervision/spec-rules.ts'
import type { ChildOptions } from '../supervision/child-options.ts'
import { gateViolations } from '../supervision/gate-rules.ts'
import type { AutoShutdown } from '../supervision/auto-shutdown.ts'
import type { ChildNode, DynamicNode, SupervisorNode, TreeNode } from '../supervision/tree.ts'

/** What the rules for a whole tree remember from node to node. */
interface Seen {
  readonly hasStore: boolean
  readonly behaviors: Map<string, Behavior>
  readonly names: Map<string, ActorId>
}

/**
 * Checks a whole tree, from the root down in the order of its declaration.
 *
 * @returns the behaviors in it, by name.
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function checkTree(tree: TreeNode, { hasStore, behaviors }: { readonly hasStore: boolean; readonly behaviors: readonly Behavior[] }): readonly Behavior[] {
  const seen: Seen = { hasStore, behaviors: new Map(), names: new Map() }
  for (const behavior of behaviors) checkBehavior(behavior, 'start: behaviors', seen)
  if (!isNode(tree) || tree.kind !== 'supervisor')
    throw new ConfigurationError({ path: 'start: tree', rule: 'must be a supervisor', value: tree, remedy: 'Write start(supervisor({}, { … }))' })
  checkNode(tree, rootId, seen)
  return [...seen.behaviors.values()]
}

function checkNode(node: TreeNode, id: ActorId, seen: Seen): void {
  if (node.kind !== 'child') for (const violation of node.violations?.(id) ?? []) throw new ConfigurationError(violation)
  if (node.kind === 'child') {
    checkBehavior(node.behavior, displayId(id), seen)
    checkState(node.options.state, id, seen)
    checkKept(node, id)
    checkCheckpoint(node.options.checkpoint, id, seen)
    checkName(node.options.name, id, seen)
  } else if (node.kind === 'dynamic') {
    dynamicSettings({ at: id, options: node.options, behavior: node.behavior })
    checkBehavior(node.behavior, displayId(id), seen)
    checkState(node.options.state, id, seen)
    checkKept(node, id)
    checkCheckpoint(node.options.checkpoint, id, seen)
  } else {
    const { autoShutdown } = supervisorSettings({ at: id, options: node.options })
    for (const [key, child] of Object.entries(node.children)) checkChild(child, { parent: node, id, key, autoShutdown }, seen)
    const gates = Object.entries(node.children).map(([key, child]) => [key, optionsOf(child).gate] as const)
    for (const violation of gateViolations(id, new Map(gates))) throw new ConfigurationError(violation)
  }
}

/** Where a child is declared. */
interface Place {
  readonly parent: SupervisorNode<unknown>
  /** Of the parent. */
  readonly id: ActorId
  readonly key: string
  readonly autoShutdown: AutoShutdown
}

function checkChild(node: TreeNode, { parent: { isPartitioned }, id: parent, key, autoShutdown }: Place, seen: Seen): void {
  const isWorker = isNode(node) && node.kind === 'child'
  const start = !isNode(node) ? undefined : isWorker ? node.behavior : node
  const options = isNode(node) ? optionsOf(node) : {}
  childSettings({ parent, id: key, start, type: isWorker ? 'worker' : 'supervisor', options, autoShutdown })
  if (isPartitioned !== true && /^(0|[1-9]\d*)$/.test(key))
    throw new ConfigurationError({
      path: `${displayId(parent)}: id of a child`,
      rule: 'must not be a whole number, which JavaScript moves before all other keys: the children would start in another order',
      value: key,
      remedy: `Write for example "n${key}"`,
    })
  checkNode(node, childId(parent, key), seen)
}

function optionsOf(node: TreeNode): ChildOptions {
  return node.kind === 'child' ? node.options : node.childOptions
}

function checkBehavior(behavior: Behavior, path: string, { behaviors }: Seen): void {
  const known = behaviors.get(behavior.name)
  if (known !== undefined && known !== behavior)
    throw new ConfigurationError({
      path: `${path}: name of the behavior`,
      rule: 'must be unique in the tree, because a checkpoint names its behavior',
      value: behavior.name,
      remedy: 'Give one of the two definitions another name',
    })
  behaviors.set(behavior.name, behavior)
}

function checkState(state: unknown, id: ActorId, { hasStore }: Seen): void {
  if (hasStore || state === undefined || state === 'volatile') return
  throw new ConfigurationError({
    path: `${displayId(id)}: state`,
    rule: 'must be "volatile" in a tree that is started without a store',
    value: state,
    remedy: 'Write start(tree, { store: sqlite("app.db") })',
  })
}

/** What begins anew each time has no state to keep. */
function checkKept({ behavior, options: { state } }: ChildNode<unknown> | DynamicNode<unknown>, id: ActorId): void {
  if (behavior.startsAnew !== true || state === 'volatile') return
  throw new ConfigurationError({
    path: `${displayId(id)}: state`,
    rule: 'must be "volatile" for a task, which keeps none',
    value: state,
    remedy: 'Leave it out',
  })
}

function checkCheckpoint(checkpoint: unknown, id: ActorId, { hasStore }: Seen): void {
  if (hasStore || checkpoint === undefined) return
  throw new ConfigurationError({
    path: `${displayId(id)}: checkpoint`,
    rule: 'is not for a tree that is started without a store',
    value: checkpoint,
    remedy: 'Write start(tree, { store: sqlite("app.db") })',
  })
}

function checkName(name: string | undefined, id: ActorId, { names }: Seen): void {
  if (name === undefined) return
  const owner = names.get(name)
  if (owner !== undefined)
    throw new ConfigurationError({ path: `${displayId(id)}: name`, rule: 'must be unique in the tree', value: name, remedy: `${displayId(owner)} has it` })
  names.set(name, id)
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'kind' in value
}
