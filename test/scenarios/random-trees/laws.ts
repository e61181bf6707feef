import type { SimulationEvent } from '../../../src/app/simulated-system.ts'
import { childId, keyOf, parentOf, type ActorId } from '../../../src/protocol/actor-id.ts'
import type { ExitReason } from '../../../src/protocol/exit-reason.ts'
import { outcomeOf } from '../../../src/supervision/machine/explain.ts'
import type { RestartType } from '../../../src/supervision/specs/restart-type.ts'
import { aliveAfter, doubles, whims } from '../../support/history.ts'
import { keyAt, supervisorsOf } from './grown-tree.ts'
import { disorderedStarts, disorderedStops, wrongGroups } from './order-laws.ts'
import type { Plan } from './plan.ts'

/** What holds of every history, at every moment, by its name; each says what is wrong. */
export const historyLaws: Readonly<Record<string, (events: readonly SimulationEvent[], plan: Plan) => readonly string[]>> = {
  'no child has two live incarnations': doubles,
  'children start in order': disorderedStarts,
  'children stop in reverse order': disorderedStops,
  'a restart takes along whom the strategy says, all of them down before': wrongGroups,
  'the budget is spent to the end, and no further': overspending,
  'the same facts make the same commands': whims,
}

/** No more restarts in any window than allowed; who gives up has used them all, and ends. */
export function overspending(events: readonly SimulationEvent[], plan: Plan): string[] {
  const plans = new Map(supervisorsOf(plan.tree))
  const times = new Map<string, number[]>()
  const due = new Map<string, number>()
  const gaveUp = new Set<string>()
  const problems: string[] = []
  for (const event of events) {
    if (event.type === 'exited') gaveUp.delete(`${event.id}#${event.incarnation}`)
    // A place that was given up counts its incarnations anew.
    if (event.type === 'supervisor began') times.delete(`${event.id}#${event.incarnation}`)
    if (event.type !== 'supervisor step') continue
    const supervisor = plans.get(event.id)
    if (supervisor === undefined) continue
    const life = `${event.id}#${event.incarnation}`
    const { fact, commands } = event
    const mine = times.get(life) ?? []
    times.set(life, mine)
    const inWindow = (nowMs: number): number => mine.filter((timeMs) => nowMs - timeMs <= supervisor.withinMs).length
    if (fact?.type === 'exited' || fact?.type === 'retry') due.set(life, fact.nowMs)
    else if (fact?.type !== 'stopped') due.delete(life)
    const dueMs = due.get(life)
    if (dueMs !== undefined && commands.at(-1)?.type === 'start') {
      due.delete(life)
      mine.push(dueMs)
      const count = inWindow(dueMs)
      if (count > supervisor.restarts) problems.push(`${life} restarts ${count} times in ${supervisor.withinMs} ms`)
      if (gaveUp.has(life)) problems.push(`${life} restarts after it gave up`)
    }
    if (
      dueMs !== undefined &&
      commands.some((command) => command.type === 'decided' && outcomeOf(command.occasion.verdict) === 'give up')
    ) {
      gaveUp.add(life)
      const count = inWindow(dueMs)
      if (count !== supervisor.restarts) problems.push(`${life} gives up after ${count} of ${supervisor.restarts} restarts`)
    }
  }
  return [...problems, ...[...gaveUp].map((life) => `${life} gave up and goes on`)]
}

/** Once all is calm, every child runs that its living supervisor has to keep running. */
export function forgotten(events: readonly SimulationEvent[], plan: Plan): string[] {
  const alive = aliveAfter(events)
  const last = lastExits(events)
  const members = membersAfter(events)
  return supervisorsOf(plan.tree).flatMap(([id, node]) => {
    if (!alive.has(id)) return []
    const wanted =
      node.kind === 'dynamic'
        ? [...(members.get(id) ?? [])].map((key) => [childId(id, key), node.members.restart] as const)
        : node.children.map((inner, index) => [childId(id, keyAt(index)), inner.restart] as const)
    return wanted
      .filter(([child, restart]) => mustRun(restart, last.get(child)))
      .filter(([child]) => !alive.has(child))
      .map(([child, restart]) => `${child} is ${restart} and forgotten`)
  })
}

/** Nobody runs whose supervisor does not. */
export function orphans(events: readonly SimulationEvent[]): string[] {
  const alive = aliveAfter(events)
  return [...alive.keys()].flatMap((id) => {
    const parent = parentOf(id)
    return parent === undefined || alive.has(parent) ? [] : [`${id} is an orphan`]
  })
}

/** The members that each dynamic supervisor has been given and has not been told to stop. */
function membersAfter(events: readonly SimulationEvent[]): ReadonlyMap<ActorId, ReadonlySet<string>> {
  const members = new Map<ActorId, Set<string>>()
  for (const event of events) {
    if (event.type === 'supervisor began') members.set(event.id, new Set(event.input.children.map((spec) => spec.id)))
    if (event.type === 'started') members.get(parentOf(event.id) ?? '')?.add(keyOf(event.id))
    if (event.type === 'supervisor step' && event.fact?.type === 'asked' && event.fact.request.type === 'terminateChild')
      members.get(event.id)?.delete(event.fact.request.id)
  }
  return members
}

function lastExits(events: readonly SimulationEvent[]): ReadonlyMap<ActorId, ExitReason> {
  return new Map(events.flatMap((event) => (event.type === 'exited' ? [[event.id, event.reason] as const] : [])))
}

/** Said once more, so that a wrong rule is not its own judge. */
function mustRun(restart: RestartType, last: ExitReason | undefined): boolean {
  const isOrderly = last === undefined || last.type === 'normal' || last.type === 'shutdown'
  return restart === 'permanent' || (restart === 'transient' && !isOrderly)
}
