import { rootId, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { shutdown, type ExitReason } from '../protocol/exit-reason.ts'
import { actorOf } from '../protocol/ref-data.ts'
import type { MonitorAction, MonitorRef, NameOwner, Referable, Spawnable, SpawnOptions } from '../runtime/context.ts'
import type { DeadLetter } from '../runtime/dead-letters.ts'
import type { OverloadInfo } from '../runtime/overload-watch.ts'
import type { GroupMember } from '../runtime/group-member.ts'
import type { LastExit } from '../runtime/last-exit.ts'
import type { LifeEvent, LifeEvents } from '../runtime/life-listeners.ts'
import type { InNamespace, NamedActor } from '../runtime/names.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import { spawnedFromOutside, spawnedId, spawnedSpec } from '../runtime/spawned-spec.ts'
import { supervisedId, supervisionOf } from '../runtime/supervised-spawn.ts'
import { type LinkTable } from '../distribution/link-table.ts'
import { type ActorSystem, type ActorInfo } from '../runtime/system.ts'
import { type DecisionLogs, type DecisionRecord } from '../supervision/shell/decision-log.ts'
import type { SupervisorInfo } from '../supervision/shell/supervisor-info.ts'
import { checkLifeListener } from './check-listener.ts'
import type { DetachedInfo } from './detached.ts'
import { forgetLink, linkHandle, type LinkHandle } from './linked.ts'
import { healthOf, type Health } from './health.ts'
import { keptCuts, type KeptCuts } from './kept-cuts.ts'
import { type KeptDecisions } from './kept-decisions.ts'
import { type SystemSupervisor } from './system-supervisor.ts'
import type { App } from './app.ts'

/** A tree that was started. */
export class RunningApp<Tree> implements App<Tree> {
  readonly tree: Tree
  readonly store: StoreInfo | undefined
  readonly ended: Promise<ExitReason>
  readonly #links: LinkTable | undefined
  readonly cuts: KeptCuts
  readonly #system: ActorSystem
  readonly #logs: DecisionLogs
  readonly #kept: KeptDecisions | undefined
  readonly #incarnation: number
  readonly #forgetStrays: () => void
  readonly #own: SystemSupervisor

  constructor({ links, tree, system, logs, kept, own, incarnation, forgetStrays }: RunningParts<Tree>) {
    this.tree = tree
    this.#links = links
    this.#own = own
    this.#logs = logs
    this.#kept = kept
    this.#forgetStrays = forgetStrays
    this.store = system.persistence?.info
    this.cuts = keptCuts(system.persistence)
    this.#system = system
    this.#incarnation = incarnation
    own.whenEnded((reason) => void system.stop(rootId, { incarnation, reason, limit: Infinity }))
    this.ended = this.#end()
    // Whoever does not ask how it ended is not told by a stray rejection either: stop() rejects with the same error.
    this.ended.catch(() => undefined)
  }

  whereis(name: string, options?: InNamespace): NameOwner | undefined {
    return this.#system.whereis(name, options)
  }

  membersOf(group: string): readonly GroupMember[] {
    return this.#system.groups.members(group)
  }

  broadcast(group: string, name: string, input?: unknown): number {
    return this.#system.broadcast(group, name, input)
  }

  publish(topic: string, value: unknown): number {
    return this.#system.publish(topic, value)
  }

  async spawn<Args, Ref>(definition: Spawnable<Args, Ref>, key: string, args: Args, options: SpawnOptions = {}): Promise<Ref> {
    const supervision = supervisionOf(options)
    const id = supervision === undefined ? spawnedId(spawnedFromOutside, key) : supervisedId(key)
    const spec = spawnedSpec(definition, id, args, options)
    const { ifExists } = options
    const spawned = await this.#system.spawn({
      spec,
      starter: undefined,
      link: false,
      monitor: undefined,
      timeoutMs: Infinity,
      ifExists,
      supervision,
    })
    return definition.reference(this.#system.outside, spawned)
  }

  refOf<Ref>(data: object, definition: Referable<Ref>): Ref {
    return definition.reference(this.#system.outside, actorOf(data, this.#system.systemId()))
  }

  linked(link: string): LinkHandle {
    return linkHandle(link, this.#system.outside, this.#links)
  }

  async forgetLink(link: string): Promise<number> {
    return forgetLink(link, this.#system.persistence, this.#links)
  }

  monitor(target: ActorId | { readonly id: ActorId } | NamedActor, action: MonitorAction): MonitorRef {
    if (action === undefined) throw new ConfigurationError({ path: 'monitor: action', rule: 'must be a function', value: action })
    return this.#system.monitor(typeof target === 'object' && 'id' in target ? target.id : target, action)
  }

  demonitor(monitor: MonitorRef): boolean {
    return this.#system.demonitor(monitor)
  }

  detached(): Promise<readonly DetachedInfo[]> {
    return this.#own.detached()
  }

  inspect(actor: ActorId | { readonly id: ActorId }): ActorInfo | undefined {
    return this.#system.infoOf(idOf(actor))
  }

  decisions(supervisor: ActorId | { readonly id: ActorId } = rootId): readonly DecisionRecord[] {
    return this.#logs.read(idOf(supervisor))
  }

  lastExit(actor: ActorId | { readonly id: ActorId }): LastExit | undefined {
    return this.#system.lastExitOf(idOf(actor))
  }

  on<Type extends keyof LifeEvents>(
    actor: ActorId | { readonly id: ActorId },
    type: Type,
    listener: (event: LifeEvents[Type]) => unknown,
  ): () => void {
    checkLifeListener(type, listener)
    // It is told of events of its type only.
    return this.#system.lives.on(idOf(actor), type, listener as (event: LifeEvent) => unknown)
  }

  kill(actor: ActorId | { readonly id: ActorId }, { restart = true }: { readonly restart?: boolean } = {}): Promise<boolean> {
    return this.#system.kill(idOf(actor), { restart })
  }

  get ready(): boolean {
    return this.health().isReady
  }

  health(): Health {
    // Nobody but supervisors is asked, and this is what they show.
    const show = (id: ActorId): SupervisorInfo | undefined => this.#system.show(id) as SupervisorInfo | undefined
    return healthOf({ show, lastExit: (id) => this.#system.lastExitOf(id) })
  }

  overload(): OverloadInfo {
    return this.#system.overload()
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#system.deadLetters.read()
  }

  replay(letter: Pick<DeadLetter, 'number'>): Promise<unknown> {
    return this.#system.replay(letter)
  }

  discard(letter: Pick<DeadLetter, 'number'>): Promise<void> {
    return this.#system.discard(letter)
  }

  running(): readonly string[] {
    return this.#system.running()
  }

  async stop(): Promise<ExitReason> {
    await this.#system.stop(rootId, { incarnation: this.#incarnation, reason: shutdown, limit: Infinity })
    return this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #end(): Promise<ExitReason> {
    const reason = await this.#system.exitOf(rootId)
    this.#links?.close()
    await this.#own.stop()
    await this.#system.supervisedEnd()
    this.#system.close()
    this.#system.retire(rootId, { forget: false })
    this.#system.endAll()
    await this.#kept?.close()
    await this.#system.persistence?.close()
    this.#forgetStrays()
    return reason
  }
}

function idOf(actor: ActorId | { readonly id: ActorId }): ActorId {
  return typeof actor === 'string' ? actor : actor.id
}

interface RunningParts<Tree> {
  readonly links: LinkTable | undefined
  readonly tree: Tree
  readonly system: ActorSystem
  readonly logs: DecisionLogs
  readonly own: SystemSupervisor
  readonly kept: KeptDecisions | undefined
  readonly incarnation: number
  /** Takes the listeners for stray failures away. */
  readonly forgetStrays: () => void
}
