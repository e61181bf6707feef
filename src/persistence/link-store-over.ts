import type { LinkReceipt, LinkStore } from '../runtime/linked/link-store.ts'
import { checkText } from './envelope-text.ts'
import type { LinkAnswers, LinkOrder } from './link-operation.ts'
import type { Answers, OperationOf } from './operation.ts'

/** What carries out the operations of a store, as far as links need it. */
interface Submitting {
  submit<Type extends 'link', T>(make: () => OperationOf<Type>, read: (answer: Answers[Type]) => T): Promise<T>
}

/** The part of a store that is for links, over its operations. */
export function linkStoreOver(store: Submitting): LinkStore {
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
    outboxes: () => submit('', { ask: 'outboxes' }),
    forget: (link) => submit(link, { ask: 'forget' }),
  }
}
