import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { killed, noproc, normal } from '../protocol/exit-reason.ts'
import type { ActorCell } from './actor-cell.ts'
import type { ActorSpec } from './actor-spec.ts'
import type { Life, SpawnOrder } from './anatomy.ts'
import type { Clock } from './clock.ts'
import { NoProcError, SpawnError } from './errors.ts'
import type { Names } from './names.ts'
import type { Owners } from './owners.ts'
import type { Places } from './places.ts'
import { startActor, whenGone, type Started } from './starting.ts'
import type { Supervision } from './supervised-spawn.ts'
import { isThenable } from './thenable.ts'

/** What spawning reaches of the system. */
export interface SpawningParts {
  readonly clock: Clock
  readonly cells: ReadonlyMap<ActorId, ActorCell>
  readonly places: Places
  readonly names: Names
  readonly owners: Owners
  readonly isClosed: () => boolean
  /** Has the system's own supervisor start an actor. */
  readonly startSupervised: (order: SpawnOrder, supervision: Supervision) => Promise<void>
}

/** Starts actors that no supervisor has declared, by their keys and names. */
export class Spawning {
  readonly #parts: SpawningParts
  /** Those that are being spawned. */
  readonly #underWay = new Map<ActorId, Promise<void>>()
  /** Those of them that a supervisor starts, by their names. */
  readonly #underWayByName = new Map<string, Promise<void>>()

  constructor(parts: SpawningParts) {
    this.#parts = parts
  }

  /** See `World.spawn`. */
  spawn(order: SpawnOrder): ActorId | Promise<ActorId> {
    const { spec } = order
    if (this.#parts.isClosed()) throw new SpawnError({ problem: 'not-running', actor: spec.id, reason: noproc })
    // Most find their place free, and are up at once: nothing is made for waiting then.
    if (order.ifExists === 'return' || order.supervision !== undefined || this.#leavingFor(order) !== undefined)
      return this.#spawnInTurn(order)
    const spawned = this.#spawnNew(order)
    return isThenable(spawned) ? this.#noted(spec, spawned) : spec.id
  }

  async #spawnInTurn(order: SpawnOrder): Promise<ActorId> {
    const { spec, starter, link, monitor, supervision } = order
    for (;;) {
      const leaving = this.#leavingFor(order)
      if (leaving !== undefined) {
        await whenGone(leaving)
        if (starter?.isActive === false) throw new NoProcError(spec.id, 'spawn')
        continue
      }
      const there = order.ifExists === 'return' ? this.#presentFor(spec) : undefined
      if (there === undefined) {
        // One that a supervisor is asked for has no place before its turn comes.
        const underWay = order.ifExists === 'return' ? this.#underWayFor(spec) : undefined
        if (underWay === undefined) break
        await underWay.catch(() => undefined)
        continue
      }
      // One that is ending is no more than a place that is not free yet.
      const { life } = there
      if (life?.status === 'ending') {
        await whenGone(life)
        continue
      }
      await this.#underWay.get(there.id)
      const up = bornLifeOf(there)
      if (link && up !== undefined) starter?.link(up)
      if (monitor !== undefined) starter?.monitor(monitor, up, there.id)
      return there.id
    }
    const spawned = supervision === undefined ? this.#spawnNew(order) : this.#spawnSupervised(order, supervision)
    return isThenable(spawned) ? this.#noted(spec, spawned) : spec.id
  }

  async #noted({ id }: ActorSpec, spawned: Promise<void>): Promise<ActorId> {
    if (!this.#underWay.has(id)) this.#underWay.set(id, spawned)
    try {
      await spawned
    } finally {
      if (this.#underWay.get(id) === spawned) this.#underWay.delete(id)
    }
    return id
  }

  #underWayFor({ id, name }: ActorSpec): Promise<void> | undefined {
    return this.#underWay.get(id) ?? (name === undefined ? undefined : this.#underWayByName.get(name))
  }

  async #spawnSupervised(order: SpawnOrder, supervision: Supervision): Promise<void> {
    const { cells, names, startSupervised } = this.#parts
    const { id, name } = order.spec
    if (cells.has(id) || this.#underWay.has(id)) throw keyTaken(id)
    const owner = name === undefined ? undefined : names.ownerOf(name)
    if (owner !== undefined) throw new SpawnError({ problem: 'already-started', actor: id, reason: killed, owner })
    const starting = startSupervised(order, supervision)
    if (name !== undefined) this.#underWayByName.set(name, starting)
    try {
      await starting
    } finally {
      if (name !== undefined && this.#underWayByName.get(name) === starting) this.#underWayByName.delete(name)
    }
    if (order.monitor !== undefined) order.starter?.monitor(order.monitor, bornLifeOf(cells.get(id)), id)
  }

  /** Who has the key or the name still, and ends because an earlier incarnation of the same owner has ended. */
  #leavingFor({ spec: { id, name }, starter }: SpawnOrder): Life | undefined {
    if (starter === undefined) return undefined
    const owner = name === undefined ? undefined : this.#parts.names.ownerOf(name)
    return this.#leavingAt(id, starter) ?? (owner === undefined ? undefined : this.#leavingAt(owner, starter))
  }

  #leavingAt(id: ActorId, starter: Life): Life | undefined {
    const life = this.#parts.cells.get(id)?.life
    return life !== undefined && this.#parts.owners.isLeavingWith(life, starter.id) ? life : undefined
  }

