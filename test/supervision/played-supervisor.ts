import { crash, shutdown, type ExitReason } from '../../src/protocol/exit-reason.ts'
import type { Children, Child } from '../../src/supervision/machine/children.ts'
import type { Command, Decision, StartOrder, SupervisorReply } from '../../src/supervision/machine/commands.ts'
import { createDecider, type Decider, type SupervisorInput } from '../../src/supervision/machine/decider.ts'
import { explain } from '../../src/supervision/machine/explain.ts'
import type { Wish } from '../../src/supervision/specs/decide.ts'
import type { Fact, StartResult, SupervisorRequest } from '../../src/supervision/machine/facts.ts'

/** What one attempt to start a child comes to. */
export type Attempt = 'ok' | 'ignore' | { readonly fail: ExitReason }

/** The attempt that fails with a crash of this name. */
export function fail(error: string): Attempt {
  return { fail: crash(error) }
}

/** Facts of every type without their time, which the player knows. */
type Untimed<Known> = Known extends { readonly nowMs: number } ? Omit<Known, 'nowMs'> : never

/** A supervisor without a runtime: starts do as scripted, stops always work, and the mailbox is a list. */
export interface PlayedSupervisor {
  readonly decider: Decider
  /** What was done since the last look: `start a#1`, `failed a`, `ignored a`, `stop a#1`, `retry a`, `delay a 0-100`, `forget a`, `up`, `exit`. */
  done(): string[]
  /** Every decision so far. */
  readonly decisions: readonly Decision[]
  readonly orders: readonly StartOrder[]
  /** With what it ended. */
  readonly ended: ExitReason | undefined
  /** The facts it was told, with their times. */
  readonly facts: readonly Fact[]
  /** The commands of each step, the start first. */
  readonly steps: readonly (readonly Command[])[]
  /** The running incarnation of this child ends by itself. */
  exit(id: string, reason?: ExitReason, wish?: Wish, problem?: ExitReason): void
  /** Calls it; the answer is there when the call has had its turn. */
  ask(request: SupervisorRequest): { reply: SupervisorReply | undefined }
  /** The running incarnation of this child says whether it is well. */
  report(id: string, isHealthy: boolean): void
  stop(reason?: ExitReason): void
  /** Everything that `put` puts into the mailbox is there before the first of it is handled. */
  burst(put: () => void): void
  /** Time passes; every delay takes as long as it can. */
  pass(ms: number): void
  /** The ids of the children that are running, restarting and stopped. */
  look(): { readonly running: string[]; readonly restarting: string[]; readonly stopped: string[] }
}

