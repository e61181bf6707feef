import { describeReason, type ExitReason } from '../../protocol/exit-reason.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Decision } from './commands.ts'
import type { Occasion, Verdict } from './occasion.ts'
import type { Intensity } from '../specs/intensity.ts'
import type { Strategy } from '../specs/strategy.ts'

/** A verdict as the log gets it, with the sentence that says why. */
export function explain(occasion: Occasion): Decision {
  const { spec, incarnation, reason, message, limit } = occasion
  const decided = outcomeOf(occasion.verdict)
  const budgetLeft = decided === 'give up' ? 0 : occasion.budgetLeft
  return { child: spec.id, incarnation, reason, message, decided, why: sentence(occasion), budgetLeft, limit }
}

/** What a verdict comes to. */
export function outcomeOf(verdict: Verdict): Decision['decided'] {
  return decidedBy[verdict]
}

const decidedBy: Record<Verdict, Decision['decided']> = {
  'restart': 'restart',
  'leave': 'leave',
  'remove': 'remove',
  'shut down': 'shut down',
  'give up': 'give up',
  'escalate': 'escalate',
  'hold': 'wait',
  'pass': 'restart',
  'retry': 'retry',
  'give up retrying': 'give up',
  'not started': 'give up',
  'not added': 'remove',
  'still down': 'leave',
}

function sentence(occasion: Occasion): string {
  const { spec, limit } = occasion
  switch (occasion.verdict) {
    case 'restart':
      return `${exitOf(occasion)}: ${restarted[occasion.strategy]}${after(occasion)} (${budget(occasion)})`
    case 'leave':
      return `${exitOf(occasion)}: it stays down`
    case 'remove':
      return `${exitOf(occasion)}: it is removed`
    case 'shut down':
      return `${exitOf(occasion)}, and it is significant: the supervisor shuts down`
    case 'give up':
      return `${exitOf(occasion)}, and ${spent(limit)}: the supervisor gives up`
    case 'escalate':
      return `${exitOf(occasion)}: the supervisor ends, and the one above decides`
    case 'hold':
      return `${exitOf(occasion)}, and its gate "${spec.gate}" is closed: it waits for it, and no restart is counted`
    case 'pass':
      return `${opened(occasion)}: ${restarted[occasion.strategy]}${after(occasion)}, which is not counted (${budget(occasion)})`
    case 'retry':
      return `"${spec.id}" could not be started again: it is tried once more${after(occasion)} (${budget(occasion)})`
    case 'give up retrying':
      return `"${spec.id}" could not be started again, and ${spent(limit)}: the supervisor gives up`
    case 'not started':
      return `"${spec.id}" could not be started: the supervisor does not start`
    case 'not added':
      return `"${spec.id}" could not be started as asked: it is not kept`
    case 'still down':
      return `"${spec.id}" could not be started as asked: it stays down`
  }
}

const restarted: Record<Strategy, string> = {
  one_for_one: 'it is started again',
  one_for_all: 'all children are restarted',
  rest_for_one: 'it and all later children are restarted',
}

function after({ pause }: Occasion): string {
  if (pause === undefined) return ''
  if (pause === 'group') return ' with the group that waits'
  const { fromMs, toMs } = pause
  if (fromMs === toMs) return ` after ${describeTime(toMs)}`
  return fromMs === 0 ? ` after up to ${describeTime(toMs)}` : ` after ${describeTime(fromMs)} to ${describeTime(toMs)}`
}

function opened({ spec: { id, gate } }: Occasion): string {
  return `the gate "${gate}" of "${id}" is open`
}

function exitOf({ spec, incarnation, reason, isFinal = false, wish, problem }: Occasion): string {
  const exit = incarnation === undefined ? 'could not be started again' : `is ${spec.restart} and ${ended[reason.type]}`
  const judged = problem === undefined ? wish && `"decide" says "${wish}"` : `"decide" failed (${describeReason(problem)})`
  return [`"${spec.id}" ${exit}`, judged, isFinal && ownLimit(spec)].filter(Boolean).join(', and ')
}

function ownLimit({ maxRestarts = Infinity }: ChildSpec): string {
  if (maxRestarts === 0) return 'it may not be restarted'
  return maxRestarts === 1 ? 'the one restart of its life is used up' : `the ${maxRestarts} restarts of its life are used up`
}

const ended: Record<ExitReason['type'], string> = {
  normal: 'ended normally',
  shutdown: 'was shut down',
  killed: 'was killed',
  noproc: 'found a process missing',
  noconnection: 'was lost with its process',
  error: 'crashed',
}

function budget({ budgetLeft, limit }: Occasion): string {
  return `${budgetLeft} of ${limit.restarts} restarts left in ${describeTime(limit.withinMs)}`
}

function spent({ restarts, withinMs }: Intensity): string {
  if (restarts === 0) return 'no restart is allowed'
  if (restarts === 1) return `the one restart in ${describeTime(withinMs)} is used up`
  return `the ${restarts} restarts in ${describeTime(withinMs)} are used up`
}

/** A length of time for a person: `5 s`, `500 ms`, `2 min`. */
export function describeTime(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`
}
