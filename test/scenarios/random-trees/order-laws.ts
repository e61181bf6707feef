import type { SimulationEvent } from '../../../src/app/simulated-system.ts'
import { childId, keyOf, parentOf, type ActorId } from '../../../src/protocol/actor-id.ts'
import type { ExitReason } from '../../../src/protocol/exit-reason.ts'
import { keyAt, supervisorsOf } from './grown-tree.ts'
import type { Plan, SupervisorPlan } from './plan.ts'

/** What a run of one incarnation of a supervisor is, with what happens to its children in between. */
type Step = Extract<SimulationEvent, { type: 'supervisor step' }>

/** What is against one of the laws of order. */
interface Breach {
  readonly law: 'starts' | 'stops' | 'restarts'
  readonly what: string
}

/** Children start in the order of the declaration, one after another. */
export function disorderedStarts(events: readonly SimulationEvent[], plan: Plan): string[] {
  return breachesOf('starts', events, plan)
}

/** They stop in reverse. */
export function disorderedStops(events: readonly SimulationEvent[], plan: Plan): string[] {
  return breachesOf('stops', events, plan)
}

/** A restart takes along whom the strategy says, who are all down before the first of them starts. */
export function wrongGroups(events: readonly SimulationEvent[], plan: Plan): string[] {
  return breachesOf('restarts', events, plan)
}

function breachesOf(law: Breach['law'], events: readonly SimulationEvent[], plan: Plan): string[] {
  return disorder(events, plan).flatMap((breach) => (breach.law === law ? [breach.what] : []))
}

function disorder(events: readonly SimulationEvent[], plan: Plan): readonly Breach[] {
  const plans = new Map(supervisorsOf(plan.tree))
  const alive = new Map<ActorId, number>()
  const dead = new Set<ActorId>()
  const under = new Map<ActorId, { readonly does: 'start' | 'stop'; readonly ids: readonly string[]; last: number }>()
  const restarted = new Map<ActorId, string>()
  const breaches: Breach[] = []
  const broken = (law: Breach['law'], what: string): void => void breaches.push({ law, what })

  const look = ({ id, fact, commands }: Step): void => {
    const supervisor = plans.get(id)
    if (supervisor?.kind !== 'supervisor') return
    under.delete(id)
    if (fact?.type === 'exited' || fact?.type === 'retry') restarted.set(id, fact.id)
    else if (fact?.type !== 'stopped') restarted.delete(id)
    const effect = commands.at(-1)
    if (effect?.type !== 'start' && effect?.type !== 'stop') return
    const ids = effect.type === 'start' ? effect.orders.map(({ spec }) => spec.id) : effect.orders.map((order) => order.id)
    const places = ids.map(placeOf)
    if (!isAscending(effect.type === 'start' ? places : places.toReversed()))
      broken(`${effect.type}s`, `${id} ${effect.type}s ${ids.join()}`)
    under.set(id, { does: effect.type, ids, last: effect.type === 'start' ? -1 : Infinity })
    const cause = restarted.get(id)
    if (effect.type === 'start' && cause !== undefined) group(id, supervisor, cause, ids)
  }
  const group = (id: ActorId, { strategy, children }: SupervisorPlan, cause: string, ids: readonly string[]): void => {
    const all = children.map((_, index) => keyAt(index))
    const members = strategy === 'one_for_one' ? [cause] : strategy === 'one_for_all' ? all : all.slice(placeOf(cause))
    const expected = members.filter((key) => children[placeOf(key)]?.restart !== 'temporary')
    const name = id || 'root'
    if (expected.join() !== ids.join())
      broken('restarts', `${name} restarts ${ids.join()} for ${cause}, ${strategy}: ${expected.join()}`)
    const left = members.filter((key) => alive.has(childId(id, key)))
    if (left.length > 0) broken('restarts', `${name} restarts for ${cause} while ${left.join()} still runs`)
  }
  const follow = (id: ActorId, does: 'start' | 'stop'): void => {
    const parent = parentOf(id)
    const row = parent === undefined ? undefined : under.get(parent)
    const key = keyOf(id)
    if (row?.does !== does || !row.ids.includes(key)) return
    // Those that a killed supervisor leaves behind are killed in no order.
    if (does === 'stop' && ancestorsOf(id).some((ancestor) => dead.has(ancestor))) return
    const place = placeOf(key)
    if (does === 'start' ? place <= row.last : place >= row.last) broken(`${does}s`, `${id} ${does}s out of its turn`)
    row.last = place
  }

  for (const event of events) {
    if (event.type === 'supervisor step') look(event)
    if (event.type === 'supervisor began') {
      dead.delete(event.id)
      restarted.delete(event.id)
    }
    if (event.type === 'started') {
      alive.set(event.id, event.incarnation)
      follow(event.id, 'start')
    }
    if (event.type === 'exited') {
      alive.delete(event.id)
      dead.add(event.id)
      under.delete(event.id)
      // One that ends by itself meanwhile does so when it likes.
      if (isStop(event.reason) && !plans.has(event.id)) follow(event.id, 'stop')
    }
  }
  return breaches
}

function ancestorsOf(id: ActorId): ActorId[] {
  const parent = parentOf(id)
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)]
}

function isStop(reason: ExitReason): boolean {
  return reason.type === 'shutdown' || reason.type === 'killed'
}

function placeOf(key: string): number {
  return key.charCodeAt(0) - 'a'.charCodeAt(0)
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || (numbers[index - 1] ?? 0) < number)
}