/** Plays a supervisor. `starts` are the attempts of each child; when they are used up, and without any, they work. */
export function play(
  input: SupervisorInput,
  {
    starts = {},
    table,
  }: {
    readonly starts?: Readonly<Record<string, readonly Attempt[]>>
    readonly table?: (children: readonly Child[]) => Children
  } = {},
): PlayedSupervisor {
  const decider = createDecider(input, table)
  const attempts = new Map<string, number>()
  const incarnations = new Map<string, number>()
  const replies: { reply: SupervisorReply | undefined }[] = []
  const mailbox: Untimed<Fact>[] = []
  const decisions: Decision[] = []
  const orders: StartOrder[] = []
  const facts: Fact[] = []
  const steps: (readonly Command[])[] = []
  let delays: { readonly id: string; readonly round: number; readonly dueMs: number }[] = []
  let log: string[] = []
  let nowMs = 0
  let held = false
  let ended: ExitReason | undefined

  const tell = (fact: Untimed<Fact>): void => {
    // Time is the only thing that was left out.
    const timed = { ...fact, nowMs } as Fact
    facts.push(timed)
    carryOut(decider.decide(timed))
  }
  const carryOut = (commands: readonly Command[]): void => {
    steps.push(commands)
    for (const command of commands) obey(command)
  }
  const obey = (command: Command): void => {
    switch (command.type) {
      case 'start':
        orders.push(...command.orders)
        return tell({ type: 'started', results: startInOrder(command.orders) })
      case 'stop':
        for (const { id, incarnation, joins } of command.orders)
          log.push(`${joins === true ? '& ' : ''}stop ${id}#${incarnation}${command.together ? ' together' : ''}`)
        return tell({ type: 'stopped' })
      case 'retry':
        log.push(`retry ${command.id}`)
        mailbox.push({ type: 'retry', id: command.id })
        return
      case 'delay':
        log.push(`delay ${command.id} ${command.fromMs}-${command.toMs}`)
        delays.push({ id: command.id, round: command.round, dueMs: nowMs + command.toMs })
        return
      case 'setAside':
        return void log.push(`set aside ${command.id}`)
      case 'reply': {
        const asked = replies[command.ticket]
        if (asked === undefined || asked.reply !== undefined) throw new Error(`nobody waits for reply ${command.ticket}`)
        asked.reply = command.reply
        return
      }
      case 'forget':
        return void log.push(`forget ${command.id}`)
      case 'decided':
        return void decisions.push(explain(command.occasion))
      case 'up':
        return void log.push('up')
      case 'exit':
        ended = command.reason
        return void log.push('exit')
    }
  }
  const startInOrder = (due: readonly StartOrder[]): StartResult[] => {
    const results: StartResult[] = []
    for (const { spec, joins } of due) {
      if (joins !== true && results.some(({ status }) => status === 'failed')) break
      results.push(startOne(spec.id, joins === true ? '& ' : ''))
    }
    return results
  }
  const startOne = (id: string, sign: string): StartResult => {
    const attempt = attempts.get(id) ?? 0
    attempts.set(id, attempt + 1)
    const outcome = starts[id]?.[attempt] ?? 'ok'
    if (outcome === 'ignore') {
      log.push(`${sign}ignored ${id}`)
      return { id, status: 'ignored' }
    }
    if (outcome !== 'ok') {
      log.push(`${sign}failed ${id}`)
      return { id, status: 'failed', reason: outcome.fail }
    }
    const incarnation = (incarnations.get(id) ?? 0) + 1
    incarnations.set(id, incarnation)
    log.push(`${sign}start ${id}#${incarnation}`)
    return { id, status: 'started', incarnation }
  }
  const put = (fact: Untimed<Fact>): void => {
    mailbox.push(fact)
    if (!held) settle()
  }
  const settle = (): void => {
    for (let fact = mailbox.shift(); fact !== undefined && ended === undefined; fact = mailbox.shift()) tell(fact)
  }

  carryOut(decider.start())
  return {
    decider,
    decisions,
    orders,
    facts,
    steps,
    get ended() {
      return ended
    },
    done() {
      const lines = log
      log = []
      return lines
    },
    exit(id, reason = crash('boom'), wish, problem) {
      const judgement = { ...(wish !== undefined && { wish }), ...(problem !== undefined && { problem }) }
      put({ type: 'exited', id, incarnation: incarnations.get(id) ?? 0, reason, ...judgement })
    },
    ask(request) {
      const asked: { reply: SupervisorReply | undefined } = { reply: undefined }
      const ticket = replies.push(asked) - 1
      put({ type: 'asked', ticket, request })
      return asked
    },
    report: (id, isHealthy) => put({ type: 'health', id, incarnation: incarnations.get(id) ?? 0, isHealthy }),
    stop: (reason = shutdown) => put({ type: 'shutdown', reason }),
    burst(fill) {
      held = true
      fill()
      held = false
      settle()
    },
    pass(ms) {
      const untilMs = nowMs + ms
      const isDue = ({ dueMs }: { readonly dueMs: number }): boolean => dueMs <= untilMs
      for (let due = delays.filter(isDue); due.length > 0; due = delays.filter(isDue)) {
        const [next] = due.sort((a, b) => a.dueMs - b.dueMs)
        if (next === undefined) break
        delays = delays.filter((each) => each !== next)
        nowMs = next.dueMs
        put({ type: 'due', id: next.id, round: next.round })
      }
      nowMs = untilMs
    },
    look() {
      const ids = (status: Child['status']): string[] =>
        decider.children
          .all()
          .filter((child) => child.status === status)
          .map((child) => child.spec.id)
      return { running: ids('running'), restarting: ids('restarting'), stopped: ids('stopped') }
    },
  }
}
