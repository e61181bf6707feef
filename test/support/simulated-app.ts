import { start, type App, type StartOptions } from '../../src/app/start.ts'
import type { CoppiceEvent } from '../../src/app/events.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { seededRandom } from '../../src/runtime/random.ts'
import type { Store } from '../../src/runtime/persistence.ts'
import { runUntilIdle } from '../../src/simulation/run-until-idle.ts'
import { createSeededScheduler, type SeededScheduler } from '../../src/simulation/seeded-scheduler.ts'
import { createVirtualClock, type VirtualClock } from '../../src/simulation/virtual-clock.ts'
import type { SupervisorNode } from '../../src/supervision/tree.ts'

/** A tree on a virtual clock, whose every order one seed decides. */
export interface SimulatedApp<Tree> {
  readonly app: App<Tree>
  readonly tree: Tree
  readonly clock: VirtualClock
  readonly scheduler: SeededScheduler
  /** Everything that has happened, in order. */
  readonly events: readonly CoppiceEvent[]
  /** Runs until nothing can happen any more without time going by. */
  settle(): Promise<void>
  /** Runs, and lets so much time go by. */
  advance(ms: number): Promise<void>
  /** Runs until the promise settles, with as much virtual time as that takes. */
  until<T>(promise: Promise<T>): Promise<T>
}

export interface SimulationOptions extends Omit<StartOptions, 'clock' | 'random' | 'scheduler'> {
  readonly seed?: number
  /** Nothing, for a tree without a store; a memory store of its own if not given. */
  readonly store?: Store
  readonly clock?: VirtualClock
}

export async function simulated<Tree>(tree: SupervisorNode<Tree>, options: SimulationOptions = {}): Promise<SimulatedApp<Tree>> {
  return begin(tree, { store: memory(), ...options })
}

/** As {@link simulated}, in a tree without a store. */
export async function simulatedWithoutStore<Tree>(
  tree: SupervisorNode<Tree>,
  options: Omit<SimulationOptions, 'store'> = {},
): Promise<SimulatedApp<Tree>> {
  return begin(tree, options)
}

async function begin<Tree>(tree: SupervisorNode<Tree>, { seed = 1, clock = createVirtualClock(), onEvent, ...options }: SimulationOptions) {
  const random = seededRandom(seed)
  const scheduler = createSeededScheduler({ random })
  const events: CoppiceEvent[] = []
  const settle = async (): Promise<void> => void (await runUntilIdle({ clock, scheduler }))
  const until = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false
    const settled = (): void => {
      isSettled = true
    }
    promise.then(settled, settled)
    for (let round = 0; round < 10_000; round += 1) {
      await settle()
      if (isSettled || !clock.runNext()) break
    }
    await settle()
    if (!isSettled) throw new Error('nothing can happen any more, and the promise has not settled')
    return promise
  }
  const listen = (event: CoppiceEvent): void => {
    events.push(event)
    onEvent?.(event)
  }
  const app = await until(start(tree, { ...options, clock, random, scheduler, onEvent: listen }))
  const advance = async (ms: number): Promise<void> => void (await runUntilIdle({ clock, scheduler, timers: { untilMs: clock.now() + ms } }))
  return { app, tree: app.tree, clock, scheduler, events, settle, advance, until }
}

/** The events of one type. */
export function eventsOf<Type extends CoppiceEvent['type']>(events: readonly CoppiceEvent[], type: Type): Extract<CoppiceEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<CoppiceEvent, { type: Type }> => event.type === type)
}

/** Starts and exits in a few words each, in order: `a#1 started`, `a#1 exited crash: boom`. */
export function lives(events: readonly CoppiceEvent[]): string[] {
  const told: string[] = []
  for (const event of events) {
    if (event.type === 'started') told.push(`${event.id === '' ? 'root' : event.id}#${event.incarnation} started`)
    if (event.type === 'exited') told.push(`${event.id === '' ? 'root' : event.id}#${event.incarnation} exited ${event.reason.type}`)
  }
  return told
}
