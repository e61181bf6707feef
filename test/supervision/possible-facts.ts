import { crash, normal, shutdown } from '../../src/protocol/exit-reason.ts'
import { isRunning } from '../../src/supervision/machine/children.ts'
import type { Command, StartOrder } from '../../src/supervision/machine/commands.ts'
import type { Decider } from '../../src/supervision/machine/decider.ts'
import { wishes } from '../../src/supervision/specs/decide.ts'
import type { Fact, StartResult, SupervisorRequest } from '../../src/supervision/machine/facts.ts'
import { worker } from './children-specs.ts'

/** Where a supervisor stands, seen from outside. */
export interface Standing {
  readonly decider: Decider
  /** The `start` or `stop` command that is not answered yet. */
  readonly outstanding: Command | undefined
  /** Retries in its mailbox. */
  readonly retries: readonly string[]
  /** Timers that run, those that nobody waits for any more included. */
  readonly delays: readonly { readonly id: string; readonly round: number }[]
  /** The number of the next incarnation of any child, and of the next ticket. */
  readonly next: number
  readonly nowMs: number
}

/** Every fact that can come next: every outcome of what is under way, or every exit, retry and call. */
export function possibleFacts(standing: Standing): Fact[] {
  const { outstanding, nowMs } = standing
  if (outstanding?.type === 'start')
    return outcomes(standing, outstanding.orders).map((results) => ({ type: 'started', results, nowMs }))
  if (outstanding?.type === 'stop') return [{ type: 'stopped', nowMs }]
  return standing.decider.state === 'running'
    ? [
        ...exits(standing),
        ...retries(standing),
        ...dues(standing),
        ...reports(standing),
        ...calls(standing),
        { type: 'shutdown', reason: shutdown, nowMs },
      ]
    : []
}

/** All start; one of them fails; one of them says ignore. */
function outcomes({ next }: Standing, orders: readonly StartOrder[]): StartResult[][] {
  const ids = orders.map(({ spec }) => spec.id)
  const started = ids.map((id, index): StartResult => ({ id, status: 'started', incarnation: next + index }))
  const failing = ids.map((id, index): StartResult[] => {
    const failed: StartResult = { id, status: 'failed', reason: crash('no start') }
    return [...started.slice(0, index), failed, ...started.slice(index + 1, endOfBatch(orders, index))]
  })
  const failingTwice = failing.flatMap((results): StartResult[][] => {
    const last = results.at(-1)
    return last?.status === 'started'
      ? [[...results.slice(0, -1), { id: last.id, status: 'failed', reason: crash('no start either') }]]
      : []
  })
  const ignoring = ids.map((id, index) => started.with(index, { id, status: 'ignored' }))
  return [started, ...failing, ...failingTwice, ...ignoring]
}

function endOfBatch(orders: readonly StartOrder[], index: number): number {
  const behind = orders.findIndex(({ joins }, other) => other > index && joins !== true)
  return behind === -1 ? orders.length : behind
}

function exits({ decider, nowMs }: Standing): Fact[] {
  return decider.children.all().flatMap((child): Fact[] => {
    const {
      spec: { id },
      incarnation,
    } = child
    const stale: Fact = { type: 'exited', id, incarnation: incarnation - 1, reason: crash('late'), nowMs }
    if (!isRunning(child)) return [{ ...stale, incarnation }]
    const judgements = child.spec.decide === undefined ? [{}] : [{}, ...wishes.map((wish) => ({ wish }))]
    const own = [normal, crash('boom')].flatMap((reason) =>
      judgements.map((judgement): Fact => ({ type: 'exited', id, incarnation, reason, ...judgement, nowMs })),
    )
    return [stale, ...own]
  })
}

/** Retries keep their order in the mailbox. */
function retries({ retries: [id], nowMs }: Standing): Fact[] {
  return id === undefined ? [] : [{ type: 'retry', id, nowMs }]
}

/** Timers fire in any order. */
function dues({ delays, nowMs }: Standing): Fact[] {
  return delays.map(({ id, round }) => ({ type: 'due', id, round, nowMs }))
}

/** Those who are gates say whether they are well. */
function reports({ decider, nowMs }: Standing): Fact[] {
  const all = decider.children.all()
  const gates = all.filter(({ spec, status }) => status === 'running' && all.some((other) => other.spec.gate === spec.id))
  return gates.map(({ spec: { id }, incarnation, isUnhealthy }) => ({
    type: 'health',
    id,
    incarnation,
    isHealthy: isUnhealthy,
    nowMs,
  }))
}

function calls({ decider, next, nowMs }: Standing): Fact[] {
  const ids = decider.children.all().map(({ spec }) => spec.id)
  const requests = ids.flatMap((id): SupervisorRequest[] => [
    { type: 'terminateChild', id },
    { type: 'restartChild', id },
    { type: 'deleteChild', id },
  ])
  const added: SupervisorRequest = { type: 'startChild', spec: worker('n', { restart: 'transient' }) }
  const all: SupervisorRequest = { type: 'restartAll' }
  return [...requests, added, all, { type: 'countChildren' } as const].map((request) => ({
    type: 'asked',
    ticket: next,
    request,
    nowMs,
  }))
}

/** Where it stands after a fact and what was made of it. */
export function standingAfter(standing: Standing, fact: Fact | undefined, commands: readonly Command[]): Standing {
  const last = commands.at(-1)
  const waiting = fact?.type === 'retry' ? standing.retries.slice(1) : standing.retries
  return {
    ...standing,
    outstanding: last?.type === 'start' || last?.type === 'stop' ? last : undefined,
    retries: [...waiting, ...commands.flatMap((command) => (command.type === 'retry' ? [command.id] : []))],
    delays: [
      ...standing.delays.filter(({ round }) => fact?.type !== 'due' || fact.round !== round),
      ...commands.flatMap((command) => (command.type === 'delay' ? [{ id: command.id, round: command.round }] : [])),
    ],
    next: standing.next + (fact?.type === 'started' ? fact.results.length : 1),
  }
}
