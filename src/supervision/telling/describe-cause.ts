import { describeReason, type ExitReason } from '../../protocol/exit-reason.ts'
import { describeMessage, type MessageInfo } from '../../runtime/message.ts'
import type { Escalated, FailedToStart, GaveUp } from '../machine/exit-causes.ts'
import { describeTime } from '../machine/explain.ts'

/**
 * An exit reason with its whole chain of causes, one level a line and each further in than the one that it is the cause of: from
 * the supervisor that gave up, over those below that gave up before it, down to the child and the message that it began with.
 *
 * @returns lines without a line break at the end; one line for a reason without such a chain
 * @example
 * ```ts
 * import { actor, child, describeCause, start, supervisor } from 'coppice'
 *
 * const Till = actor('till', {
 *   initial: () => ({}),
 *   handlers: ({ cast }) => ({
 *     pay: cast(() => {
 *       throw new Error('no paper')
 *     }),
 *   }),
 * })
 * const once = { intensity: { restarts: 0, within: '1m' } } as const
 * const app = await start(supervisor(once, { shop: supervisor(once, { till: child(Till) }) }))
 * void app.tree.shop.till.cast.pay()
 * for (const line of describeCause(await app.ended).split('\n')) console.log(line.trim())
 * // => it gave up on "shop" (no restart is allowed), which ended:
 * // => it gave up on "till" (no restart is allowed), which ended while it handled cast "pay" from outside:
 * // => crash: no paper
 * ```
 */
export function describeCause(reason: ExitReason): string {
  return linesOf(reason).join('\n')
}

function linesOf(reason: ExitReason): readonly string[] {
  const cause = causeIn(reason)
  if (cause === undefined) return [describeReason(reason)]
  const below = linesOf(cause.reason).map((line) => `  ${line}`)
  if (cause.type === 'failed_to_start_child') return [`it did not start, because "${cause.id}" could not be started:`, ...below]
  if (cause.type === 'escalated') {
    const failed = cause.problem && [`  and its decide failed: ${describeReason(cause.problem)}`]
    return [`it left the end of "${cause.id}" to the supervisor above${during(cause.message)}:`, ...below, ...(failed ?? [])]
  }
  if (cause.before === undefined)
    return [`it gave up on "${cause.id}" (${budget(cause)}), which ended${during(cause.message)}:`, ...below]
  return [
    `it gave up on "${cause.id}" (${budget(cause)}), which could not be started again:`,
    ...below,
    `  and had ended${during(cause.before.message)}:`,
    ...linesOf(cause.before.reason).map((line) => `    ${line}`),
  ]
}

function during(message: MessageInfo | undefined): string {
  return message === undefined ? '' : ` while it handled ${describeMessage(message)}`
}

/** A reason may come from a store or another program: what does not look like a cause is none. */
function causeIn(reason: ExitReason): Escalated | FailedToStart | GaveUp | undefined {
  if (reason.type !== 'shutdown' || typeof reason.cause !== 'object' || reason.cause === null) return undefined
  const cause = reason.cause as Partial<Escalated | FailedToStart | GaveUp>
  if (typeof cause.id !== 'string' || typeof cause.reason?.type !== 'string') return undefined
  if (cause.type === 'failed_to_start_child') return cause as FailedToStart
  if (cause.type === 'escalated') return cause as Escalated
  return cause.type === 'reached_max_restart_intensity' && Array.isArray(cause.agesMs) ? (cause as GaveUp) : undefined
}

function budget({ restarts, withinMs, agesMs }: GaveUp): string {
  if (restarts === 0) return 'no restart is allowed'
  const ages = agesMs.map((age) => (age === 0 ? 'just now' : `${describeTime(age)} before`))
  return `${restarts} ${restarts === 1 ? 'restart' : 'restarts'} in ${describeTime(withinMs)}, used ${ages.join(', ')}`
}
