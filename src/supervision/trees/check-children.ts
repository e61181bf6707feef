import { childId, displayId, rootId, type ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import { autoShutdowns, type AutoShutdown } from '../specs/auto-shutdown.ts'
import { isKey, oneOf } from '../specs/option-checks.ts'
import { childSettings } from '../specs/spec-rules.ts'
import { isTreeNode, type ChildList, type TreeNode } from './tree.ts'

/** What {@link checkChildSpecs} goes by. */
export interface CheckChildSpecsOptions {
  /** Automatic shutdown of the supervisor that the children are for; without it they are not checked against it. */
  readonly autoShutdown?: AutoShutdown
}

/** The supervisor that children are checked for. */
export interface Place {
  readonly parent: ActorId
  readonly autoShutdown: AutoShutdown
  /** Its children are numbered. */
  readonly isPartitioned?: boolean
}

/**
 * Checks children as a supervisor does before it starts, without a supervisor: their keys, their options, and that no key comes
 * twice. OTP's `check_childspecs`. What is below them is checked by `start`.
 *
 * @throws {ConfigurationError} naming the first rule that is broken.
 * @example
 * ```ts
 * import { actor, checkChildSpecs, child } from 'coppice'
 *
 * const Poller = actor('poller', { initial: () => ({}), handlers: () => ({}) })
 * checkChildSpecs({ mail: child(Poller), news: child(Poller, { restart: 'transient' }) })
 * try {
 *   checkChildSpecs([['mail', child(Poller)], ['mail', child(Poller)]])
 * } catch (error) {
 *   console.log((error as Error).message) // => the root, a child: id must be unique under its supervisor; got "mail"
 * }
 * ```
 */
export function checkChildSpecs(
  children: Readonly<Record<string, TreeNode>> | ChildList,
  { autoShutdown }: CheckChildSpecsOptions = {},
): void {
  if (typeof children !== 'object' || children === null)
    throw new ConfigurationError({
      path: 'checkChildSpecs: children',
      rule: 'must be an object of children, or a list of keys and children',
      value: children,
    })
  const [violation] = oneOf('checkChildSpecs: autoShutdown', autoShutdown, autoShutdowns)
  if (violation !== undefined) throw new ConfigurationError(violation)
  const list = Array.isArray(children) ? (children as ChildList) : Object.entries(children)
  // Without knowing the supervisor, a significant child is taken for right where it can be.
  checkChildren(list, { parent: rootId, autoShutdown: autoShutdown ?? 'any_significant' })
}

/**
 * Checks the children of one supervisor, in order; not what is below them.
 *
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function checkChildren(children: readonly unknown[], place: Place): void {
  const seen = new Set<unknown>()
  for (const pair of children) {
    const [key, node] = Array.isArray(pair) ? (pair as readonly unknown[]) : [undefined, pair]
    checkChild(node, { ...place, key })
    const path = `${displayId(place.parent)}, a child: id`
    if (seen.has(key)) throw new ConfigurationError({ path, rule: 'must be unique under its supervisor', value: key })
    seen.add(key)
  }
}

/**
 * Checks one child.
 *
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function checkChild(node: unknown, { parent, key, autoShutdown, isPartitioned }: Place & { readonly key: unknown }): void {
  if (!isTreeNode(node))
    throw new ConfigurationError({
      path: isKey(key) ? childId(parent, key) : `${displayId(parent)}, a child`,
      rule: 'must be made by child(...), supervisor(...) or dynamicSupervisor(...)',
      value: node,
    })
  const isWorker = node.kind === 'child'
  const start = isWorker ? node.behavior : node
  const options = isWorker ? node.options : node.childOptions
  childSettings({ parent, id: key, start, type: isWorker ? 'worker' : 'supervisor', options, autoShutdown })
  if (isPartitioned !== true && typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key))
    throw new ConfigurationError({
      path: `${displayId(parent)}: id of a child`,
      rule: 'must not be a whole number, which JavaScript moves before all other keys: the children would start in another order',
      value: key,
      remedy: `Write for example "n${key}"`,
    })
}
