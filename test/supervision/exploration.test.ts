import { describe, expect, it } from 'vitest'
import { isRunning, type Child } from '../../src/supervision/machine/children.ts'
import type { Command, Decision } from '../../src/supervision/machine/commands.ts'
import { CopiedChildren } from '../../src/supervision/machine/copied-children.ts'
import { createDecider, type Decider, type SupervisorInput } from '../../src/supervision/machine/decider.ts'
import { explain } from '../../src/supervision/machine/explain.ts'
import type { Fact } from '../../src/supervision/machine/facts.ts'
import { isClosed } from '../../src/supervision/machine/gates.ts'
import { strategies } from '../../src/supervision/specs/strategy.ts'
import { possibleFacts, standingAfter, type Standing } from './possible-facts.ts'
import { worker } from './children-specs.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

/** A supervisor on one of all its ways, with what must be true of it. */
interface Way extends Standing {
  /** The incarnations that run, as `id#number`. */
  readonly live: ReadonlySet<string>
  /** The ids that have been given to it and not been forgotten. */
  readonly known: ReadonlySet<string>
  /** Restarts so far. */
  readonly restarts: number
  readonly unanswered: readonly number[]
  /** The last fact was a call that hurries a child. */
  readonly hasHurried: boolean
  /** What happened, to be told when an invariant breaks. */
  readonly story: Story | undefined
}

interface Story {
  readonly before: Story | undefined
  readonly fact: Fact
  readonly commands: readonly Command[]
}

const restarts = 2
const backoff = { minMs: 100, maxMs: 1_000, factor: 2, jitter: 'none', resetAfterMs: 5_000 } as const
const decide = () => undefined
const independent = true
const intensity = { restarts, withinMs: 5_000 }

const inputs: readonly [string, SupervisorInput][] = [
  ...strategies.map((strategy): [string, SupervisorInput] => [
    strategy,
    supervisorOf(strategy, 'a b:transient c', { intensity }),
  ]),
  ['one_for_all with a temporary child', supervisorOf('one_for_all', 'a b:temporary c', { intensity })],
  [
    'rest_for_one with automatic shutdown',
    supervisorOf('rest_for_one', 'a b:transient! c:temporary!', { intensity, autoShutdown: 'all_significant' }),
  ],
  ['dynamic', dynamicOf('a b:transient c:temporary', { intensity })],
  ...strategies.map((strategy): [string, SupervisorInput] => [
    `${strategy} with backoff`,
    supervisorOf(strategy, '', {
      intensity,
      children: [worker('a', { backoff }), worker('b', { restart: 'transient' }), worker('c', { backoff })],
    }),
  ]),
  ...strategies.map((strategy): [string, SupervisorInput] => [
    `${strategy} with limits of their own`,
    supervisorOf(strategy, '', {
      intensity,
      children: [worker('a', { maxRestarts: 1 }), worker('b', { backoff, maxRestarts: 1 }), worker('c')],
    }),
  ]),
  ...strategies.map((strategy): [string, SupervisorInput] => [
    `${strategy} with decide`,
    supervisorOf(strategy, '', {
      intensity,
      children: [worker('a', { decide }), worker('b', { restart: 'temporary', backoff, decide }), worker('c')],
    }),
  ]),
  ...strategies.flatMap((strategy) =>
    [undefined, backoff].map((patience): [string, SupervisorInput] => [
      `${strategy} with gates${patience === undefined ? '' : ' and backoff'}`,
      supervisorOf(strategy, '', {
        intensity,
        children: [
          worker('a', { gate: 'c' }),
          worker('b', { gate: 'a' }),
          worker('c', patience === undefined ? {} : { backoff: patience }),
        ],
      }),
    ]),
  ),
  ...strategies.map((strategy): [string, SupervisorInput] => [
    `${strategy} with independent children`,
    supervisorOf(strategy, '', {
      intensity,
      children: [worker('a'), worker('b', { independent }), worker('c', { independent })],
    }),
  ]),
  ['dynamic with backoff', dynamicOf('', { intensity, children: [worker('a', { backoff }), worker('b', { backoff })] })],
]

/** Timers and what else is beyond OTP make many more ways. */
const depthOf = ({ children }: SupervisorInput): number => (children.every((spec) => Object.keys(spec).length === 6) ? 8 : 7)

