import { isDeepStrictEqual } from 'node:util'
import type { SimulationEvent } from '../../src/app/simulated-system.ts'
import type { ActorId } from '../../src/protocol/actor-id.ts'
import type { SupervisorInput } from '../../src/supervision/machine/decider.ts'
import { replay, type ReplayedStep } from '../../src/supervision/machine/replay.ts'

// What holds of every history of a tree, whatever happens in it.

/** Who lives after these events, with the number of the incarnation. */
export function aliveAfter(events: readonly SimulationEvent[]): ReadonlyMap<ActorId, number> {
  const alive = new Map<ActorId, number>()
  for (const event of events) {
    if (event.type === 'started') alive.set(event.id, event.incarnation)
    if (event.type === 'exited' && alive.get(event.id) === event.incarnation) alive.delete(event.id)
  }
  return alive
}

/** No child ever has two live incarnations, and none ends that did not live. */
export function doubles(events: readonly SimulationEvent[]): string[] {
  const alive = new Map<ActorId, number>()
  const problems: string[] = []
  for (const event of events) {
    if (event.type === 'started') {
      if (alive.has(event.id)) problems.push(`there are two of ${event.id}`)
      alive.set(event.id, event.incarnation)
    } else if (event.type === 'exited') {
      if (alive.get(event.id) !== event.incarnation) problems.push(`${event.id}#${event.incarnation} ended without having lived`)
      alive.delete(event.id)
    }
  }
  return problems
}

/** The machine makes the same commands of the same facts. */
export function whims(events: readonly SimulationEvent[]): string[] {
  const lives = new Map<string, { readonly input: SupervisorInput; readonly steps: ReplayedStep[] }>()
  for (const event of events) {
    if (event.type === 'supervisor began') lives.set(`${event.id}#${event.incarnation}`, { input: event.input, steps: [] })
    if (event.type === 'supervisor step')
      lives.get(`${event.id}#${event.incarnation}`)?.steps.push({ fact: event.fact, commands: event.commands })
  }
  return [...lives].flatMap(([life, { input, steps }]) => {
    if (steps.length === 0) return []
    const again = replay(
      input,
      steps.flatMap(({ fact }) => (fact === undefined ? [] : [fact])),
    )
    return isDeepStrictEqual(again, steps) ? [] : [`${life} decides otherwise when it is replayed`]
  })
}
