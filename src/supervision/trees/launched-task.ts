import { childId, displayId, type ActorId } from '../../protocol/actor-id.ts'
import { crash, noproc, shutdown, shutdownBecause, type ExitReason } from '../../protocol/exit-reason.ts'
import { errorOfEnd } from '../../behaviors/errors.ts'
import type { TaskFunction, TaskOrder } from '../../behaviors/task-run.ts'
import type { Life } from '../../runtime/anatomy.ts'
import type { Port } from '../../runtime/context.ts'
import { DurableTurnError } from '../../runtime/errors.ts'
import { LiveContext } from '../../runtime/live-context.ts'
import { TurnContext } from '../../runtime/turn-context.ts'
import type { SupervisorReply } from '../machine/commands.ts'
import { errorOf } from '../errors.ts'
import type { RestartType } from '../specs/restart-type.ts'
import type { MemberOwn } from './tree.ts'

/** What came of a task. */
export type TaskOutcome =
  | { readonly status: 'ok'; readonly value: unknown }
  | { readonly status: 'failed'; readonly reason: ExitReason; readonly error: unknown }

/** What a task is started with. */
export interface TaskParts {
  readonly port: Port
  /** The task supervisor. */
  readonly supervisor: ActorId
  readonly run: TaskFunction<unknown, unknown>
  readonly args: unknown
  readonly timeoutMs: number
  readonly restart: RestartType
  /** Ties it to the actor that starts it, if it is one. */
  readonly isLinked: boolean
  /** Cancels it when aborted. */
  readonly signal?: AbortSignal | undefined
}

/** A task from the moment in which it is asked for. It is the arguments of its child: they never leave the memory. */
export class LaunchedTask implements TaskOrder, MemberOwn {
  readonly id: ActorId
  readonly run: TaskFunction<unknown, unknown>
  readonly args: unknown
  readonly timeoutMs: number
  readonly restart: RestartType
  /** Resolves when it runs; rejects if it could not be started. */
  readonly started: Promise<void>
  /** What came of its first incarnation, as soon as that is known; of a linked one that failed, after the link has acted. */
  readonly outcome: Promise<TaskOutcome>
  /** The same when nothing of it runs any more. */
  readonly ended: Promise<TaskOutcome>
  readonly #parts: TaskParts
  readonly #key: string
  readonly #owner: Life | undefined
  #life: Life | undefined = undefined
  #cancelled: ExitReason | undefined = undefined
  #value: { readonly value: unknown } | undefined = undefined
  #settleOutcome!: (outcome: TaskOutcome) => void
  #settleEnded!: (outcome: TaskOutcome) => void

  constructor(parts: TaskParts) {
    const { port, supervisor, run, args, timeoutMs, restart, isLinked } = parts
    refuseDurableTurn(port, supervisor)
    this.#parts = parts
    this.run = run
    this.args = args
    this.timeoutMs = timeoutMs
    this.restart = restart
    this.#key = String(port.nextNumber())
    this.id = childId(supervisor, this.#key)
    this.#owner = isLinked && port instanceof LiveContext ? port.life : undefined
    this.outcome = new Promise((resolve) => (this.#settleOutcome = resolve))
    this.ended = new Promise((resolve) => (this.#settleEnded = resolve))
    this.#heed(parts.signal)
    this.started = this.#start()
    // Whoever does not ask is told by the outcome.
    this.started.catch(() => undefined)
  }

  isWanted(): boolean {
    return this.#cancelled === undefined && this.#owner?.isActive !== false
  }

  succeeded(value: unknown): void {
    this.#value = { value }
    this.#settleOutcome({ status: 'ok', value })
  }

  bind(life: Life): void {
    this.#life = life
    this.#owner?.link(life)
    // A time-out or a cancel is known before the function has given in. But what is linked to it must have felt its end first.
    const { signal } = life
    if (this.#owner === undefined) signal.addEventListener('abort', () => this.#fail(signal.reason as ExitReason), { once: true })
    life.whenEnded((reason) => this.#end(reason))
  }

  /** Resolves when nothing of it runs any more. */
  async cancel(cause?: unknown): Promise<void> {
    this.#cancelled ??= cause === undefined ? shutdown : shutdownBecause(cause)
    const life = this.#life
    if (life === undefined) {
      this.#fail(this.#cancelled)
      await this.started.catch(() => undefined)
      return
    }
    if (this.restart === 'permanent') return this.#terminate()
    this.#owner?.unlink(life)
    life.end(this.#cancelled, 'orderly')
    await new Promise<void>((resolve) => {
      life.whenEnded(() => resolve())
    })
  }

  async #start(): Promise<void> {
    try {
      const reply = await this.#ask('startMember', { key: this.#key, args: this })
      if (reply.status === 'error') throw errorOf(this.#parts.supervisor, reply.error)
      // Nobody wanted it any more when its turn came.
      if (reply.status === 'ignored') this.#end(this.#cancelled ?? noproc)
    } catch (error) {
      this.#settle({ status: 'failed', reason: crash(error), error })
      throw error
    }
  }

  /** One that is always started again has to be stopped by its supervisor. */
  async #terminate(): Promise<void> {
    await this.#ask('terminateChild', { id: this.#key })
  }

  async #ask(request: string, input: unknown): Promise<SupervisorReply> {
    const { port, supervisor } = this.#parts
    return (await port.call(supervisor, request, input, { timeout: 'infinity' })) as SupervisorReply
  }

  #heed(signal: AbortSignal | undefined): void {
    if (signal === undefined) return
    const cancel = (): void => void this.cancel(signal.reason)
    if (signal.aborted) this.#cancelled = shutdownBecause(signal.reason)
    else {
      signal.addEventListener('abort', cancel, { once: true })
      void this.ended.then(() => signal.removeEventListener('abort', cancel))
    }
  }

  #end(reason: ExitReason): void {
    this.#settle(this.#value === undefined ? this.#failure(reason) : { status: 'ok', ...this.#value })
  }

  #fail(reason: ExitReason): void {
    if (this.#value === undefined) this.#settleOutcome(this.#failure(reason))
  }

  #settle(outcome: TaskOutcome): void {
    this.#settleOutcome(outcome)
    this.#settleEnded(outcome)
  }

  #failure(reason: ExitReason): TaskOutcome {
    const why = this.#cancelled ?? reason
    return { status: 'failed', reason: why, error: errorOfEnd(this.id, why) }
  }
}

/** A turn that is dropped and repeated would run the function twice, and a function cannot be part of a commit. */
export function refuseDurableTurn(port: Port, supervisor: ActorId): void {
  if (!(port instanceof TurnContext)) return
  throw new DurableTurnError(
    `${displayId(port.id)}: a durable turn cannot start a task under ${displayId(supervisor)}, because a function cannot be ` +
      'part of the commit. Cast to a volatile actor that starts it; nothing was started',
  )
}
