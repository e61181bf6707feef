import { childId, displayId, rootId, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Behavior } from '../runtime/behavior.ts'
import { nameKey } from '../runtime/names.ts'
import { checkChild, checkChildren } from '../supervision/trees/check-children.ts'
import type { ChildOptions } from '../supervision/specs/child-options.ts'
import { gateViolations } from '../supervision/specs/gate-rules.ts'
import { dynamicSettings, supervisorSettings } from '../supervision/specs/spec-rules.ts'
import type { AutoShutdown } from '../supervision/specs/auto-shutdown.ts'
import { isTreeNode, type ChildNode, type DynamicNode, type TreeNode } from '../supervision/trees/tree.ts'

/** What the rules for a whole tree remember from node to node. */
interface Seen {
  readonly hasStore: boolean
  /** Behaviors of the program that the tree is added to. */
  readonly known: (name: string) => Behavior | undefined
  readonly behaviors: Map<string, Behavior>
  readonly names: Map<string, ActorId>
}

/**
 * Checks a whole tree, from the root down in the order of its declaration.
 *
 * @returns the behaviors in it, by name.
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function checkTree(
  tree: TreeNode,
  { hasStore, behaviors }: { readonly hasStore: boolean; readonly behaviors: readonly Behavior[] },
): readonly Behavior[] {
  const seen: Seen = { hasStore, known: () => undefined, behaviors: new Map(), names: new Map() }
  for (const behavior of behaviors) checkBehavior(behavior, 'start: behaviors', seen)
  if (!isTreeNode(tree) || tree.kind === 'child')
    throw new ConfigurationError({
      path: 'start: tree',
      rule: 'must be a supervisor',
      value: tree,
      remedy: 'Write start(supervisor({}, { … }))',
    })
  checkNode(tree, rootId, seen)
  return [...seen.behaviors.values()]
}

/**
 * Checks a child, and what is below it, that is to be added to a running tree.
 *
 * @returns the behaviors in it.
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function checkNewChild(
  { parent, key, node, autoShutdown }: { parent: ActorId; key: unknown; node: unknown; autoShutdown: AutoShutdown },
  { hasStore, known }: Pick<Seen, 'hasStore' | 'known'>,
): readonly Behavior[] {
  const seen: Seen = { hasStore, known, behaviors: new Map(), names: new Map() }
  checkChild(node, { parent, key, autoShutdown })
  checkNode(node as TreeNode, childId(parent, key as string), seen)
  return [...seen.behaviors.values()]
}

function checkNode(node: TreeNode, id: ActorId, seen: Seen): void {
  if (node.kind !== 'child') for (const violation of node.violations?.(id) ?? []) throw new ConfigurationError(violation)
  if (node.kind === 'child') {
    checkBehavior(node.behavior, displayId(id), seen)
    checkState(node.options.state, id, seen)
    checkKept(node, id)
    checkCheckpoint(node.options.checkpoint, id, seen)
    checkName(node.options, id, seen)
  } else if (node.kind === 'dynamic') {
    const { behavior, member, options } = node
    dynamicSettings({ at: id, options, behavior, members: member === undefined ? 'worker' : 'supervisor' })
    if (member !== undefined) {
      checkNode(member, childId(id, '*'), seen)
      return
    }
    checkBehavior(node.behavior, displayId(id), seen)
    checkState(node.options.state, id, seen)
    checkKept(node, id)
    checkCheckpoint(node.options.checkpoint, id, seen)
  } else {
    const { autoShutdown } = supervisorSettings({ at: id, options: node.options })
    // As OTP: all children of a supervisor before anything below one of them.
    const { list = Object.entries(node.children), isPartitioned = false } = node
    checkChildren(list, { parent: id, autoShutdown, isPartitioned })
    const gates = Object.entries(node.children).map(([key, child]) => [key, optionsOf(child).gate] as const)
    for (const violation of gateViolations(id, new Map(gates))) throw new ConfigurationError(violation)
    for (const [key, child] of Object.entries(node.children)) checkNode(child, childId(id, key), seen)
  }
}

function optionsOf(node: TreeNode): ChildOptions {
  return node.kind === 'child' ? node.options : node.childOptions
}

function checkBehavior(behavior: Behavior, path: string, { behaviors, known: knownBefore }: Seen): void {
  if (typeof (behavior as Partial<Behavior> | undefined)?.handle !== 'function')
    throw new ConfigurationError({ path: `${path}: start`, rule: 'must be one definition, made by actor(...)', value: behavior })
  const known = behaviors.get(behavior.name) ?? knownBefore(behavior.name)
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
  if (behavior.checkpointable !== undefined && state === 'durable')
    throw new ConfigurationError({
      path: `${displayId(id)}: state`,
      rule: 'must be "checkpointed" for a behavior that keeps its state elsewhere',
      value: state,
      remedy: 'What is kept elsewhere is part of no commit',
    })
  if (behavior.startsAnew !== true || state === 'volatile') return
  throw new ConfigurationError({
    path: `${displayId(id)}: state`,
    rule: 'must be "volatile" for a task, a service or a process, which keep none',
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

function checkName({ name, namespace }: ChildOptions, id: ActorId, { names }: Seen): void {
  if (name === undefined) return
  const key = nameKey(name, { namespace })
  const owner = names.get(key)
  if (owner !== undefined)
    throw new ConfigurationError({
      path: `${displayId(id)}: name`,
      rule: 'must be unique in the tree',
      value: name,
      remedy: `${displayId(owner)} has it`,
    })
  names.set(key, id)
}
