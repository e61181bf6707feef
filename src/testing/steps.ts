import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { describeReason } from '../protocol/exit-reason.ts'
import type { SimulationEvent } from '../app/simulated-system.ts'

/** A message that an actor began to handle. */
export interface Handling {
  readonly actor: ActorId
  readonly name: string
  readonly kind: string
  /** Nothing for one from outside. */
  readonly from: ActorId | undefined
}

/** One step of a simulation: a choice that was made, or a timer that came due, and what came of it. */
export interface SimStep {
  /** From 1. */
  readonly number: number
  /** Virtual time. */
  readonly atMs: number
  /** The choice, as in a schedule; nothing for a timer. */
  readonly choice: string | undefined
  /** True if it was not what runs by default. */
  readonly isDecision: boolean
  readonly handled: readonly Handling[]
  readonly events: readonly SimulationEvent[]
}

/** A step in a few words: `account handles read from ann`. */
export function describeStep(step: SimStep): string {
  const notes = step.events.flatMap((event) => notable(event) ?? [])
  return [did(step), ...notes].join('; ')
}

/** What an event tells of that a reader of a run has to know, in a few words; nothing for the others. */
export function notable(event: SimulationEvent): string | undefined {
  switch (event.type) {
    case 'exited':
      return `${displayId(event.id)}#${event.incarnation} ends: ${describeReason(event.reason)}`
    case 'started':
      return event.incarnation === 1 ? undefined : `${displayId(event.id)}#${event.incarnation} starts`
    case 'start failed':
      return `${displayId(event.id)} does not start: ${describeReason(event.reason)}`
    case 'dead letter':
      return `${event.message.name} for ${displayId(event.id)} is a dead letter (${event.why})`
    case 'fault':
      return `fault: ${event.what}`
    case 'process died':
      return `the process dies ${event.at}`
    default:
      return undefined
  }
}

function did({ choice, handled }: SimStep): string {
  const turns = handled.map(
    ({ actor, name, from }) => `${displayId(actor)} handles ${name}${from === undefined ? '' : ` from ${from}`}`,
  )
  if (turns.length > 0) return turns.join(', ')
  if (choice === undefined) return 'time goes by'
  if (choice === 'offer promises') return 'promises go on'
  if (choice.startsWith('defer store commit')) return 'the store commits'
  if (choice.startsWith('defer timer')) return 'a timer fires'
  if (choice.startsWith('run ')) return `${choice === 'run ""' ? 'the root' : choice.slice(4)} runs`
  return choice
}
