import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import { checkBecoming } from './becoming.ts'
import type { Step } from './behavior.ts'
import { Checkpointing } from './checkpointing.ts'
import { CrashedError, reasonOfThrown, StashError } from './errors.ts'
import { deepFreeze } from '../protocol/freeze.ts'
import { unboundedMailbox } from './mailbox-gate.ts'
import { carryOut } from './after-commit.ts'
import { messageInfo, type Message } from './message.ts'
import { passing } from './passing.ts'
import { ReceiveError } from './receiving/receive-errors.ts'
import type { Match, Received } from './receiving/received.ts'
import { Receiver } from './receiving/receiver.ts'
import { isCheckpointRequest } from './requested-checkpoint.ts'
import { endAskedBy } from './requested-end.ts'
import { isThenable } from './thenable.ts'
import type { Turns } from './turns.ts'

/**
 * The turns of an actor without a journal: a turn is committed the moment its handler succeeds, in memory, and what it sends
 * leaves at once. With a store, the policy decides after which turns a checkpoint is written.
 */
export class VolatileTurns implements Turns {
  current: Message | undefined = undefined
  readonly #life: Life
  /** Nothing for an actor that keeps no checkpoints. */
  readonly #checkpoints: Checkpointing | undefined
  #isPutAside = false

  constructor(life: Life) {
    this.#life = life
    this.#checkpoints = life.cell.spec.mode === 'checkpointed' ? new Checkpointing(life) : undefined
  }

  get uncounted(): undefined {
    return undefined
  }

  get blamed(): undefined {
    return undefined
  }

  find(): undefined {
    return undefined
  }

  run(budget: number): boolean {
    const life = this.#life
    const { mailbox } = life.cell
    for (let left = budget; left > 0; left -= 1) {
      const message = mailbox.shift()
      if (message === undefined) return false
      // Mail that an earlier incarnation asked for means nothing to this one.
      if (message.incarnation !== 0 && message.incarnation !== life.number) continue
      if (message.kind === 'info' && isCheckpointRequest(message)) {
        this.#checkpoints?.demand(message)
        if (life.status !== 'idle') return false
        continue
      }
      if (life.madeFollowUps?.begin(message) === false) continue
      if (message.call?.isDropped === true) {
        life.cell.world.emit({ type: 'dead letter', id: life.id, message: messageInfo(message), why: 'expired' })
        continue
      }
      const asked = endAskedBy(life, message)
      if (asked !== undefined) {
        life.end(asked, 'orderly')
        return false
      }
      this.#handle(message)
      if (life.status !== 'idle') return false
    }
    return mailbox.size > 0
  }

  /** The message is lost with the turn that failed on it, and its caller is told; or it is tried again, before all others. */
  abandon(reason: ExitReason): void {
    const message = this.current
    this.current = undefined
    this.#life.receiver?.turnLost(reason)
    if (message === undefined || message.kind === 'info') return
    const { cell } = this.#life
    if (message.caller !== undefined && message.call?.takeRetry() === true) {
      cell.mailbox.putBack(message)
      return
    }
    message.caller?.fail(new CrashedError(cell.id, message.name, reason))
    cell.world.deadLetter(cell.id, message, 'crashed')
  }

