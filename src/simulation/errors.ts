import { CoppiceError } from '../protocol/errors.ts'

/** A schedule to be replayed does not fit what can run. The step that does not fit was not taken. */
export class ScheduleMismatchError extends CoppiceError {
  override readonly name = 'ScheduleMismatchError'
  readonly code = 'schedule-mismatch'
  /** The number of the step, from 1: the line of the schedule. */
  readonly step: number
  /** What the schedule wants. */
  readonly wanted: string
  /** What could run instead. */
  readonly choices: readonly string[]

  constructor({ step, wanted, choices }: Pick<ScheduleMismatchError, 'step' | 'wanted' | 'choices'>) {
    const possible = choices.map((choice) => `"${choice}"`).join(', ')
    super(`the schedule does not fit: step ${step} wants "${wanted}"; what can run is ${possible}. The step was not taken`)
    this.step = step
    this.wanted = wanted
    this.choices = choices
  }
}

/** A simulation did not come to rest within its limit of steps. It can be looked at, and run on. */
export class StepLimitError extends CoppiceError {
  override readonly name = 'StepLimitError'
  readonly code = 'step-limit'
  readonly limit: number
  /** The last choices, oldest first. */
  readonly lastChoices: readonly string[]

  constructor({ limit, lastChoices }: Pick<StepLimitError, 'limit' | 'lastChoices'>) {
    super(
      `the simulation is not idle after ${limit} steps; raise \`limit\` if that is too few. ` +
        `The last choices were ${lastChoices.length === 0 ? 'timers only' : lastChoices.join(', ')}`,
    )
    this.limit = limit
    this.lastChoices = lastChoices
  }
}

/** The virtual clock was moved from inside one of its own timers: time moves from outside only. Nothing was moved. */
export class ClockReentryError extends CoppiceError {
  override readonly name = 'ClockReentryError'
  readonly code = 'clock-reentry'

  constructor() {
    super('a timer tried to move the virtual clock that runs it; set another timer instead. The clock was not moved')
  }
}

/** A simulation that waits for a promise has come to rest before it settled. It can be looked at, and run on. */
export class StalledError extends CoppiceError {
  override readonly name = 'StalledError'
  readonly code = 'stalled'

  constructor() {
    super(
      'nothing can happen any more, and the promise has not settled: nobody will settle it, or it waits for something real, ' +
        'such as a file or a socket, of which a simulation has none',
    )
  }
}

/** The simulated process died, as by `kill -9`, while something ran it. The tree was started again on what was committed. */
export class ProcessDiedError extends CoppiceError {
  override readonly name = 'ProcessDiedError'
  readonly code = 'process-died'
  /** In words: `before commit 3`. */
  readonly at: string

  constructor(at: string) {
    super(`the simulated process died ${at}; its tree was started again, and references of before reach nobody`)
    this.at = at
  }
}

/** What a planned fault makes code of an actor throw. */
export class InjectedFaultError extends CoppiceError {
  override readonly name = 'InjectedFaultError'
  readonly code = 'injected-fault'
}

/** Code in a simulation asked the real world for time, chance or I/O, which no seed decides. The call was not made. */
export class RealWorldError extends CoppiceError {
  override readonly name = 'RealWorldError'
  readonly code = 'real-world'
  /** What was called. */
  readonly what: string
  /** The line of the caller, as it stands in the stack. */
  readonly where: string
  /** The choice of the schedule that ran. */
  readonly choice: string

  constructor({ what, where, choice, remedy }: Pick<RealWorldError, 'what' | 'where' | 'choice'> & { readonly remedy: string }) {
    super(
      `${what} was called in a simulation, in "${choice}", ${where}. ${remedy}, or let the real world in with allowReal: true. ` +
        'The call was not made',
    )
    this.what = what
    this.where = where
    this.choice = choice
  }
}