  /** Who has the name, or else the key, of an actor that is to be spawned. */
  #presentFor({ id, name, behavior }: ActorSpec): ActorCell | undefined {
    const { cells, names } = this.#parts
    const cell = cells.get((name === undefined ? undefined : names.ownerOf(name)) ?? id)
    if (cell !== undefined && cell.spec.behavior.name !== behavior.name)
      throw new ConfigurationError({
        path: 'spawn: ifExists',
        rule: `must find an actor of the kind "${behavior.name}"`,
        value: cell.spec.behavior.name,
        remedy: `${cell.label} is there; take another name or key`,
      })
    return cell
  }

  #spawnNew({ spec, starter, link, monitor, timeoutMs, owned }: SpawnOrder): void | Promise<void> {
    const { cells, places, names, owners } = this.#parts
    const { id, name } = spec
    if (cells.has(id)) throw keyTaken(id)
    if (name !== undefined && !names.claim(name, id))
      throw new SpawnError({ problem: 'already-started', actor: id, reason: killed, owner: names.ownerOf(name) })
    const cell = places.add(spec)
    cell.isFleeting = true
    let born: Life | undefined
    const bind = (life: Life): void => {
      born = life
      life.starter = link || monitor !== undefined ? starter?.id : undefined
      if (owned !== undefined && starter !== undefined) owners.bind(life, starter, owned)
      if (link) starter?.link(life)
      if (monitor !== undefined) starter?.monitor(monitor, life, id)
    }
    const starting = startActor(cell, { cause: 'first', reason: undefined, parent: undefined, bind })
    if (isThenable(starting)) return this.#awaitStart(id, starting, { born, starter, timeoutMs })
    refuseUnlessStarted(id, starting)
  }

  async #awaitStart(
    id: ActorId,
    starting: Promise<Started>,
    { born, starter, timeoutMs }: { born: Life | undefined; starter: Life | undefined; timeoutMs: number },
  ): Promise<void> {
    let isLate = false
    const giveUp = (): void => {
      isLate = true
      if (born !== undefined) starter?.unlink(born)
      born?.end(killed, 'kill')
    }
    const timer = timeoutMs === Infinity ? undefined : this.#parts.clock.setTimer(timeoutMs, giveUp)
    const started = await Promise.race([starting, failureOf(born)])
    timer?.cancel()
    if (isLate && started.status !== 'started') throw new SpawnError({ problem: 'timeout', actor: id, reason: killed })
    refuseUnlessStarted(id, started)
  }
}

function refuseUnlessStarted(id: ActorId, started: Started): void {
  if (started.status === 'ignored') throw new SpawnError({ problem: 'ignored', actor: id, reason: normal })
  if (started.status === 'failed') throw new SpawnError({ problem: 'failed', actor: id, reason: started.reason })
}

function keyTaken(id: ActorId): ConfigurationError {
  return new ConfigurationError({ path: 'spawn: key', rule: 'must not be the key of an actor that is there', value: id })
}

function bornLifeOf(cell: ActorCell | undefined): Life | undefined {
  return cell?.life?.isBorn === true ? cell.life : undefined
}

/** A start can be given up before `initial` is done. Whoever ends by ignoring is told so by the start itself. */
function failureOf(life: Life | undefined): Promise<Started> {
  return new Promise((resolve) => {
    life?.whenEnded((reason) => {
      if (reason.type !== 'normal') resolve({ status: 'failed', reason })
    })
  })
}
