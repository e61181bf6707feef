import { Ring } from './ring.ts'

/** Messages that one actor handles before the next has its turn. */
const budget = 64

/** Messages between two visits of the event loop. */
const slice = 8192

/** How often asks that wait too long are looked for. */
const sweepMs = 250

const askTimeoutMs = 5000

/**
 * The least that runs actors correctly: one line of actors with mail, a budget of messages for each, and the event loop has
 * its turn after a slice of messages, also when the messages come from promises that are awaited one after another.
 */
export class Loop {
  readonly #line = new Ring<Runs>()
  readonly #asks = new Ring<Ask>()
  #sweeper: NodeJS.Timeout | undefined
  #status: 'asleep' | 'awake' | 'waiting for the event loop' = 'asleep'
  #isTurnOpen = false
  #left = slice

  ready(actor: Runs): void {
    this.#line.push(actor)
    if (this.#status !== 'asleep') return
    this.#status = 'awake'
    void resolved.then(this.#work)
  }

  /** Gives an ask its deadline. The one timer looks at the oldest asks; those that are answered leave on the way. */
  expire(ask: Ask): void {
    ask.dueMs = performance.now() + askTimeoutMs
    while (this.#asks.first?.isSettled === true) this.#asks.shift()
    this.#asks.push(ask)
    this.#sweeper ??= setTimeout(this.#sweep, sweepMs).unref()
  }

  readonly #work = (): void => {
    if (!this.#isTurnOpen) this.#openTurn()
    while (this.#left > 0) {
      const actor = this.#line.shift()
      if (actor === undefined) {
        this.#status = 'asleep'
        return
      }
      this.#left -= actor.run(budget)
      if (actor.isReady) this.#line.push(actor)
    }
    this.#status = 'waiting for the event loop'
  }

  #openTurn(): void {
    this.#isTurnOpen = true
    this.#left = slice
    setImmediate(this.#closeTurn)
  }

  readonly #closeTurn = (): void => {
    this.#isTurnOpen = false
    if (this.#status === 'waiting for the event loop') this.#work()
  }

  readonly #sweep = (): void => {
    const nowMs = performance.now()
    for (let ask = this.#asks.first; ask !== undefined && (ask.isSettled || ask.dueMs <= nowMs); ask = this.#asks.first) {
      ask.fail(new Error('timeout'))
      this.#asks.shift()
    }
    this.#sweeper = this.#asks.length === 0 ? undefined : setTimeout(this.#sweep, sweepMs).unref()
  }
}

const resolved = Promise.resolve()

/** Something with mail. */
interface Runs {
  /** True if it stays in line. */
  readonly isReady: boolean
  /** Handles at most so many messages, and says how many it were. */
  run(budget: number): number
}

/** A question that waits for its answer. */
class Ask {
  dueMs = 0
  isSettled = false
  readonly promise: Promise<unknown>
  #resolve: (value: unknown) => void = ignore
  #reject: (error: unknown) => void = ignore

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  settle(value: unknown): void {
    this.isSettled = true
    this.#resolve(value)
  }

  fail(error: unknown): void {
    this.isSettled = true
    this.#reject(error)
  }
}

function ignore(): void {}

interface Mail<Input> {
  readonly input: Input
  readonly ask: Ask | undefined
}

/** Changes the state in place; what it returns is the answer to an ask. */
export type Handler<State, Input> = (state: State, input: Input) => unknown

/** An actor without a supervisor's promises: mail, state, handler. */
export class BareActor<State, Input> implements Runs {
  isReady = false
  readonly state: State
  readonly #loop: Loop
  readonly #handle: Handler<State, Input>
  readonly #mail = new Ring<Mail<Input>>()
  readonly #crashed: ((error: unknown) => void) | undefined
  #isStopped = false

  constructor(loop: Loop, { state, handle, crashed }: BareSpec<State, Input>) {
    this.#loop = loop
    this.state = state
    this.#handle = handle
    this.#crashed = crashed
  }

  cast(input: Input): void {
    this.#receive({ input, ask: undefined })
  }

  ask(input: Input): Promise<unknown> {
    const ask = new Ask()
    this.#loop.expire(ask)
    this.#receive({ input, ask })
    return ask.promise
  }

  run(most: number): number {
    let handled = 0
    while (handled < most && !this.#isStopped) {
      const mail = this.#mail.shift()
      if (mail === undefined) break
      handled += 1
      if (this.#handles(mail)) continue
      this.isReady = false
      return handled
    }
    this.isReady = !this.#isStopped && this.#mail.length > 0
    return handled
  }

  #receive(mail: Mail<Input>): void {
    this.#mail.push(mail)
    if (this.isReady || this.#isStopped) return
    this.isReady = true
    this.#loop.ready(this)
  }

  /** True if the next message can be handled now. */
  #handles({ input, ask }: Mail<Input>): boolean {
    try {
      const answer = this.#handle(this.state, input)
      if (answer instanceof Promise) {
        this.#suspend(answer, ask)
        return false
      }
      ask?.settle(answer)
      return true
    } catch (error) {
      this.#crash(error, ask)
      return false
    }
  }

  #suspend(answer: Promise<unknown>, ask: Ask | undefined): void {
    this.#isStopped = true
    answer.then(
      (value) => {
        this.#isStopped = false
        ask?.settle(value)
        this.isReady = true
        this.#loop.ready(this)
      },
      (error: unknown) => this.#crash(error, ask),
    )
  }

  #crash(error: unknown, ask: Ask | undefined): void {
    this.#isStopped = true
    ask?.fail(error)
    this.#crashed?.(error)
  }
}

/** What an actor is made of. */
export interface BareSpec<State, Input> {
  readonly state: State
  readonly handle: Handler<State, Input>
  /** Told when the handler has thrown, which ends the actor. */
  readonly crashed?: (error: unknown) => void
}
