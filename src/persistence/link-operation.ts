import type {
  LinkArrival,
  LinkMark,
  LinkPair,
  LinkPeer,
  LinkReceipt,
  LinkStore,
  Meeting,
  OutboxMessage,
} from '../runtime/linked/link-store.ts'
import { checkText } from './envelope-text.ts'
import type { OperationStore } from './operation-store.ts'

/** What a store is asked to do for a link. */
export type LinkOrder =
  | { readonly ask: 'bound'; readonly maxOutbox: number; readonly maxPairs: number }
  | { readonly ask: 'meet'; readonly peer: LinkPeer }
  | { readonly ask: 'receive'; readonly arrivals: readonly LinkArrival[] }
  | { readonly ask: 'outbox'; readonly after: number; readonly most: number }
  | { readonly ask: 'waiting' }
  | { readonly ask: 'acknowledged'; readonly marks: readonly LinkMark[] }
  | { readonly ask: 'sent'; readonly after: LinkPair; readonly most: number }
  | { readonly ask: 'marks'; readonly pairs: readonly LinkPair[] }
  | { readonly ask: 'mend'; readonly marks: readonly LinkMark[]; readonly peer?: LinkPeer | undefined }

/** What each of them comes to. */
export interface LinkAnswers {
  readonly bound: undefined
  readonly meet: Meeting
  readonly receive: LinkReceipt
  readonly outbox: readonly OutboxMessage[]
  readonly waiting: number
  readonly acknowledged: number
  readonly sent: readonly LinkMark[]
  readonly marks: readonly LinkMark[]
  readonly mend: undefined
}

/** The part of a store that is for links, over its operations. */
export function linkStoreOver(store: OperationStore): LinkStore {
  const submit = <Ask extends LinkOrder['ask']>(
    link: string,
    order: LinkOrder & { readonly ask: Ask },
  ): Promise<LinkAnswers[Ask]> =>
    store.submit<'link', LinkAnswers[Ask]>(
      () => ({ type: 'link', link, order }),
      // What an order comes to is told by its kind alone.
      (answer) => answer as LinkAnswers[Ask],
    )
  return {
    // A store that cannot take it says so with the next order.
    bound: (link, maxOutbox, maxPairs) => void submit(link, { ask: 'bound', maxOutbox, maxPairs }).catch(() => undefined),
    meet: (link, peer) => submit(link, { ask: 'meet', peer }),
    receive: (link, arrivals) =>
      store.submit<'link', LinkReceipt>(
        () => {
          for (const { message } of arrivals)
            for (const text of [message.from, message.to, message.name, message.key ?? '']) checkText(text, 'message')
          return { type: 'link', link, order: { ask: 'receive', arrivals } }
        },
        (answer) => answer as LinkReceipt,
      ),
    outbox: (link, after, most) => submit(link, { ask: 'outbox', after, most }),
    waiting: (link) => submit(link, { ask: 'waiting' }),
    acknowledged: (link, marks) => submit(link, { ask: 'acknowledged', marks }),
    sent: (link, after, most) => submit(link, { ask: 'sent', after, most }),
    marks: (link, pairs) => submit(link, { ask: 'marks', pairs }),
    mend: (link, marks, peer) => submit(link, { ask: 'mend', marks, peer }),
  }
}
