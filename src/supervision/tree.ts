import { childId, type ActorId } from '../protocol/actor-id.ts'
import type { Violation } from '../protocol/errors.ts'
import type { ActorDefinition } from '../behaviors/actor.ts'
import type { ActorRef } from '../behaviors/actor-ref.ts'
import type { TaskDefinition } from '../behaviors/task.ts'
import type { Behavior } from '../runtime/behavior.ts'
import type { Life } from '../runtime/anatomy.ts'
import type { Port } from '../runtime/context.ts'
import { makeMembersRef, type MembersRef } from './members-ref.ts'
import type { ChildOptions } from './child-options.ts'
import type { RestartType } from './restart-type.ts'
import type { DynamicOptions, SupervisorOptions } from './supervisor-options.ts'

/** A tree of supervisors and actors, or a part of one: a value, whose type is the directory of what is in it. */
export type TreeNode<Ref = unknown> = ChildNode<Ref> | SupervisorNode<Ref> | DynamicNode<Ref>

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
  extends DynamicOptions, Omit<ChildOptions<unknown, unknown, Handlers>, 'args' | 'name' | 'gate' | 'independent'> {}

/** The directory of a supervisor: a reference for each child, by its key. */
export type Directory<Children> = { readonly [Key in keyof Children]: Children[Key] extends TreeNode<infer Ref> ? Ref : never }

/** The arguments of a child: left out where `initial` takes none. */
type ChildArguments<State, Args, Handlers> = undefined extends Args
  ? [options?: ChildOptions<State, Args, Handlers>]
  : [options: ChildOptions<State, Args, Handlers> & { readonly args: Args }]

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
export function child<Args, State, Handlers>(
  definition: ActorDefinition<Args, State, Handlers>,
  ...options: ChildArguments<State, Args, NoInfer<Handlers>>
): ChildNode<ActorRef<Handlers>>
export function child<Node extends SupervisorNode<unknown> | DynamicNode<unknown>>(node: Node, options?: ChildOptions): Node
export function child(what: ActorDefinition<unknown, unknown, unknown> | TreeNode, options: ChildOptions = {}): TreeNode {
  if ('kind' in what) return what.kind === 'child' ? { ...what, options } : { ...what, childOptions: options }
  const all = { ...defaultsOf(what), ...options }
  return { kind: 'child', behavior: what.behavior, options: all, reference: (port, id) => what.reference(port, id) }
}

/**
 * Declares a supervisor and its children, which start in this order and stop in reverse.
 *
 * Follows OTP's `supervisor`; without options it restarts a failed child alone (`one_for_one`), at most 3 times in 5 s.
 */
export function supervisor<Children extends Readonly<Record<string, TreeNode>>>(
  options: SupervisorOptions,
  children: Children,
): SupervisorNode<Directory<Children>> {
  return {
    kind: 'supervisor',
    options,
    childOptions: {},
    children,
    reference: (port, id) => directory(children, port, id) as Directory<Children>,
  }
}

/**
 * Declares a supervisor of any number of actors of one kind, each started under a key of its own at run time. Members whose
 * state is kept in the store come back with key and arguments in the next process, unless they are `temporary`.
 *
 * As OTP's `simple_one_for_one`, with keys in place of process ids.
 */
export function dynamicSupervisor<Args, State, Handlers>(
  definition: ActorDefinition<Args, State, Handlers>,
  options: DynamicSupervisorOptions<NoInfer<Handlers>> = {},
): DynamicNode<MembersRef<Args, ActorRef<Handlers>>> {
  return {
    kind: 'dynamic',
    behavior: definition.behavior,
    options: { ...defaultsOf(definition), ...options },
    childOptions: {},
    reference: (port, id) => makeMembersRef(definition, port, id),
  }
}

/** What a kind of actor has in place of the defaults of every child. */
function defaultsOf(definition: object): ChildOptions {
  return 'childDefaults' in definition ? (definition as TaskDefinition).childDefaults : {}
}

function directory(children: Readonly<Record<string, TreeNode>>, port: Port, id: ActorId): Readonly<Record<string, unknown>> {
  const entries = Object.entries(children).map(([key, node]) => [key, node.reference(port, childId(id, key))] as const)
  return Object.freeze(Object.fromEntries(entries))
}
