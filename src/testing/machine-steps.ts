import type { ActorId } from '../protocol/actor-id.ts'
import type { Duration } from '../protocol/duration.ts'
import { timerTopic } from '../behaviors/hosting/machine-state.ts'
import { NeverHappenedError } from './errors.ts'
import type { ModelEvent } from './machine-model.ts'
import { referenceAt } from './reference-at.ts'
import type { Sim } from './sim.ts'

/**
 * What goes wrong with an event of a machine.
 *
 * - `crash`: the actor throws where it would handle it. `crash before commit`, `crash after commit`: it is killed when the
 *   turn is about to be committed, or has been.
 * - `restart`: the process dies as by `kill -9` when the event has been handled; `restart before commit`, `restart after
 *   commit`: as the turn is about to be committed, or has been.
 * - `duplicate`: the event comes twice, with one `id`, as from a sender that has heard nothing.
 * - `delay`: it takes long to handle it.
 */
export type MachineFault =
  | 'crash'
  | 'crash before commit'
  | 'crash after commit'
  | 'restart'
  | 'restart before commit'
  | 'restart after commit'
  | 'duplicate'
  | 'delay'

/** All of them. */
export const machineFaults: readonly MachineFault[] = [
  'crash',
  'crash before commit',
  'crash after commit',
  'restart',
  'restart before commit',
  'restart after commit',
  'duplicate',
  'delay',
]

/** One event of a machine, and what goes wrong with it. */
export interface MachineStep {
  readonly event: ModelEvent
  readonly fault?: MachineFault
}

/** A fault cannot come about there. */
export class NotPlayedError extends Error {}

/** Whom steps are played to. */
export interface StepTarget<Tree> {
  readonly sim: Sim<Tree>
  readonly actor: ActorId
  readonly delay: Duration
}

/** Plays one step, and waits until the actor is up again and everything has come to rest. */
export async function playStep<Tree>(target: StepTarget<Tree>, step: MachineStep, nth: number): Promise<void> {
  try {
    await comeAbout(target, step, nth)
  } catch (error) {
    if (error instanceof NeverHappenedError) throw new NotPlayedError('there is no such commit')
    throw error
  }
  await recover(target)
}

async function comeAbout<Tree>(
  { sim, actor, delay }: StepTarget<Tree>,
  { event, fault }: MachineStep,
  nth: number,
): Promise<void> {
  const { afterMs } = event
  const handler = afterMs === undefined ? event.type : timerTopic
  const isHandled = (): boolean => sim.steps.at(-1)?.handled.some((it) => it.actor === actor && it.name === handler) === true
  const come = (): void => {
    if (afterMs === undefined) send(sim, actor, event, nth)
  }
  const passBy = async (): Promise<void> => (afterMs === undefined ? sim.settle() : sim.advance(afterMs))
  switch (fault) {
    case undefined:
      come()
      return passBy()
    case 'crash':
      sim.fault({ at: 'message', actor, handler, nth: 1, do: 'crash' })
      come()
      await passBy()
      break
    case 'crash before commit':
    case 'crash after commit':
      come()
      return sim.kill(actor, fault === 'crash before commit' ? 'before commit' : 'after commit')
    case 'restart':
      come()
      await sim.runUntil(isHandled)
      return sim.killProcess()
    case 'restart before commit':
    case 'restart after commit':
      come()
      return sim.killProcess(fault === 'restart before commit' ? 'before commit' : 'after commit', actor)
    case 'duplicate':
      if (afterMs !== undefined) throw new NotPlayedError('nobody sends it')
      come()
      come()
      return passBy()
    case 'delay':
      sim.fault({ at: 'message', actor, handler, nth: 1, do: { takes: delay } })
      come()
      await passBy()
      await sim.advance(delay)
      break
  }
  if (sim.unusedFaults.length > 0) throw new NotPlayedError('it is not handled')
}

async function recover<Tree>({ sim, actor }: StepTarget<Tree>): Promise<void> {
  await sim.settle()
  const isUp = (): boolean => sim.peek(actor) !== undefined
  try {
    if (!isUp()) await sim.runUntil(isUp)
    await sim.settle()
  } catch (error) {
    // Whether it had to come up again is asked at the end.
    if (!(error instanceof NeverHappenedError)) throw error
  }
}

function send<Tree>(sim: Sim<Tree>, actor: ActorId, { type, ...fields }: ModelEvent, nth: number): void {
  // It was looked at before that there is a machine at this path: each of its events is a cast.
  const { cast } = referenceAt(sim.tree, actor) as {
    readonly cast: Readonly<Record<string, (input: unknown, options: { readonly id: string }) => Promise<void>>>
  }
  const input = Object.keys(fields).length === 0 ? undefined : fields
  void cast[type]?.(input, { id: `event ${nth}` }).catch(() => undefined)
}
