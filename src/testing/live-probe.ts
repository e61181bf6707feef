import { Refusal } from '../behaviors/handlers.ts'
import { displayId, type ActorId } from '../protocol/actor-id.ts'
import type { DurationOrInfinity } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Caller } from '../runtime/message.ts'
import type { Outcome } from '../runtime/persistence.ts'
import { isThenable } from '../runtime/thenable.ts'
import { StalledError } from '../simulation/errors.ts'
import type { AnyStep, WatchedHandling } from '../simulation/faulty-behavior.ts'
import { CheckFailedError, NeverHappenedError } from './errors.ts'
import { matches } from './event-pattern.ts'
import { MessageLog, type LoggedMessage } from './message-log.ts'
import type { ProbedMessage } from './probe.ts'
import type { Sim } from './sim.ts'
import type { SpiedNotice } from './spied-message.ts'
import { describeStep } from './steps.ts'

/** The simulation, as far as probes run it. */
export type RunBySim = Pick<Sim<unknown>, 'settle' | 'advance' | 'until' | 'runUntil' | 'steps'>

interface Letter {
  readonly logged: LoggedMessage
  readonly caller: Caller | undefined
  isRead: boolean
}

type Auto = (input: unknown, nth: number) => unknown

/** A probe, and what it is told. */
export class LiveProbe {
  readonly id: ActorId
  isReleased = false
  readonly #sim: RunBySim
  readonly #log = new MessageLog()
  readonly #letters: Letter[] = []
  readonly #replies = new Map<string, unknown[]>()
  readonly #autos = new Map<string, { readonly run: Auto; count: number }>()

  constructor(id: ActorId, sim: RunBySim) {
    this.id = id
    this.#sim = sim
  }

  get received(): readonly ProbedMessage[] {
    return this.#letters.map(probed)
  }

  get notices(): readonly SpiedNotice[] {
    return this.#log.notices
  }

  async expectMessage(name?: string, input?: unknown): Promise<ProbedMessage> {
    let found: Letter | undefined
    const isThere = (): boolean => (found ??= this.#unread.find(({ logged }) => fits(logged, name, input))) !== undefined
    try {
      await this.#sim.runUntil(isThere)
    } catch (error) {
      if (!(error instanceof NeverHappenedError)) throw error
    }
    if (found === undefined) throw this.#missing(name, input)
    found.isRead = true
    return probed(found)
  }

  async expectNoMessage(time?: DurationOrInfinity): Promise<void> {
    if (time === undefined) await this.#sim.settle()
    else if (time === 'infinity' || time === Infinity) await this.#toTheEnd()
    else await this.#sim.advance(time)
    const unread = this.#unread.map(({ logged }) => summary(logged))
    if (unread.length === 0) return
    const told = unread.map((one) => JSON.stringify(one)).join(', ')
    const text = `expected that ${displayId(this.id)} gets no message; it got ${told}`
    throw new CheckFailedError(text, { expected: [], actual: unread })
  }

  reply(name: string, ...replies: readonly unknown[]): void {
    const left = [...replies]
    for (const letter of this.#letters) {
      if (left.length === 0) return
      if (isAwaited(letter, name)) answer(letter, { status: 'replied', value: left.shift() })
    }
    this.#replies.set(name, [...(this.#replies.get(name) ?? []), ...left])
  }

  autoReply(name: string, run: Auto): void {
    if (typeof run !== 'function')
      throw new ConfigurationError({ path: `probe of ${displayId(this.id)}: autoReply`, rule: 'must be a function', value: run })
    this.#autos.set(name, { run, count: 0 })
  }

  release(): void {
    this.isReleased = true
  }

  /** Takes a message in place of the actor. */
  handle(handling: WatchedHandling): AnyStep {
    const { message, state } = handling
    const logged = this.#log.begin(handling)
    if (logged === undefined) return { state }
    const letter = { logged, caller: message.caller, isRead: false }
    this.#letters.push(letter)
    if (message.kind !== 'call') {
      logged.stepped({ state })
      return { state }
    }
    const outcome = this.#outcomeOf(logged)
    const step = (known: Outcome): AnyStep => {
      logged.settle(known)
      return { state, outcome: known }
    }
    // The call stays open: its answer is given by the test.
    if (outcome === undefined) return { state }
    return isThenable(outcome) ? outcome.then(step) : step(outcome)
  }

  get #unread(): readonly Letter[] {
    return this.#letters.filter(({ isRead }) => !isRead)
  }

  #outcomeOf({ name, input }: LoggedMessage): Outcome | Promise<Outcome> | undefined {
    const replies = this.#replies.get(name) ?? []
    if (replies.length > 0) return { status: 'replied', value: replies.shift() }
    const auto = this.#autos.get(name)
    if (auto === undefined) return undefined
    auto.count += 1
    const given = auto.run(input, auto.count)
    return isThenable(given) ? Promise.resolve(given).then(outcomeOf) : outcomeOf(given)
  }

  async #toTheEnd(): Promise<void> {
    try {
      await this.#sim.until(new Promise<never>(() => undefined))
    } catch (error) {
      if (!(error instanceof StalledError)) throw error
    }
  }

  #missing(name: string | undefined, input: unknown): NeverHappenedError {
    const wanted = `a message${name === undefined ? '' : ` ${name}`}${input === undefined ? '' : ` ${JSON.stringify(input)}`}`
    const others = this.#unread.map(({ logged }) => `${logged.name} ${JSON.stringify(logged.input) ?? ''}`.trim())
    const but = others.length === 0 ? '' : ` (unexpected are ${others.slice(-10).join(', ')})`
    return new NeverHappenedError(`${wanted} for ${displayId(this.id)}${but}`, this.#sim.steps.slice(-5).map(describeStep))
  }
}

function probed(letter: Letter): ProbedMessage {
  return {
    ...letter.logged.shown(),
    reply: (value) => answer(letter, { status: 'replied', value }),
    refuse: (code, { message = code, details } = {}) => answer(letter, { status: 'refused', refusal: code, message, details }),
  }
}

function answer({ logged, caller }: Letter, outcome: Outcome): void {
  if (logged.kind !== 'call' || logged.result.status !== 'open') return
  logged.settle(outcome)
  caller?.settle(outcome)
}

function isAwaited({ logged }: Letter, name: string): boolean {
  return logged.kind === 'call' && logged.name === name && logged.result.status === 'open'
}

function fits(logged: LoggedMessage, name: string | undefined, input: unknown): boolean {
  return (name === undefined || logged.name === name) && (input === undefined || matches(logged.input, input))
}

function outcomeOf(given: unknown): Outcome {
  return given instanceof Refusal ? given.outcome : { status: 'replied', value: given }
}

function summary({ kind, name, input, sender }: LoggedMessage): object {
  return { kind, name, input, sender }
}