  putAside(): void {
    const { cell } = this.#life
    if (this.current === undefined) throw new StashError(cell.id, 'no message is being handled')
    if (this.#isPutAside) throw new StashError(cell.id, 'the message has been put aside already')
    const { stash } = cell.spec.mailbox ?? unboundedMailbox
    if (cell.stashed >= stash) throw new StashError(cell.id, `${stash} messages have been put aside already`)
    this.#isPutAside = true
  }

  receive(match: Match, timeoutMs: number): Promise<Received> {
    const life = this.#life
    if (this.current === undefined) return Promise.reject(new ReceiveError(life.id, 'no message is being handled'))
    if (life.behavior.receives !== true)
      return Promise.reject(new ReceiveError(life.id, `the behavior "${life.behavior.name}" handles one message in a turn`))
    return (life.receiver ??= new Receiver(life)).receive(match, timeoutMs)
  }

  /** Asks for a checkpoint after the turn that is under way. */
  wantCheckpoint(): void {
    this.#checkpoints?.ask()
  }

  settled(): Promise<unknown> | undefined {
    return this.#checkpoints?.settled()
  }

  tellExpired(numbers: readonly number[]): void {
    this.#checkpoints?.tellExpired(numbers)
  }

  #handle(message: Message): void {
    const life = this.#life
    life.status = 'busy'
    this.current = message
    message.attempt += 1
    if (message.call?.isRetried === true) prepare(message, life.cell.world.copiesMessages)
    let step: Step<unknown> | PromiseLike<Step<unknown>>
    try {
      const { behavior, state, context: ctx } = life
      const { middleware } = life.cell.world
      step =
        middleware === undefined ? behavior.handle(state, message, ctx) : middleware.handle({ behavior, state, message, ctx })
    } catch (error) {
      if (life.status === 'busy') life.end(reasonOfThrown(error), 'orderly')
      return
    }
    if (isThenable(step))
      step.then(
        (late) => this.#settled(late),
        (error: unknown) => this.#failed(error),
      )
    else this.#apply(message, step)
  }

  #settled(step: Step<unknown>): void {
    const message = this.current
    // Whoever was killed or ended meanwhile has no say any more.
    if (this.#life.status !== 'busy' || message === undefined) return
    this.#apply(message, step)
    this.#life.cell.wake()
  }

  #failed(error: unknown): void {
    if (this.#life.status === 'busy') this.#life.end(reasonOfThrown(error), 'orderly')
  }

  #apply(message: Message, step: Step<unknown>): void {
    const life = this.#life
    if (life.status !== 'busy') return
    let { state, outcome } = step
    try {
      checkBecoming(life.cell, step.behavior)
      // What it gives may throw where it is looked into.
      if (life.cell.world.freezesStates) state = deepFreeze(state)
      if (outcome !== undefined) outcome = passing(life, outcome)
    } catch (error) {
      life.end(reasonOfThrown(error), 'orderly')
      return
    }
    this.current = undefined
    life.receiver?.turnDone()
    life.state = state
    if (step.behavior !== undefined) life.behavior = step.behavior
    life.frontier += 1
    if (step.stop !== undefined) life.stopReason ??= step.stop
    if (this.#isPutAside) {
      this.#isPutAside = false
      life.cell.putAside(message)
    } else if (outcome === undefined) {
      if (message.caller !== undefined) life.deferred.add(message.caller)
    } else if (life.stopReason === undefined) this.#answer(message, outcome)
    else this.#answerAtEnd(message, outcome)
    if (step.after !== undefined && !carryOut(life, step.after)) return
    const goesOn = life.goesOn()
    const steps = goesOn ? (life.madeFollowUps?.arm() ?? 0) : 0
    if (goesOn) this.#checkpoints?.afterTurn(message.input)
    // Continued steps come before anything that their answer may bring about.
    for (let left = steps; left > 0 && life.isActive && life.status !== 'busy'; left -= 1) this.run(1)
  }

  /** As in OTP: the answer of a turn that stops leaves after `term`, and not at all if a kill comes first. */
  #answerAtEnd(message: Message, outcome: NonNullable<Step<unknown>['outcome']>): void {
    this.#life.whenEnded((reason) => {
      if (reason.type === 'killed') message.caller?.fail(new CrashedError(this.#life.id, message.name, reason))
      else this.#answer(message, outcome)
    })
  }

  #answer(message: Message, outcome: NonNullable<Step<unknown>['outcome']>): void {
    message.caller?.settle(outcome)
    if (outcome.status !== 'refused') return
    const { cell } = this.#life
    cell.world.emit({ type: 'refused', id: cell.id, message: messageInfo(message), refusal: outcome.refusal })
  }
}

/** An attempt starts from what was sent, and waits for nobody yet. */
function prepare(message: Message, copies: boolean): void {
  message.waits = undefined
  if (copies) message.renewInput()
}
