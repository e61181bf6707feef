import { CoppiceError } from '../protocol/errors.ts'

/** A law that was to hold after every step of a simulation does not. The simulation went no further. */
export class LawBrokenError extends CoppiceError {
  override readonly name = 'LawBrokenError'
  readonly code = 'law-broken'
  /** In the words of whoever gave it. */
  readonly law: string
  /** What is wrong. */
  readonly detail: string
  /** The number of the step after which it was broken first; 0 before the first. */
  readonly step: number
  /** That step in a few words. */
  readonly what: string

  constructor({ law, detail, step, what }: Pick<LawBrokenError, 'law' | 'detail' | 'step' | 'what'>) {
    super(`"${law}" does not hold after step ${step} (${what}): ${detail}`)
    this.law = law
    this.detail = detail
    this.step = step
    this.what = what
  }
}

/** Something that a test waits for does not happen: the simulation has come to rest before. */
export class NeverHappenedError extends CoppiceError {
  override readonly name = 'NeverHappenedError'
  readonly code = 'never-happened'

  constructor(what: string, lastSteps: readonly string[]) {
    super(`${what} never happened; nothing is scheduled any more. The last steps were: ${lastSteps.join('; ') || 'none'}`)
  }
}

/** What is left when a simulated tree has been stopped. */
export class LeftoverError extends CoppiceError {
  override readonly name = 'LeftoverError'
  readonly code = 'leftover'
  /** One line for each. */
  readonly leftovers: readonly string[]

  constructor(leftovers: readonly string[]) {
    super(`the simulation leaves something behind:\n${leftovers.map((line) => `  - ${line}`).join('\n')}`)
    this.leftovers = leftovers
  }
}

/** A replay token does not fit the scenario any more: its code has changed, or it is the token of another one. */
export class StaleTokenError extends CoppiceError {
  override readonly name = 'StaleTokenError'
  readonly code = 'stale-token'

  constructor(why: string) {
    super(`the replay token does not fit the scenario: ${why}. Explore again for a new one`)
  }
}

/** A scenario does not keep what it has to. The message is the whole report. */
export class ScenarioFailedError extends CoppiceError {
  override readonly name = 'ScenarioFailedError'
  readonly code = 'scenario-failed'
  readonly report: FailureReport

  constructor(report: FailureReport, options?: ErrorOptions) {
    super(report.text, options)
    this.report = report
  }
}

/** What is told of a failure. */
export interface FailureReport {
  /** What does not hold, in the words of whoever gave it. */
  readonly law: string
  /** What is wrong. */
  readonly detail: string
  /** Decides `ctx.random`, and, in a search by seeds, every order. */
  readonly seed: number
  /** For `replay`, to have the same run again. */
  readonly token: string
  /** The decisions that were not the default, after shrinking. */
  readonly decisions: readonly { readonly at: number; readonly choice: string }[]
  /** The run, a line for each step. */
  readonly schedule: readonly string[]
  /** The run as a sequence diagram of Mermaid. */
  readonly mermaid: string
  /** The run as lanes of text, one for each actor. */
  readonly timeline: string
  /** A test that fails for the same reason, to paste into a file. */
  readonly test: string
  /** How it was found, and how much shorter it is now; nothing for a replay. */
  readonly search: FailureSearch | undefined
  /** All of it. */
  readonly text: string
}

/** How a failure was found, and made shorter. */
export interface FailureSearch {
  /** In which run it was found, from 1. */
  readonly run: number
  readonly from: RunSize
  readonly to: RunSize
  /** How many runs it took to make it so short. */
  readonly shrinkRuns: number
}

/** What a run consists of besides what it does by itself. */
export interface RunSize {
  readonly decisions: number
  readonly items: number
  readonly faults: number
  /** Of the process. */
  readonly deaths: number
}

/** Something is not so that a test says of a simulation. Test runners show the difference of the two values. */
export class CheckFailedError extends CoppiceError {
  override readonly name = 'CheckFailedError'
  readonly code = 'check-failed'
  readonly expected: unknown
  readonly actual: unknown

  constructor(message: string, { expected, actual }: Pick<CheckFailedError, 'expected' | 'actual'>) {
    super(message)
    this.expected = expected
    this.actual = actual
  }
}
