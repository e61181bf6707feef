import { childId, type ActorId } from '../../protocol/actor-id.ts'
import { InternalError, type Violation } from '../../protocol/errors.ts'
import type { Kind } from '../../behaviors/kind.ts'
import type { Behavior } from '../../runtime/behavior.ts'
import type { Life } from '../../runtime/anatomy.ts'
import type { Port } from '../../runtime/context.ts'
import { makeMembersRef, type MembersRef } from './members-ref.ts'
import type { ChildOptions } from '../specs/child-options.ts'
import type { RestartType } from '../specs/restart-type.ts'
import type { DynamicOptions, SupervisorOptions } from '../specs/supervisor-options.ts'
import { placed, type OfSupervisor } from './supervisor-place.ts'

/** A tree of supervisors and actors, or a part of one: a value, whose type is the directory of what is in it. */
export type TreeNode<Ref = unknown> = ChildNode<Ref> | SupervisorNode<Ref> | DynamicNode<Ref>

/** True for what {@link child}, {@link supervisor} or {@link dynamicSupervisor} has made. */
export function isTreeNode(value: unknown): value is TreeNode {
  const { kind } = (typeof value === 'object' && value !== null ? value : {}) as { readonly kind?: unknown }
  return kind === 'child' || kind === 'supervisor' || kind === 'dynamic'
}

/** One actor in a tree; made by {@link child}. */
export interface ChildNode<Ref> {
  readonly kind: 'child'
  readonly behavior: Behavior
  readonly options: ChildOptions
  reference(port: Port, id: ActorId): Ref
}

/** A supervisor with the children that it is declared with; made by {@link supervisor}. */
export interface SupervisorNode<Ref> {
  readonly kind: 'supervisor'
  readonly options: SupervisorOptions
  /** How its own supervisor treats it. */
  readonly childOptions: ChildOptions
  readonly children: Readonly<Record<string, TreeNode>>
  /** The children as they were given, where they were given as a list: not checked yet. */
  readonly list?: ChildList
  /** Its children are numbered, and start in the order of their numbers. */
  readonly isPartitioned?: boolean
  /** What is wrong with it besides what every supervisor is checked for. */
  violations?(id: ActorId): readonly Violation[]
  reference(port: Port, id: ActorId): Ref
}

/** A supervisor whose children come and go under keys; made by {@link dynamicSupervisor}. */
export interface DynamicNode<Ref> {
  readonly kind: 'dynamic'
  readonly behavior: Behavior
  /** What each member is, where members are supervisors with children of their own; `behavior` then only names them. */
  readonly member?: SupervisorNode<unknown> | DynamicNode<unknown>
  /** Of the supervisor and of its members. */
  readonly options: DynamicSupervisorOptions
  /** How its own supervisor treats it. */
  readonly childOptions: ChildOptions
  /** What is wrong with it besides what every dynamic supervisor is checked for. */
  violations?(id: ActorId): readonly Violation[]
  /**
   * What a member brings along besides the options that all have in common; made of its arguments.
   *
   * @internal
   */
  ownOf?(args: unknown): MemberOwn | undefined
  reference(port: Port, id: ActorId): Ref
}

/** What one member of a dynamic supervisor has of its own. */
export interface MemberOwn {
  readonly restart: RestartType
  /** Ties each of its incarnations to others before anything of it runs. */
  bind(life: Life): void
}

/** How a dynamic supervisor works, and how each of its members is supervised. */
export interface DynamicSupervisorOptions<Handlers = unknown>
  extends
    DynamicOptions,
    Omit<ChildOptions<unknown, unknown, Handlers>, 'args' | 'name' | 'namespace' | 'gate' | 'independent'> {}

/** Children in order, each with its key. */
export type ChildList = readonly (readonly [key: string, node: TreeNode])[]

/** The directory of a supervisor: a reference for each child, by its key. It stands for the supervisor too. */
export type Directory<Children> = OfSupervisor & {
  readonly [Key in keyof Children]: Children[Key] extends TreeNode<infer Ref> ? Ref : never
}

/** The directory of children that are given by their keys, or as a list. */
export type DirectoryOf<Children> = Children extends readonly (readonly [key: string, node: TreeNode<infer Ref>])[]
  ? Readonly<Record<string, Ref>> & OfSupervisor
  : Directory<Children>

/** What can be declared as a child. */
export type Declarable = Kind<unknown, unknown, unknown> | SupervisorNode<unknown> | DynamicNode<unknown>

// One signature, and not one for each: what is wrong with a use is then told in one line, and not once for each of them.

/** The options that go with it. */
export type ChildOptionsOf<What> =
  What extends Kind<infer Args, infer State, unknown, infer Handlers>
    ? ChildArguments<State, Args, Handlers>
    : [options?: ChildOptions]

/** What it is in a tree. */
export type ChildNodeOf<What> = What extends Kind<unknown, unknown, infer Ref> ? ChildNode<Ref> : What

/** The handlers that it has; of a supervisor nothing is known. */
export type HandlersOf<What> = What extends Kind<unknown, unknown, unknown, infer Handlers> ? Handlers : unknown

