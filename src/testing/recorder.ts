import type { ActorId } from '../protocol/actor-id.ts'
import type { Message } from '../runtime/message.ts'
import type { SimulationEvent } from '../app/simulated-system.ts'
import type { Handling, SimStep } from './steps.ts'

interface OpenStep extends SimStep {
  readonly handled: Handling[]
  readonly events: SimulationEvent[]
}

/** Writes down what happens in each step of a simulation. What promises do after a step belongs to it. */
export class Recorder {
  readonly #steps: OpenStep[] = []

  get steps(): readonly SimStep[] {
    return this.#steps
  }

  begin(choice: string | undefined, atMs: number, isDecision: boolean): void {
    this.#steps.push({ number: this.#steps.length + 1, atMs, choice, isDecision, handled: [], events: [] })
  }

  handling(actor: ActorId, { name, kind, sender: from }: Message): void {
    this.#steps.at(-1)?.handled.push({ actor, name, kind, from })
  }

  tell(event: SimulationEvent): void {
    this.#steps.at(-1)?.events.push(event)
  }
}
