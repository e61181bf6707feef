import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'
import type { SimulationEvent } from '../app/simulated-system.ts'
import type { App } from '../app/app.ts'
import type { StateSource } from '../runtime/behavior.ts'
import type { DeadLetterCause } from '../runtime/events.ts'
import type { SeededScheduler } from '../simulation/seeded-scheduler.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'
import { supervisorOf } from '../supervision/trees/supervisor-ref.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { matches } from './event-pattern.ts'
import { referenceAt } from './reference-at.ts'

/** What is looked at: a simulation of `simulate`, of a scenario, or of `simulatedSystem`. */
export interface Watched {
  readonly events: readonly SimulationEvent[]
  readonly app: App<unknown>
  readonly clock: Pick<VirtualClock, 'pending' | 'nextDueMs' | 'now'>
  readonly scheduler: Pick<SeededScheduler, 'isIdle'>
}

/** What a check has found. The two texts are compared by whoever shows a difference. */
export interface Check {
  readonly passes: boolean
  /** What is claimed, as the end of a sentence: `bank has been restarted 2 times`. */
  readonly claim: string
  readonly expected: unknown
  readonly actual: unknown
}

/** How an exit is described: by the type of its reason, by a part of its text, or by some of its fields. */
export type ExitPattern = ExitReason['type'] | RegExp | Readonly<Record<string, unknown>>

/** An actor was restarted by somebody so many times; at least once if that is not said. The death of the process is none. */
export function checkRestarted({ events }: Watched, path: ActorId, times?: number): Check {
  const restarts = events.filter(
    (event) => event.type === 'started' && event.id === path && event.cause !== 'first' && event.cause !== 'process',
  ).length
  return {
    passes: times === undefined ? restarts > 0 : restarts === times,
    claim: `${displayId(path)} has been restarted${times === undefined ? '' : ` ${times} times`}`,
    expected: { restarts: times ?? 'at least 1' },
    actual: { restarts, life: lifeOf(events, path) },
  }
}

/** An incarnation of an actor has ended, for this reason if one is given. */
export function checkExited({ events }: Watched, path: ActorId, reason?: ExitPattern): Check {
  const reasons = events.flatMap((event) => (event.type === 'exited' && event.id === path ? [event.reason] : []))
  const how = reason === undefined ? '' : ` with ${typeof reason === 'string' ? reason : 'that reason'}`
  return {
    passes: reasons.some((found) => reason === undefined || isReason(found, reason)),
    claim: `${displayId(path)} has exited${how}`,
    expected: reason ?? 'any exit',
    actual: reasons.map(describeReason),
  }
}

/** These actors started in this order, by their first starts. Others do not count. */
export function checkStartedInOrder({ events }: Watched, paths: readonly ActorId[]): Check {
  return checkOrder('started', orderOf(events, 'started', paths), paths)
}

/** These actors ended in this order, by their last ends. Others do not count. */
export function checkStoppedInOrder({ events }: Watched, paths: readonly ActorId[]): Check {
  return checkOrder('stopped', orderOf([...events].reverse(), 'exited', paths).reverse(), paths)
}

/** Nothing is scheduled any more: no turn, no commit, no timer. So what has not happened does not happen. */
export function checkIdle({ scheduler, clock, app }: Watched): Check {
  const queued = app.running().flatMap((id) => {
    const { queued = 0 } = app.inspect(id) ?? {}
    return queued === 0 ? [] : [`${displayId(id)} has ${queued} messages`]
  })
  const timers = clock.pending === 0 ? [] : [`${clock.pending} timers, the next in ${(clock.nextDueMs() ?? 0) - clock.now()} ms`]
  const work = scheduler.isIdle ? [] : ['work is in line']
  const scheduled = [...queued, ...timers, ...work]
  return { passes: scheduled.length === 0, claim: 'nothing is scheduled any more', expected: [], actual: scheduled }
}

