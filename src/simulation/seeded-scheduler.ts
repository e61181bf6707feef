import { InternalError } from '../protocol/errors.ts'
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
  /** Forgets everything that waits, as the death of a process does. The schedule so far stays. */
  dropAll(): void
  /** The schedule so far, as text for `replay`. */
  print(): string
}

/** Where a {@link SeededScheduler} takes its choices from. */
export interface SeededSchedulerOptions {
  readonly random: Random
  /** A printed schedule: the same choices are made again. After its last one `random` decides. */
  readonly replay?: string
  /**
   * Makes every choice in place of `random`, which is not asked then: given the labels of what can be chosen, first what is in
   * line, oldest first, then what is deferred, then offers. Nothing for none of them: no step is taken.
   */
  readonly choose?: (labels: readonly string[]) => number | undefined
}

/** Makes a scheduler for tests, in which chance decides every order. */
export function createSeededScheduler({ random, replay = '', choose }: SeededSchedulerOptions): SeededScheduler {
  const wanted = parseSchedule(replay)
  const schedule: string[] = []
  // Each in the order of arrival.
  const line: Waiting[] = []
  const deferred: Waiting[] = []
  const offers: Waiting[] = []
  const labels = labelMaker()
  let arrivals = 0

  const arrive = (queue: Waiting[], kind: ChoiceKind, name: string, run: () => void): Waiting => {
    const arrived = { kind, name, run, arrival: arrivals }
    queue.push(arrived)
    arrivals += 1
    return arrived
  }

  const ready = (task: Runnable): void => {
    const run = (): void => {
      if (task.run(1)) arrive(line, 'run', task.id, run)
    }
    arrive(line, 'run', task.id, run)
  }

  // A deferred callback waits for the tasks that were in line before it: those still there are at the front.
  const countDueDeferred = (): number => {
    const oldest = line[0]?.arrival ?? Infinity
    let due = 0
    while ((deferred[due]?.arrival ?? Infinity) < oldest) due += 1
    return due
  }

  const step = (): boolean => {
    if (line.length + deferred.length === 0) return false
    // What can be chosen: all in line, then what is deferred and due, then the offers. No list of it is made, for speed.
    const due = countDueDeferred()
    // Also drawn when the choice is replayed, so that whoever shares `random` gets the same numbers again.
    let index = choose === undefined ? random.integer(line.length + due + offers.length) : choose(candidates(due))
    if (index === undefined) return false
    const label = wanted[schedule.length]
    if (label !== undefined) index = indexOf(label, due)
    const queue = index < line.length ? line : index < line.length + due ? deferred : offers
    const place = index - (queue === line ? 0 : queue === deferred ? line.length : line.length + due)
    const chosen = queue[place]
    if (chosen === undefined) throw new InternalError('the choice of a step is out of range', { index })
    schedule.push(label ?? labels.of(chosen, nthAlike(queue, place)))
    queue.splice(place, 1)
    chosen.run()
    return true
  }

  const candidates = (due: number): readonly string[] => labels.ofAll([...line, ...deferred.slice(0, due), ...offers])

  const indexOf = (label: string, due: number): number => {
    const choices = candidates(due)
    const index = choices.indexOf(label)
    if (index < 0) throw new ScheduleMismatchError({ step: schedule.length + 1, wanted: label, choices })
    return index
  }

  return {
    ready,
    defer: (name, run) => void arrive(deferred, 'defer', name, run),
    offer: (name, run) => {
      const offered = arrive(offers, 'offer', name, run)
      return () => remove(offers, offered)
    },
    step,
    dropAll: () => {
      for (const queue of [line, deferred, offers]) queue.length = 0
    },
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

/** How many in the queue are called the same as the one at `place`, up to and with it. All in one queue are of one kind. */
function nthAlike(queue: readonly Waiting[], place: number): number {
  const name = queue[place]?.name
  let nth = 1
  for (let before = 0; before < place; before += 1) if (queue[before]?.name === name) nth += 1
  return nth
}

interface LabelMaker {
  of(waiting: Waiting, nth: number): string
  ofAll(candidates: readonly Waiting[]): readonly string[]
}

/** The same few names come again and again: their labels are made once. */
function labelMaker(): LabelMaker {
  const firsts: Record<ChoiceKind, Map<string, string>> = { run: new Map(), defer: new Map(), offer: new Map() }

  const of = ({ kind, name }: Waiting, nth: number): string => {
    if (nth > 1) return choiceLabel(kind, name, nth)
    const known = firsts[kind].get(name)
    if (known !== undefined) return known
    const label = choiceLabel(kind, name, 1)
    firsts[kind].set(name, label)
    return label
  }

  const ofAll = (candidates: readonly Waiting[]): readonly string[] => {
    const seen = new Map<string, number>()
    return candidates.map((candidate) => {
      const first = of(candidate, 1)
      const nth = (seen.get(first) ?? 0) + 1
      seen.set(first, nth)
      return of(candidate, nth)
    })
  }

  return { of, ofAll }
}

function remove(queue: Waiting[], entry: Waiting): void {
  const index = queue.indexOf(entry)
  if (index >= 0) queue.splice(index, 1)
}
