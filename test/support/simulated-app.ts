import { expect, onTestFinished } from 'vitest'
import {
  simulatedSystem,
  type SimulatedSystem,
  type SimulationEvent,
  type SimulationOptions as SystemOptions,
} from '../../src/testing/index.ts'
import type { CoppiceEvent, EventListener } from '../../src/app/events.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { Store } from '../../src/runtime/persistence.ts'
import type { SupervisorNode } from '../../src/supervision/trees/tree.ts'
import { doubles, whims } from './history.ts'

type Kept = 'app' | 'tree' | 'clock' | 'scheduler' | 'settle' | 'advance' | 'until'

/** A tree on a virtual clock, whose every order one seed decides, without faults. */
export type SimulatedApp<Tree> = Pick<SimulatedSystem<Tree>, Kept> & {
  /** Everything that has happened, in order. */
  readonly events: readonly CoppiceEvent[]
}

/** All that a simulation takes but what goes wrong, and what this decides. */
export interface SimulationOptions extends Omit<SystemOptions, 'faults' | 'replay' | 'allowReal' | 'store' | 'onEvent'> {
  /** A memory store of its own if not given. */
  readonly store?: Store
  readonly onEvent?: EventListener
}

export async function simulated<Tree>(tree: SupervisorNode<Tree>, options: SimulationOptions = {}): Promise<SimulatedApp<Tree>> {
  return begin(tree, { store: memory(), ...options })
}

/** As {@link simulated}, in a tree without a store. */
export async function simulatedWithoutStore<Tree>(
  tree: SupervisorNode<Tree>,
  options: Omit<SimulationOptions, 'store'> = {},
): Promise<SimulatedApp<Tree>> {
  return begin(tree, { ...options, store: false })
}

async function begin<Tree>(
  tree: SupervisorNode<Tree>,
  { onEvent, ...options }: Omit<SimulationOptions, 'store'> & { readonly store: Store | false },
): Promise<SimulatedApp<Tree>> {
  // Without faults, and with the real world let in, there are no events but those of the tree.
  const listen = onEvent && { onEvent: (event: SimulationEvent) => onEvent(event as CoppiceEvent) }
  const sim = await simulatedSystem(tree, { ...options, ...listen, allowReal: true })
  const { app, clock, scheduler, events, settle, advance, until } = sim
  onTestFinished(() => {
    expect([...doubles(events), ...whims(events)], 'what holds of every history').toEqual([])
  })
  return { app, tree: app.tree, clock, scheduler, events: events as readonly CoppiceEvent[], settle, advance, until }
}

/** The events of one type. */
export function eventsOf<Type extends CoppiceEvent['type']>(
  events: readonly CoppiceEvent[],
  type: Type,
): Extract<CoppiceEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<CoppiceEvent, { type: Type }> => event.type === type)
}

/** Starts and exits in a few words each, in order: `a#1 started`, `a#1 exited crash: boom`. */
export function lives(events: readonly CoppiceEvent[]): string[] {
  const told: string[] = []
  for (const event of events) {
    if (event.type === 'started') told.push(`${event.id === '' ? 'root' : event.id}#${event.incarnation} started`)
    if (event.type === 'exited')
      told.push(`${event.id === '' ? 'root' : event.id}#${event.incarnation} exited ${event.reason.type}`)
  }
  return told
}
