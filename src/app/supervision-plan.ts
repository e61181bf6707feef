import { childId, rootId, type ActorId } from '../protocol/actor-id.ts'
import type { ActorSpec, StateMode } from '../runtime/actor-spec.ts'
import type { Behavior } from '../runtime/behavior.ts'
import type { EventSink } from '../runtime/events.ts'
import type { ActorSystem } from '../runtime/system.ts'
import type { AutoShutdown } from '../supervision/specs/auto-shutdown.ts'
import type { ChildSettings } from '../supervision/specs/child-options.ts'
import type { ChildSpec, ShutdownLimit } from '../supervision/specs/child-spec.ts'
import type { DecisionLogs } from '../supervision/shell/decision-log.ts'
import type { SupervisorEvent } from '../supervision/events.ts'
import { childSettings, dynamicSettings, supervisorSettings } from '../supervision/specs/spec-rules.ts'
import { supervisorBehavior, type SupervisorParts } from '../supervision/shell/supervisor.ts'
import { isTreeNode, type DynamicNode, type SupervisorNode, type TreeNode } from '../supervision/trees/tree.ts'
import { breathe } from '../runtime/breathe.ts'
import { checkNewChild } from './check-tree.ts'
import { localStarter } from './local-starter.ts'
import { MemberStart } from './member-start.ts'
import { storeLifetimes, type RestartsNotCounted } from './store-lifetimes.ts'
import { storeMembers } from './store-members.ts'

/** What the specs of a tree are made with. */
export interface PlanParts {
  readonly system: ActorSystem
  readonly defaultMode: StateMode
  readonly sink: EventSink<SupervisorEvent | RestartsNotCounted>
  /** What each supervisor decided last. */
  readonly logs: DecisionLogs
  readonly onError: (error: unknown) => void
  /** Makes of a node that is added at run time what is started in its place. */
  readonly dress: (node: TreeNode, id: ActorId) => TreeNode
}

/** How long `term` may take where the child's own limit does not say: because it is killed without being asked. */
const termLimitOfKilledMs = 5_000

/** What a whole tree starts from. */
export function rootSpec(node: SupervisorNode<unknown> | DynamicNode<unknown>, parts: PlanParts): ActorSpec {
  return node.kind === 'dynamic' ? dynamicSpec(node, rootId, parts) : supervisorSpec(node, rootId, parts)
}

/** What a supervisor starts from, with the specs of everything below it. */
function supervisorSpec(node: SupervisorNode<unknown>, id: ActorId, parts: PlanParts): ActorSpec {
  const settings = supervisorSettings({ at: id, options: node.options })
  const children = Object.entries(node.children).map(([key, child]) =>
    childSpec(child, { key, parent: id, autoShutdown: settings.autoShutdown }, parts),
  )
  const { autoShutdown } = settings
  const input = { kind: 'static', ...settings, children } as const
  const behavior = supervisorBehavior({
    ...shellParts(id, parts),
    kept: { groupRestore: node.options.groupRestore ?? 'own', last: undefined },
    input: () => input,
    members: undefined,
    specOf: (key, added) => addedSpec(added, { key, parent: id, autoShutdown }, parts),
    init: node.options.init,
  })
  return anewEachTime(id, behavior)
}

function dynamicSpec(node: DynamicNode<unknown>, id: ActorId, parts: PlanParts): ActorSpec {
  const type = node.member === undefined ? 'worker' : 'supervisor'
  const { supervisor, members } = dynamicSettings({ at: id, options: node.options, behavior: node.behavior, members: type })
  const { name } = node.behavior
  const common = { key: name, id: childId(id, name), settings: members }
  const template = node.member === undefined ? workerSpec(node.behavior, common, parts) : innerSpec(node.member, common, parts)
  const specOf = (key: string, args: unknown): ChildSpec =>
    node.member === undefined
      ? workerMember(node, { key, id: childId(id, key), args }, template)
      : innerSpec(node.member, { key, id: childId(id, key), settings: { ...members, args } }, parts)
  const outlivesProcess = (members.state ?? parts.defaultMode) !== 'volatile' && members.restart !== 'temporary'
  const behavior = supervisorBehavior({
    ...shellParts(id, parts),
    input: (children) => ({ kind: 'dynamic', ...supervisor, children, template }),
    specOf: undefined,
    init: node.options.init,
    members: storeMembers({
      supervisor: id,
      persistence: outlivesProcess ? parts.system.persistence : undefined,
      specOf,
      onError: parts.onError,
      takeFromCut: () => parts.system.cuts.takeMembers(id),
    }),
  })
  const keepsMembers = outlivesProcess && parts.system.persistence !== undefined
  return { ...anewEachTime(id, behavior), hasMembers: true, keepsMembers }
}

