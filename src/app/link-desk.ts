import type { Desk } from '../distribution/link-receiver.ts'
import { isLinked } from '../protocol/linked-id.ts'
import { messageOf } from '../runtime/message.ts'
import type { ActorSystem } from '../runtime/system.ts'

/** Hands what comes over links to the actors of a system. */
export function linkDesk(system: ActorSystem): Desk {
  const { router } = system
  return {
    problemWith: (to, message) => {
      if (isLinked(to) || !router.isJournaled(to)) return 'no durable actor has this id'
      return router.problemWith(to, message)
    },
    deliver: (to, seq, envelope) => router.deliverJournaled(to, messageOf({ seq, envelope, attempts: 0 })),
    bury: (to, seq, envelope) => system.deadLetter(to, messageOf({ seq, envelope, attempts: 0 }), 'noproc'),
  }
}
