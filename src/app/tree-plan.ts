import { keyOf, type ActorId } from '../protocol/actor-id.ts'
import type { StateMode } from '../runtime/actor-spec.ts'
import type { TreeNode } from '../supervision/trees/tree.ts'

/** How an actor of a tree keeps its state, whether it has been started or not; nothing if the tree has no place for it. */
export function modeIn(tree: TreeNode, defaultMode: StateMode, id: ActorId): StateMode | undefined {
  const segments = id.split('/')
  let node = tree
  for (const [depth, segment] of segments.entries()) {
    if (node.kind === 'dynamic' && node.member !== undefined) {
      node = node.member
      continue
    }
    if (node.kind === 'dynamic' && depth === segments.length - 1) return node.options.state ?? defaultMode
    const next =
      node.kind === 'supervisor' && Object.hasOwn(node.children, keyOf(segment)) ? node.children[keyOf(segment)] : undefined
    if (next === undefined) return undefined
    node = next
  }
  return node.kind === 'child' ? (node.options.state ?? defaultMode) : undefined
}
