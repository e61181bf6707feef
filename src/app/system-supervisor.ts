import { childId, displayId, keyOf, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { killed, normal, shutdown, type ExitReason } from '../protocol/exit-reason.ts'
import type { SpawnOrder } from '../runtime/anatomy.ts'
import type { Behavior } from '../runtime/behavior.ts'
import { CallTimeoutError, SpawnError } from '../runtime/errors.ts'
import type { SupervisedSpawnOptions } from '../runtime/supervised-options.ts'
import { systemSupervisor, type Supervision } from '../runtime/supervised-spawn.ts'
import type { SupervisorReply } from '../supervision/machine/commands.ts'
import { supervisorBehavior } from '../supervision/shell/supervisor.ts'
import type { ChildSpec } from '../supervision/specs/child-spec.ts'
import { childSettings } from '../supervision/specs/spec-rules.ts'
import { detachedOf, type DetachedInfo, type DetachedRecord } from './detached.ts'
import { kindsOf, supervisionViolations, type DetachedKind } from './detached-option.ts'
import type { DetachedEvent } from './events.ts'
import { anewEachTime, shellParts, workerSpec, type PlanParts } from './supervision-plan.ts'

/** One child: what it is started from, and what is recorded of it if it outlives the process. */
interface OwnChild {
  readonly kind: DetachedKind
  readonly args: unknown
  /** With its namespace. */
  readonly name: string | undefined
  readonly options: SupervisedSpawnOptions
  readonly record: DetachedRecord | undefined
}

/** Where the store has the kinds of those that have ended. */
const endedId: ActorId = '~system ended'

/** How long a child waits before it is restarted if nothing else is said: no budget keeps it from being tried for ever. */
const defaultBackoff = { min: '100ms', max: '30s' } as const

/**
 * The system's own supervisor, beside the root of the tree: it has what was spawned with `supervised` or `detached`, and restarts
 * each of them as often as it takes. It runs from the first of them on.
 */
export class SystemSupervisor {
  readonly #parts: PlanParts
  readonly #emit: (event: DetachedEvent) => void
  readonly #kinds: ReadonlyMap<string, DetachedKind>
  /** Recorded actors that this process does not know the kinds of, by their keys. */
  readonly #strange = new Map<string, DetachedRecord>()
  /** The kinds of the recorded ones that are its children, by their keys. */
  readonly #kept = new Map<string, string>()
  /** The number of its incarnation, as soon as it is asked for. */
  #running: Promise<number> | undefined

  constructor(parts: PlanParts, kinds: readonly DetachedKind[], emit: (event: DetachedEvent) => void) {
    this.#parts = parts
    this.#kinds = kindsOf(kinds)
    this.#emit = emit
  }

  /** Starts again what processes before have detached; resolves when each has been tried once. */
  async adopt(): Promise<void> {
    const { system } = this.#parts
    const members = (await system.persistence?.members(systemSupervisor)) ?? []
    if (members.length > 0) await this.#run()
    for (const { key, args } of members) {
      const record = args as DetachedRecord
      const kind = this.#kinds.get(record.kind)
      if (kind === undefined) {
        this.#strange.set(key, record)
        this.#emit({ type: 'not adopted', ...detachedOf(key, record) })
      } else {
        const own: OwnChild = { ...record, kind, record }
        this.#kept.set(key, record.kind)
        system.router.startMember({ supervisor: systemSupervisor, key, args: own }, { isSaved: true })
      }
    }
    if (members.length > this.#strange.size) await this.#ask('whichChildren', undefined, Infinity)
  }

  /** Starts an actor that is spawned; rejects if none comes of it. */
  async start({ spec, timeoutMs }: SpawnOrder, { isDetached, options }: Supervision): Promise<void> {
    const { id, args, name } = spec
    const key = keyOf(id)
    const kind = isDetached ? this.#kindOf(spec.behavior) : { behavior: spec.behavior }
    const record = isDetached ? { kind: spec.behavior.name, args, name, options } : undefined
    const own: OwnChild = { kind, args, name, options, record }
    this.#check(key, own, isDetached)
    if (record !== undefined) await this.#checkEnded(key, record)
    await this.#run()
    const reply = await this.#ask('startMember', { key, args: own }, timeoutMs).catch((error: unknown) => {
      if (!(error instanceof CallTimeoutError)) throw error
      // It may come yet: then it is ended again.
      void this.#ask('terminateChild', { id: key }, Infinity).catch(() => undefined)
      throw new SpawnError({ problem: 'timeout', actor: id, reason: killed })
    })
    if (reply.status === 'ignored') throw new SpawnError({ problem: 'ignored', actor: id, reason: normal })
    if (reply.status !== 'error') return
    const reason = reply.error.type === 'start_failed' ? reply.error.reason : killed
    throw new SpawnError({ problem: 'failed', actor: id, reason })
  }

  /** What is recorded at this moment. */
  async detached(): Promise<readonly DetachedInfo[]> {
    const members = (await this.#parts.system.persistence?.members(systemSupervisor)) ?? []
    return members.map(({ key, args }) => detachedOf(key, args as DetachedRecord))
  }

  async stop(): Promise<void> {
    if (this.#running === undefined) return
    await this.#parts.system.stop(systemSupervisor, { incarnation: await this.#running, reason: shutdown, limit: Infinity })
  }

  /** Runs `then` when it has ended, which nobody but a kill brings about while the tree runs. */
  whenEnded(then: (reason: ExitReason) => void): void {
    this.#onEnd = then
  }

  #onEnd: (reason: ExitReason) => void = () => undefined

  #run(): Promise<number> {
    return (this.#running ??= this.#begin())
  }

  async #begin(): Promise<number> {
    const { system } = this.#parts
    const { persistence } = system
    const behavior = supervisorBehavior({
      ...shellParts(systemSupervisor, this.#parts),
      input: (children) => ({ kind: 'dynamic', intensity: { restarts: Infinity, withinMs: 1 }, autoShutdown: 'never', children }),
      specOf: undefined,
      init: undefined,
      members: {
        areKept: true,
        load: () => Promise.resolve([]),
        save: async (key, args) => {
          const { record } = args as OwnChild
          if (record === undefined) return
          this.#kept.set(key, record.kind)
          await persistence?.saveMember({ supervisor: systemSupervisor, key, args: record })
        },
        drop: (key) => void this.#drop(key),
        // Nobody else asks for its members.
        spec: (key, args) => this.#specOf(key, args as OwnChild),
      },
    })
    const origin = { cause: 'first', reason: undefined, parent: undefined } as const
    const started = await system.start(anewEachTime(systemSupervisor, behavior), origin)
    if (started.status !== 'started') throw new SpawnError({ problem: 'failed', actor: systemSupervisor, reason: killed })
    void system.exitOf(systemSupervisor).then((reason) => this.#onEnd(reason))
    return started.incarnation
  }

  /** What is kept of it stays in the store, and so does of which kind it is: no other kind can go on from there. */
  async #drop(key: string): Promise<void> {
    const { system, onError } = this.#parts
    const kind = this.#kept.get(key)
    if (kind === undefined) return
    this.#kept.delete(key)
    try {
      await Promise.all([
        system.persistence?.saveMember({ supervisor: endedId, key, args: kind }),
        system.persistence?.dropMember(systemSupervisor, key),
      ])
    } catch (error) {
      onError(error)
    }
  }

  #ask(request: string, input: unknown, timeoutMs: number): Promise<SupervisorReply> {
    // It answers with nothing else.
    return this.#parts.system.outside.call(systemSupervisor, request, input, { timeout: timeoutMs }) as Promise<SupervisorReply>
  }

  #kindOf(behavior: Behavior): DetachedKind {
    const kind = this.#kinds.get(behavior.name)
    if (kind !== undefined) return kind
    throw new ConfigurationError({
      path: 'spawn: detached',
      rule: 'is only for a kind that the tree is started with, as the next process will have to be',
      value: behavior.name,
      remedy: 'Write start(tree, { store, detached: [Definition] })',
    })
  }

  #check(key: string, own: OwnChild, isDetached: boolean): void {
    const [violation] = supervisionViolations(own.options, { isDetached })
    if (violation !== undefined) throw new ConfigurationError(violation)
    const strange = this.#strange.get(key)
    if (strange !== undefined)
      throw new ConfigurationError({
        path: 'spawn: key',
        rule: `must not be the key of a detached actor that an earlier process has left (its kind is "${strange.kind}")`,
        value: key,
        remedy: 'Start the tree with that kind in detached, or take another key',
      })
    this.#specOf(key, own)
  }

  async #checkEnded(key: string, { kind }: DetachedRecord): Promise<void> {
    const ended = (await this.#parts.system.persistence?.members(endedId)) ?? []
    const before = ended.find((member) => member.key === key)
    if (before === undefined || before.args === kind) return
    throw new ConfigurationError({
      path: 'spawn: key',
      rule: `must not be the key of an ended detached actor of another kind ("${String(before.args)}"), whose state is kept`,
      value: key,
      remedy: 'Take another key',
    })
  }

  #specOf(key: string, { kind, args, name, options, record }: OwnChild): ChildSpec {
    const { behavior, childDefaults, hooks } = kind
    const given = {
      backoff: defaultBackoff,
      ...(record === undefined && { state: 'volatile' }),
      ...childDefaults,
      ...options,
      ...(hooks && { hooks }),
    }
    const settings = childSettings({
      parent: systemSupervisor,
      id: key,
      start: behavior,
      type: 'worker',
      options: given,
      autoShutdown: 'never',
    })
    const id: ActorId = childId(systemSupervisor, key)
    return workerSpec(behavior, { key, id, settings: { ...settings, args, name } }, this.#parts)
  }
}

/** The key of the tree that the system's own supervisor has. */
export function checkSystemKey(keys: readonly string[]): void {
  if (keys.includes(systemSupervisor))
    throw new ConfigurationError({
      path: `${displayId(systemSupervisor)}: id`,
      rule: "must not be the key of the system's own supervisor",
      value: systemSupervisor,
    })
}
