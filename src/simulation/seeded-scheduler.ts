import type { Random } from '../runtime/random.ts'
import type { Runnable, Scheduler } from '../runtime/scheduler.ts'
import { ScheduleMismatchError } from './errors.ts'
import { choiceLabel, parseSchedule, printSchedule, type ChoiceKind } from './schedule-text.ts'

/** A scheduler that takes one step when it is told to, and leaves the choice of the step to chance. */
export interface SeededScheduler extends Scheduler {
  /** True if no task is in line and nothing is deferred. */
  readonly isIdle: boolean
  /** Every choice so far, oldest first. */
  readonly schedule: readonly string[]
  /**
   * Takes one choice: a task in line handles one message, or a deferred callback or an offer runs. False if the scheduler is
   * idle. Throws what the chosen one throws, which is not in line any more then.
   *
   * @throws {ScheduleMismatchError} if the choice to be replayed is not there; nothing was run.
   */
  step(): boolean
  /**
   * Something that may happen once, between any two steps from now on: it competes with the work, but does not keep the
   * scheduler busy, and no deferred callback waits for it. The function returned takes the offer back.
   */
  offer(label: string, run: () => void): () => void
  /** The schedule so far, as text for `replay`. */
  print(): string
}

/** Where a {@link SeededScheduler} takes its choices from. */
export interface SeededSchedulerOptions {
  readonly random: Random
  /** A printed schedule: the same choices are made again. After its last one `random` decides. */
  readonly replay?: string
}

/** Makes a scheduler for tests, in which chance decides every order. */
export function createSeededScheduler({ random, replay = '' }: SeededSchedulerOptions): SeededScheduler {
  const wanted = parseSchedule(replay)
  const schedule: string[] = []
  const line: Waiting[] = []
  const deferred: Waiting[] = []
  const offers: Waiting[] = []
  let arrivals = 0

  const arrive = (queue: Waiting[], entry: Omit<Waiting, 'arrival'>): Waiting => {
    const arrived = { ...entry, arrival: arrivals }
    queue.push(arrived)
    arrivals += 1
    return arrived
  }

  const ready = (task: Runnable): void => {
    const run = (): void => {
      if (task.run(1)) ready(task)
    }
    arrive(line, { kind: 'run', name: task.id, run })
  }

  // A deferred callback waits for the tasks that were in line before it: those still there are at the front.
  const dueDeferred = (): readonly Waiting[] => {
    const oldest = line[0]?.arrival ?? Infinity
    return deferred.filter(({ arrival }) => arrival < oldest)
  }

  const step = (): boolean => {
    if (line.length + deferred.length === 0) return false
    const candidates = [...line, ...dueDeferred(), ...offers]
    // Also drawn when the choice is replayed, so that whoever shares `random` gets the same numbers again.
    const drawn = random.integer(candidates.length)
    const label = wanted[schedule.length]
    const chosen = candidates[label === undefined ? drawn : indexOfLabel(candidates, label)]
    if (chosen === undefined)
      throw new ScheduleMismatchError({ step: schedule.length + 1, wanted: label ?? '', choices: labelsOf(candidates) })
    schedule.push(label ?? labelOf(chosen, candidates))
    for (const queue of [line, deferred, offers]) remove(queue, chosen)
    chosen.run()
    return true
  }

  return {
    ready,
    defer: (name, run) => void arrive(deferred, { kind: 'defer', name, run }),
    offer: (name, run) => {
      const offered = arrive(offers, { kind: 'offer', name, run })
      return () => remove(offers, offered)
    },
    step,
    get isIdle() {
      return line.length + deferred.length === 0
    },
    schedule,
    print: () => printSchedule(schedule),
  }
}

/** One that can be chosen; `arrival` counts up over all of them. */
interface Waiting {
  readonly kind: ChoiceKind
  readonly name: string
  readonly run: () => void
  readonly arrival: number
}

function labelOf(chosen: Waiting, candidates: readonly Waiting[]): string {
  const alike = candidates.filter(({ kind, name }) => kind === chosen.kind && name === chosen.name)
  return choiceLabel(chosen.kind, chosen.name, alike.indexOf(chosen) + 1)
}

function labelsOf(candidates: readonly Waiting[]): readonly string[] {
  const seen = new Map<string, number>()
  return candidates.map(({ kind, name }) => {
    const first = choiceLabel(kind, name, 1)
    const nth = (seen.get(first) ?? 0) + 1
    seen.set(first, nth)
    return choiceLabel(kind, name, nth)
  })
}

function indexOfLabel(candidates: readonly Waiting[], label: string): number {
  return labelsOf(candidates).indexOf(label)
}

function remove(queue: Waiting[], entry: Waiting): void {
  const index = queue.indexOf(entry)
  if (index >= 0) queue.splice(index, 1)
}