describe('on every way that the facts can take, to a depth of 8', () => {
  it.each(inputs)('%s: the invariants hold', (_, input) => {
    const { ways, states } = explore(input, depthOf(input))
    expect(ways).toBeGreaterThan(2_000)
    expect(states).toContain('done')
    expect(states.length).toBeGreaterThanOrEqual(input.kind === 'dynamic' || input.strategy === 'one_for_one' ? 7 : 8)
  })
})

/** Takes every way; two ways that have come to the same place go on as one. */
function explore(input: SupervisorInput, depth: number): { readonly ways: number; readonly states: string[] } {
  const first = firstWay(input)
  const seen = new Set([placeOf(first)])
  const states = new Set<string>([first.decider.state])
  let ways = 0
  let front: Way[] = [first]
  for (let level = 1; level <= depth; level += 1) {
    const further: Way[] = []
    for (const way of front)
      for (const fact of possibleFacts(way)) {
        const next = follow(way, fact)
        ways += 1
        states.add(next.decider.state)
        if (level === depth) continue
        const place = placeOf(next)
        if (seen.has(place)) continue
        seen.add(place)
        further.push(next)
      }
    front = further
  }
  return { ways, states: [...states] }
}

function firstWay(input: SupervisorInput): Way {
  const decider = createDecider(input, (children) => new CopiedChildren(children))
  const commands = decider.start()
  const standing = { decider, outstanding: undefined, retries: [], delays: [], next: 1, nowMs: 0 }
  const known = new Set(input.children.map(({ id }) => id))
  const way: Way = { ...standing, live: new Set(), known, restarts: 0, unanswered: [], hasHurried: false, story: undefined }
  const first = { ...way, ...standingAfter(standing, undefined, commands) }
  check(first, commands)
  return first
}

function follow(way: Way, fact: Fact): Way {
  const decider = way.decider.fork()
  const commands = decider.decide(fact)
  const next: Way = {
    ...way,
    ...standingAfter({ ...way, decider }, fact, commands),
    live: liveAfter(way, fact),
    known: knownAfter(way, fact, commands),
    restarts: way.restarts + (isRestart(fact, commands, decider.state) ? 1 : 0),
    unanswered: unansweredAfter(way, fact, commands),
    hasHurried: fact.type === 'asked' && fact.request.type === 'restartChild',
    story: { before: way.story, fact, commands },
  }
  check(next, commands)
  return next
}

function linesOf(story: Story | undefined): readonly string[] {
  if (story === undefined) return []
  const { before, fact, commands } = story
  return [...linesOf(before), JSON.stringify(fact), ...commands.map((command) => `  ${JSON.stringify(command)}`)]
}

function check(way: Way, commands: readonly Command[]): void {
  const { decider, live, story } = way
  const table = decider.children.all()
  const holds = (invariant: string, isTrue: boolean): void => {
    if (!isTrue) throw new Error([`broken: ${invariant}`, ...linesOf(story)].join('\n'))
  }
  const effects = commands.filter((command) => command.type === 'start' || command.type === 'stop')
  holds(
    'at most one start or stop, and it comes last',
    effects.length === 0 || (effects.length === 1 && effects[0] === commands.at(-1)),
  )

  holds(
    'nobody is asked to start or stop nothing',
    effects.every((command) => command.orders.length > 0),
  )

  const liveIds = [...live].map((incarnation) => incarnation.split('#')[0])
  holds('no child has two live incarnations', new Set(liveIds).size === liveIds.length)
  for (const { spec } of startOrders(commands)) holds('no child is started that runs', !liveIds.includes(spec.id))

  holds('no more restarts than allowed', way.restarts <= restarts && decider.budgetLeft(0) === restarts - way.restarts)
  for (const { spec, cause } of startOrders(commands)) {
    const isAsked = cause === 'request' || cause === 'first' || way.hasHurried
    const comesToo = startOrders(commands).some((order) => order.spec.id === spec.gate)
    holds('no child is restarted while its gate is closed', isAsked || comesToo || !isClosed(decider, spec))
  }
  holds(
    'no child is restarted more often than in its life',
    table.every(({ spec, restarts }) => restarts <= (spec.maxRestarts ?? Infinity)),
  )
  holds('no child is forgotten, none is made up', sameSet(new Set(table.map(({ spec }) => spec.id)), way.known))
  holds('every call is answered once', way.unanswered.length <= (decider.state === 'running' || decider.state === 'done' ? 0 : 1))
  if (decider.state === 'running')
    for (const child of table) {
      holds(`something is coming for "${child.spec.id}", which restarts`, child.status !== 'restarting' || isExpected(child, way))
      holds('who waits is restarting', child.wait === undefined || child.status === 'restarting')
    }
  if (decider.state === 'running' || decider.state === 'done')
    holds(
      'those run that are said to',
      sameSet(live, new Set(table.filter(isRunning).map(({ spec, incarnation }) => `${spec.id}#${incarnation}`))),
    )
  holds('nobody lives at the end', decider.state !== 'done' || live.size === 0)

  const order = table.map(({ spec }) => spec.id)
  const starts = startOrders(commands).map(({ spec }) => order.indexOf(spec.id))
  const stops = commands.flatMap((command) => (command.type === 'stop' ? command.orders : []))
  holds('starts in order', isAscending(starts))
  holds('stops in reverse order', isAscending(stops.map(({ id }) => -order.indexOf(id))))
  holds(
    'only those are stopped that run',
    stops.every(({ id, incarnation }) => live.has(`${id}#${incarnation}`)),
  )
}

