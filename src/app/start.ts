import { rootId, type ActorId } from '../protocol/actor-id.ts'
import { normal } from '../protocol/exit-reason.ts'
import type { StateMode } from '../runtime/actor-spec.ts'
import { createAttribution, noAttribution, type Attribution } from '../runtime/attribution.ts'
import { createFairScheduler } from '../runtime/fair-scheduler.ts'
import { systemSupervisor } from '../runtime/supervised-spawn.ts'
import { createSystemClock } from '../runtime/system-clock.ts'
import { createSystemRandom } from '../runtime/system-random.ts'
import { readLinks } from '../distribution/link-options.ts'
import { LinkTable } from '../distribution/link-table.ts'
import { ActorSystem } from '../runtime/system.ts'
import { DecisionLogs } from '../supervision/shell/decision-log.ts'
import type { DynamicNode, SupervisorNode, TreeNode } from '../supervision/trees/tree.ts'
import { checkTree } from './check-tree.ts'
import type { DetachedKind } from './detached-option.ts'
import { TreeStartError } from './errors.ts'
import type { CoppiceEvent, EventListener } from './events.ts'
import { readOverload } from './overload-option.ts'
import { linkDesk } from './link-desk.ts'
import { tellMissingLinks } from './linked.ts'
import { KeptDecisions } from './kept-decisions.ts'
import { readMiddleware } from './middleware-option.ts'
import { blameStrayFailures } from './stray-failures.ts'
import { checkSystemKey, SystemSupervisor } from './system-supervisor.ts'
import { rootSpec } from './supervision-plan.ts'
import { modeIn } from './tree-plan.ts'
import type { App } from './app.ts'
import { RunningApp } from './running-app.ts'
import { type StartOptions, checkStartOptions } from './start-options.ts'

/**
 * Starts a tree of supervisors and actors.
 *
 * Checks all of it first; then opens the store, which raises its epoch; then starts every child in the order of its declaration,
 * with what the store knows of it: state, messages that were accepted and not applied, timers, members. Resolves when the whole
 * tree is up. If one child cannot be started, those that run are stopped in reverse order and the store is closed, as OTP does.
 *
 * @throws {ConfigurationError} if the tree or an option breaks a rule; nothing was opened or started.
 * @throws {StoreError} if the store cannot be owned or read; nothing was started.
 * @throws {TreeStartError} if a child could not be started; nothing is running.
 * @example
 * ```ts
 * import { actor, child, start, supervisor } from 'coppice'
 *
 * const Greeter = actor('greeter', {
 *   initial: () => ({ greeted: 0 }),
 *   handlers: ({ call }) => ({ hello: call(({ state }) => ({ reply: 'hello', state: { greeted: state.greeted + 1 } })) }),
 * })
 * const app = await start(supervisor({ strategy: 'one_for_one' }, { greeter: child(Greeter) }))
 * console.log(await app.tree.greeter.call.hello()) // => hello
 * await app.stop()
 * ```
 */
export function start<Tree>(tree: SupervisorNode<Tree> | DynamicNode<Tree>, options: StartOptions = {}): Promise<App<Tree>> {
  return startDressed(tree, options, (node) => node)
}