/** Any number of it, as those who use them see them. */
export type MembersOf<What> =
  What extends Kind<infer Args, unknown, infer Ref>
    ? MembersRef<Args, Ref>
    : What extends TreeNode<infer Ref>
      ? MembersRef<undefined, Ref>
      : never

/** The options of a child whose `initial` takes arguments. */
export interface ChildOptionsWithArgs<State, Args, Handlers> extends ChildOptions<State, Args, Handlers> {
  readonly args: Args
}

/** The arguments of a child: left out where `initial` takes none. */
type ChildArguments<State, Args, Handlers> = undefined extends Args
  ? [options?: ChildOptions<State, Args, Handlers>]
  : [options: ChildOptionsWithArgs<State, Args, Handlers>]

/**
 * Declares one actor of a tree, its kind and how it is supervised; or says how a supervisor within the tree is supervised.
 *
 * @example
 * ```ts
 * import { actor, child } from 'coppice'
 *
 * const Payments = actor('payments', { initial: (args: { bank: string }) => ({ bank: args.bank, made: 0 }), handlers: () => ({}) })
 * const node = child(Payments, { restart: 'transient', shutdown: '10s', state: 'durable', args: { bank: 'B1' } })
 * console.log(node.kind, node.options.restart) // => child transient
 * ```
 */
export function child<What extends Declarable>(definition: What, ...options: ChildOptionsOf<What>): ChildNodeOf<What>
export function child(what: Kind<unknown, unknown, unknown> | TreeNode, options: ChildOptions = {}): TreeNode {
  if ('kind' in what) return what.kind === 'child' ? { ...what, options } : { ...what, childOptions: options }
  const all = { ...what.childDefaults, ...options }
  return { kind: 'child', behavior: what.behavior, options: all, reference: (port, id) => what.reference(port, id) }
}

/**
 * Declares a supervisor and its children, which start in this order and stop in reverse.
 *
 * Follows OTP's `supervisor`; without options it restarts a failed child alone (`one_for_one`), at most 3 times in 5 s.
 *
 * Children that are only known at run time are given as a list of keys and nodes, and the directory is that of any keys.
 */
export function supervisor<Children extends Readonly<Record<string, TreeNode>> | ChildList>(
  options: SupervisorOptions,
  children: Children,
): SupervisorNode<DirectoryOf<Children>>
export function supervisor(
  options: SupervisorOptions,
  given: Readonly<Record<string, TreeNode>> | ChildList,
): SupervisorNode<unknown> {
  const isList = Array.isArray(given)
  // What is no pair is found by the check of the tree, which says so better.
  const pairs = isList ? (given as ChildList).filter((pair) => Array.isArray(pair)) : Object.entries(given)
  const children = isList ? Object.fromEntries(pairs) : (given as Readonly<Record<string, TreeNode>>)
  return {
    kind: 'supervisor',
    options,
    childOptions: {},
    children,
    ...(isList && { list: given as ChildList }),
    reference: (port, id) => directory(children, port, id),
  }
}

/**
 * Declares a supervisor of any number of actors of one kind, each started under a key of its own at run time. Members whose
 * state is kept in the store come back with key and arguments in the next process, unless they are `temporary`.
 *
 * Given a supervisor in place of a definition, each member is such a supervisor, with children of its own.
 *
 * As OTP's `simple_one_for_one`, with keys in place of process ids.
 */
export function dynamicSupervisor<What extends Declarable>(
  member: What,
  options?: DynamicSupervisorOptions<HandlersOf<What>>,
): DynamicNode<MembersOf<What>>
export function dynamicSupervisor(
  of: Kind<unknown, unknown, unknown> | SupervisorNode<unknown> | DynamicNode<unknown>,
  options: DynamicSupervisorOptions = {},
): DynamicNode<unknown> {
  const reference = (port: Port, id: ActorId): unknown => makeMembersRef(of, port, id)
  const node = { kind: 'dynamic', childOptions: {}, reference } as const
  if (isTreeNode(of)) return { ...node, options, behavior: memberSupervisor, member: of }
  // Whatever else was given is found by the check of the tree.
  const behavior = (of as Partial<typeof of> | undefined)?.behavior ?? (of as unknown as Behavior)
  return { ...node, behavior, options: { ...(of as Partial<typeof of> | undefined)?.childDefaults, ...options } }
}

/** Stands for members that are supervisors where a kind of actor is asked for; nothing is ever started from it. */
const memberSupervisor: Behavior = Object.freeze({
  name: 'supervisor',
  version: 1,
  hooks: {},
  check: () => undefined,
  initial: () => {
    throw new InternalError('a supervisor was started as a member of the wrong kind')
  },
  handle: (state: unknown) => ({ state }),
})

function directory(children: Readonly<Record<string, TreeNode>>, port: Port, id: ActorId): OfSupervisor {
  const entries = Object.entries(children).map(([key, node]) => [key, node.reference(port, childId(id, key))] as const)
  return Object.freeze(placed(Object.fromEntries(entries), { id, port }))
}
