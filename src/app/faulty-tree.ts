import { childId, isBelow, rootId, type ActorId } from '../protocol/actor-id.ts'
import type { Behavior, Hooks } from '../runtime/behavior.ts'
import type { FaultyBehaviors } from '../simulation/faulty-behavior.ts'
import type { SupervisorNode, TreeNode } from '../supervision/trees/tree.ts'

/** The same tree, whose actors fail as planned. */
export function faultyTree<Tree>(tree: SupervisorNode<Tree>, behaviors: FaultyBehaviors): SupervisorNode<Tree> {
  return faultyNode(tree, rootId, behaviors)
}

/** The same part of a tree, which stands at `id`. */
export function faultyNode<Node extends TreeNode>(node: Node, id: ActorId, behaviors: FaultyBehaviors): Node {
  // What is no node is found by the check of the tree, which says so better.
  if (typeof node !== 'object' || node === null) return node
  if (node.kind === 'supervisor') {
    const faulty = ([key, inner]: [string, TreeNode]) => [key, faultyNode(inner, childId(id, key), behaviors)] as const
    return { ...node, children: Object.fromEntries(Object.entries(node.children).map(faulty)) }
  }
  if ((node.kind !== 'child' && node.kind !== 'dynamic') || ('member' in node && node.member !== undefined)) return node
  const isMeant = (actor: ActorId): boolean => (node.kind === 'dynamic' ? isBelow(id, actor) : actor === id)
  const options = { ...node.options, ...withHooks(node, isMeant, behaviors) }
  return { ...node, behavior: behaviors.wrap(node.behavior), options }
}

function withHooks(
  { behavior, options }: { readonly behavior: Behavior; readonly options: { readonly hooks?: Hooks<unknown, unknown> } },
  isMeant: (actor: ActorId) => boolean,
  behaviors: FaultyBehaviors,
): { readonly hooks?: Hooks<unknown, unknown> } {
  const own = behaviors.wrapHooks(options.hooks ?? {})
  const hooks = { ...own, ...behaviors.missingHooks(isMeant, { ...behaviors.wrap(behavior).hooks, ...own }) }
  return Object.keys(hooks).length === 0 ? {} : { hooks }
}