/** A supervisor may still do so many restarts within its window. */
export function checkBudget({ app }: Watched, path: ActorId, left: number): Check {
  const info = supervisorOf(supervisorAt(app.tree, path)).inspect()
  const budget = info && { left: info.budgetLeft, of: info.intensity.restarts, withinMs: info.intensity.withinMs }
  return {
    passes: info?.budgetLeft === left,
    claim: `${displayId(path)} has ${left} restarts left`,
    expected: { ...budget, left },
    actual: budget ?? 'it does not run',
  }
}

/** The newest incarnation of an actor began with a state from there. */
export function checkRestoredFrom({ events }: Watched, path: ActorId, level: StateSource): Check {
  const sources = events.flatMap((event) => (event.type === 'started' && event.id === path ? [event.source] : []))
  return {
    passes: sources.at(-1) === level,
    claim: `${displayId(path)} was restored from ${level}`,
    expected: level,
    actual: sources.at(-1) ?? 'it has never started',
  }
}

/** Which dead letter is meant. */
export interface DeadLetterPattern {
  /** The handler that it was for. */
  readonly name?: string
  readonly why?: DeadLetterCause
}

/** A message for an actor was never applied. */
export function checkDeadLetter({ events }: Watched, path: ActorId, { name, why }: DeadLetterPattern = {}): Check {
  const letters = events.flatMap((event) =>
    event.type === 'dead letter' ? [{ to: event.id, name: event.message.name, why: event.why }] : [],
  )
  const wanted = { to: path, ...(name !== undefined && { name }), ...(why !== undefined && { why }) }
  return {
    passes: letters.some((letter) => matches(letter, wanted)),
    claim: `a message for ${displayId(path)} became a dead letter`,
    expected: wanted,
    actual: letters,
  }
}

/** A check in a sentence, for whoever has no difference to show. */
export function describeCheck({ claim, expected, actual }: Check, isNegated: boolean): string {
  if (isNegated) return `expected that it is not so that ${claim}; found ${JSON.stringify(actual)}`
  return `expected that ${claim}: wanted ${textOf(expected)}, found ${textOf(actual)}`
}

function textOf(value: unknown): string {
  return value instanceof RegExp ? String(value) : JSON.stringify(value)
}

function checkOrder(what: string, actual: readonly ActorId[], expected: readonly ActorId[]): Check {
  const isSame = actual.length === expected.length && actual.every((id, index) => id === expected[index])
  return { passes: isSame, claim: `${expected.map(displayId).join(', ')} ${what} in this order`, expected, actual }
}

/** Those of `paths` that events of this type are about, by the first of each. */
function orderOf(events: readonly SimulationEvent[], type: 'started' | 'exited', paths: readonly ActorId[]): ActorId[] {
  return [...new Set(events.flatMap((event) => (event.type === type && paths.includes(event.id) ? [event.id] : [])))]
}

function lifeOf(events: readonly SimulationEvent[], path: ActorId): readonly string[] {
  return events.flatMap((event) => {
    if (event.type === 'started' && event.id === path) return [`#${event.incarnation} started (${event.cause})`]
    if (event.type === 'exited' && event.id === path) return [`#${event.incarnation} exited (${describeReason(event.reason)})`]
    return []
  })
}

function isReason(reason: ExitReason, wanted: ExitPattern): boolean {
  if (typeof wanted === 'string') return reason.type === wanted
  return wanted instanceof RegExp ? wanted.test(describeReason(reason)) : matches(reason, wanted)
}

function supervisorAt(tree: unknown, path: ActorId): Parameters<typeof supervisorOf>[0] {
  const place = referenceAt(tree, path)
  if (place === undefined || place === null)
    throw new ConfigurationError({ path: 'toHaveBudget: path', rule: 'must be a supervisor of the tree', value: path })
  // What is no supervisor is refused by who is given it.
  return place as Parameters<typeof supervisorOf>[0]
}
