import { describeReason, isAbnormal, type CoppiceEvent } from '../../src/index.ts'
import { tell, type Telling } from './telling.ts'

/** Tells of the events that a person wants to know of. */
export function tellOf(event: CoppiceEvent): void {
  const telling = tellingOf(event)
  if (telling !== undefined) tell(telling)
}

function tellingOf(event: CoppiceEvent): Telling | undefined {
  switch (event.type) {
    case 'exited':
      return isAbnormal(event.reason) ? crashOf(event) : undefined
    case 'started':
      return event.cause === 'exit' ? { type: 'restarted', id: event.id, incarnation: event.incarnation } : undefined
    case 'dead letter':
      return { type: 'trouble', what: `a message "${event.message.name}" to ${event.id} is a dead letter: ${event.why}` }
    case 'checkpoint damaged':
      return { type: 'trouble', what: `checkpoint ${event.number} of ${event.id} cannot be read: ${event.problem}` }
    case 'decided':
      return event.decision.decided === 'give up' ? { type: 'trouble', what: event.decision.why } : undefined
    default:
      return undefined
  }
}

function crashOf({ id, reason, message }: Extract<CoppiceEvent, { readonly type: 'exited' }>): Telling {
  return { type: 'crash', id, handler: message?.name, why: describeReason(reason).replace(/^crash: /, '') }
}
