import { displayId } from '../../protocol/actor-id.ts'
import { describeReason } from '../../protocol/exit-reason.ts'
import { describeBeginning } from '../../runtime/beginning.ts'
import { describeMessage } from '../../runtime/message.ts'
import type { Comeback, DecisionRecord } from '../shell/decision-log.ts'
import { describeCause } from './describe-cause.ts'

/**
 * A decision in a few lines for a person: who ended and why, at which message, what was decided and why, and what came back.
 *
 * @returns lines without a line break at the end
 * @example
 * ```ts
 * import { actor, child, describeDecision, start, supervisor } from 'coppice'
 *
 * const Till = actor('till', {
 *   initial: () => ({}),
 *   handlers: ({ call }) => ({
 *     pay: call((): { reply: number } => {
 *       throw new Error('no paper')
 *     }),
 *     isOpen: call(() => ({ reply: true })),
 *   }),
 * })
 * const app = await start(supervisor({}, { till: child(Till) }))
 * await app.tree.till.call.pay().catch(() => undefined)
 * await app.tree.till.call.isOpen()
 * const [record] = app.decisions()
 * for (const line of record === undefined ? [] : describeDecision(record).split('\n').slice(1)) console.log(line.trim())
 * // => because: crash: no paper
 * // => handling: call "pay" from outside
 * // => decided: restart: "till" is permanent and crashed: it is started again (2 of 3 restarts left in 5 s)
 * // => back: till#2, no hook, last state in memory
 * await app.stop()
 * ```
 */
export function describeDecision(record: DecisionRecord): string {
  const { supervisor, id, incarnation, reason, message, decided, why, atMs, epoch, isEarlier, back } = record
  const what = incarnation === undefined ? `${id} was not started` : `${id}#${incarnation} ended`
  const where = isEarlier ? ` (in an earlier process, epoch ${epoch})` : ''
  return [
    `${new Date(atMs).toISOString()} ${displayId(supervisor)}: ${what}${where}`,
    `  because: ${describeCause(reason).replaceAll('\n', '\n  ')}`,
    ...(message === undefined ? [] : [`  handling: ${describeMessage(message)}`]),
    `  decided: ${decided}: ${why}`,
    ...back.map((comeback) => `  back: ${described(comeback)}`),
  ].join('\n')
}

function described(comeback: Comeback): string {
  switch (comeback.status) {
    case 'started': {
      const { id, incarnation, beginning } = comeback
      return `${id}#${incarnation}${beginning === undefined ? '' : `, ${describeBeginning(beginning)}`}`
    }
    case 'ignored':
      return `${comeback.id} ignored its start`
    case 'failed':
      return `${comeback.id} could not be started (${describeReason(comeback.reason)})`
  }
}