interface Place {
  readonly key: string
  readonly parent: ActorId
  readonly autoShutdown: AutoShutdown
}

/** The spec of a child that is added to a running supervisor, checked as a whole tree is. */
function addedSpec(given: unknown, place: Omit<Place, 'key'> & { readonly key: unknown }, parts: PlanParts): ChildSpec {
  const node = isTreeNode(given) ? parts.dress(given, childId(place.parent, String(place.key))) : given
  const { catalogue, persistence } = parts.system
  const known = (name: string): Behavior | undefined => catalogue.find(name)
  const behaviors = checkNewChild({ ...place, node }, { hasStore: persistence !== undefined, known })
  for (const behavior of behaviors) catalogue.add(behavior)
  // The check has seen that they are a node and a key.
  return childSpec(node as TreeNode, { ...place, key: place.key as string }, parts)
}

function childSpec(node: TreeNode, { key, parent, autoShutdown }: Place, parts: PlanParts): ChildSpec {
  const id = childId(parent, key)
  if (node.kind === 'child') {
    const settings = childSettings({ parent, id: key, start: node.behavior, type: 'worker', options: node.options, autoShutdown })
    return workerSpec(node.behavior, { key, id, settings }, parts)
  }
  const settings = childSettings({ parent, id: key, start: node, type: 'supervisor', options: node.childOptions, autoShutdown })
  return innerSpec(node, { key, id, settings }, parts)
}

/** The spec of a supervisor as a child. */
function innerSpec(node: SupervisorNode<unknown> | DynamicNode<unknown>, place: Settled, parts: PlanParts): ChildSpec {
  const { key, id, settings } = place
  const { restart, shutdown, significant, extras } = settings
  const start = node.kind === 'supervisor' ? supervisorSpec(node, id, parts) : dynamicSpec(node, id, parts)
  return { id: key, restart, shutdown, type: 'supervisor', significant, start, ...extras }
}

/** A member is its template but for its place and its arguments. */
function workerMember(
  node: DynamicNode<unknown>,
  { key, id, args }: { readonly key: string; readonly id: ActorId; readonly args: unknown },
  template: ChildSpec,
): ChildSpec {
  const own = node.ownOf?.(args)
  const { id: _id, start: common, restart, shutdown, type, significant, ...extras } = template
  const start = new MemberStart({ id, args, common: common as ActorSpec, bind: own && ((life) => own.bind(life)) })
  // Most have no extras, and a spread would leave room for some.
  return Object.assign({ id: key, restart: own?.restart ?? restart, shutdown, type, significant, start }, extras)
}

/** A child with its settings, at its place. */
export interface Settled {
  readonly key: string
  readonly id: ActorId
  readonly settings: ChildSettings
}

export function workerSpec(behavior: Behavior, { key, id, settings }: Settled, { defaultMode }: PlanParts): ChildSpec {
  const { restart, shutdown, significant, args, hooks, fallback, calls, mailbox, maxAttempts, allowStateLoss, name, extras } =
    settings
  const start: ActorSpec = {
    id,
    behavior,
    args,
    mode: settings.state ?? defaultMode,
    hooks,
    fallback,
    ...calls,
    mailbox,
    termLimitMs: termLimit(shutdown),
    maxAttempts,
    allowStateLoss,
    checkpoints: settings.checkpoints,
    name,
  }
  return { id: key, restart, shutdown, type: 'worker', significant, start, ...extras }
}

function termLimit(shutdown: ShutdownLimit): number {
  return shutdown === 'kill' ? termLimitOfKilledMs : shutdown
}

export function shellParts(
  supervisor: ActorId,
  { system, sink, logs }: PlanParts,
): Omit<SupervisorParts, 'input' | 'members' | 'specOf' | 'init'> {
  const { persistence } = system
  return {
    restarts: new Map(),
    kept: { groupRestore: 'own', last: undefined },
    lifetimes: persistence && storeLifetimes({ supervisor, persistence, sink }),
    breathe: (label) => breathe(system.scheduler, label),
    starter: (parent) => localStarter(system, parent),
    sendSelf: (to, message) => system.router.deliver(to, message),
    clock: system.clock,
    sink,
    logOf: (id) => logs.of(id),
  }
}

export function anewEachTime(id: ActorId, behavior: Behavior): ActorSpec {
  return {
    id,
    behavior,
    args: undefined,
    mode: 'volatile',
    hooks: undefined,
    termLimitMs: Infinity,
    maxAttempts: Infinity,
    name: undefined,
  }
}