function liveAfter({ live, outstanding }: Way, fact: Fact): ReadonlySet<string> {
  const next = new Set(live)
  if (fact.type === 'exited') next.delete(`${fact.id}#${fact.incarnation}`)
  if (fact.type === 'stopped' && outstanding?.type === 'stop')
    for (const { id, incarnation } of outstanding.orders) next.delete(`${id}#${incarnation}`)
  if (fact.type === 'started')
    for (const result of fact.results) if (result.status === 'started') next.add(`${result.id}#${result.incarnation}`)
  return next
}

function knownAfter({ known }: Way, fact: Fact, commands: readonly Command[]): ReadonlySet<string> {
  const next = new Set(known)
  if (fact.type === 'asked' && fact.request.type === 'startChild') next.add(fact.request.spec.id)
  for (const command of commands) if (command.type === 'forget') next.delete(command.id)
  return next
}

function unansweredAfter({ unanswered }: Way, fact: Fact, commands: readonly Command[]): readonly number[] {
  const asked = fact.type === 'asked' ? [...unanswered, fact.ticket] : unanswered
  const answered = commands.flatMap((command) => (command.type === 'reply' ? [command.ticket] : []))
  if (answered.some((ticket) => !asked.includes(ticket))) throw new Error('an answer to nobody')
  return asked.filter((ticket) => !answered.includes(ticket))
}

function isRestart(fact: Fact, commands: readonly Command[], state: string): boolean {
  const [decision] = decisionsOf(commands)
  if (fact.type === 'retry' && decision !== undefined) return decision.decided === 'retry'
  if (fact.type === 'retry') return state === 'stoppingGroup' || state === 'startingGroup'
  return decision?.decided === 'restart'
}

/** Whether a child that is down will be started, if nobody does anything more. */
function isExpected({ spec: { id }, wait }: Child, { decider, retries, delays }: Way): boolean {
  switch (wait?.for) {
    case 'gate':
      return isClosed(decider, decider.children.get(id)?.spec ?? worker(id))
    case 'turn':
    case undefined:
      return retries.includes(id)
    case 'delay':
      return delays.some((delay) => delay.id === id && delay.round === wait.round)
    case 'group':
      return decider.children.all().some((sibling) => sibling.wait?.for === 'delay')
  }
}

function decisionsOf(commands: readonly Command[]): readonly Decision[] {
  return commands.flatMap((command) => (command.type === 'decided' ? [explain(command.occasion)] : []))
}

function startOrders(commands: readonly Command[]) {
  return commands.flatMap((command) => (command.type === 'start' ? command.orders : []))
}

/** All that decides how it goes on; the numbers of incarnations do not. */
function placeOf({ decider, outstanding, retries, delays, restarts }: Way): string {
  const children = decider.children
    .all()
    .map(({ spec, status, nextCause, wait, failures, restarts, isUnhealthy }) => [
      spec.id,
      status,
      nextCause,
      wait?.for,
      failures,
      restarts,
      isUnhealthy,
    ])
  // Of the timers that nobody waits for any more it makes no difference which they are.
  const live = delays.map(({ id, round }) => [id, isAwaited(decider, id, round)])
  const starts = outstanding?.type === 'start' ? outstanding.orders.map(({ spec }) => spec.id) : []
  const stops = outstanding?.type === 'stop' ? outstanding.orders.map(({ id }) => id) : []
  return JSON.stringify([decider.state, children, starts, stops, retries, live, restarts])
}

function isAwaited(decider: Decider, id: string, round: number): boolean {
  const wait = decider.children.get(id)?.wait
  return wait?.for === 'delay' && wait.round === round
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || (numbers[index - 1] ?? 0) < number)
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item))
}