/** As {@link start}; what is added to the tree while it runs is started as `dress` makes it. `seen` is shown its system. */
export async function startDressed<Tree>(
  tree: SupervisorNode<Tree> | DynamicNode<Tree>,
  options: StartOptions,
  dress: (node: TreeNode, id: ActorId) => TreeNode,
  seen: (system: ActorSystem) => void = () => undefined,
): Promise<App<Tree>> {
  const defaultMode: StateMode = options.store === undefined ? 'volatile' : 'checkpointed'
  checkStartOptions(options)
  if (tree.kind === 'supervisor') checkSystemKey(Object.keys(tree.children))
  // What is none is refused with the other options.
  const kinds = ((options.detached ?? []) as readonly DetachedKind[]).map((kind) => dressedKind(kind, dress))
  const behaviors = checkTree(tree, {
    hasStore: options.store !== undefined,
    behaviors: [...(options.behaviors ?? []), ...kinds].map(({ behavior }) => behavior),
  })
  const clock = options.clock ?? createSystemClock()
  const random = options.random ?? createSystemRandom()
  const scheduler = options.scheduler ?? createFairScheduler({ clock })
  const persistence = await options.store?.open({ clock, scheduler })
  const attribution = options.attribution === 'off' ? noAttribution : createAttribution()
  const surface = (error: unknown): void => void attribution.outside(() => reject(error))
  const sink = { emit: guarded(options.onEvent, { attribution, surface }), isMute: options.onEvent === undefined }
  const links =
    persistence &&
    options.links &&
    new LinkTable({ store: persistence, clock, random, emit: (event) => sink.emit(event) }, readLinks(options.links))
  const system = new ActorSystem({
    clock,
    random,
    scheduler,
    persistence,
    links,
    sink,
    behaviors,
    modeOf: (id) => modeIn(tree, defaultMode, id),
    attribution,
    surface,
    copiesMessages: options.messages !== 'share',
    boundsNestedCalls: options.nestedCalls !== 'independent',
    middleware: readMiddleware(options.middleware),
    overload: options.overload && readOverload(options.overload),
    keepDeadLetters: options.keepDeadLetters ?? 100,
    freezesStates: options.freezeStates ?? process.env['NODE_ENV'] !== 'production',
    startSupervised: (order, supervision): Promise<void> => own.start(order, supervision),
  })
  const keep = options.keepDecisions ?? 20
  seen(system)
  const kept = persistence && new KeptDecisions({ persistence, clock, sink, keep })
  const logs = new DecisionLogs({
    keep,
    wallNow: () => clock.wallNow(),
    epoch: persistence?.info.epoch,
    changed: kept?.note ?? (() => undefined),
  })
  const plan = { system, defaultMode, sink, logs, onError: surface, dress }
  const own: SystemSupervisor = new SystemSupervisor(plan, kinds, (event) => sink.emit(event))
  const forgetStrays = options.attribution === 'off' ? () => undefined : blameStrayFailures({ attribution, sink })
  try {
    if (kept !== undefined) logs.recall(await kept.read())
    const tell = (event: CoppiceEvent): void => sink.emit(event)
    await Promise.all([system.recallDeadLetters(), persistence && tellMissingLinks(persistence, links, tell)])
    await own.adopt()
    const started = await system.start(rootSpec(tree, plan), { cause: 'first', reason: undefined, parent: undefined })
    if (started.status !== 'started') throw new TreeStartError(started.status === 'failed' ? started.reason : normal)
    const { incarnation } = started
    links?.open(linkDesk(system))
    return new RunningApp({
      links,
      tree: tree.reference(system.outside, rootId),
      system,
      logs,
      kept,
      own,
      incarnation,
      forgetStrays,
    })
  } catch (error) {
    await own.stop()
    forgetStrays()
    system.stopWatching()
    await kept?.close()
    await persistence?.close()
    throw error
  }
}

/** The definition as `dress` makes it of the members of a supervisor. */
function dressedKind(kind: DetachedKind, dress: (node: TreeNode, id: ActorId) => TreeNode): DetachedKind {
  const { behavior, childDefaults } = kind
  const node = dress({ kind: 'dynamic', behavior, options: {}, childOptions: {}, reference: () => undefined }, systemSupervisor)
  if (node.kind !== 'dynamic') return kind
  const { hooks } = node.options
  return { behavior: node.behavior, ...(childDefaults && { childDefaults }), ...(hooks && { hooks }) }
}

/** An event that a listener chokes on is its own affair: the error surfaces, but not in the tree. */
function guarded(
  listener: EventListener | undefined,
  { attribution, surface }: { readonly attribution: Attribution; readonly surface: (error: unknown) => void },
): (event: CoppiceEvent) => void {
  if (listener === undefined) return () => undefined
  return (event) => {
    try {
      attribution.outside(() => listener(event))
    } catch (error) {
      surface(error)
    }
  }
}

/** Makes an error known that nobody waits for: as an unhandled rejection, which ends the process unless it is listened for. */
function reject(error: unknown): Promise<never> {
  return Promise.reject(error instanceof Error ? error : new Error('something that is no error was thrown', { cause: error }))
}
