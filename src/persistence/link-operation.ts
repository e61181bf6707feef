import type {
  LinkArrival,
  LinkMark,
  LinkPair,
  LinkPeer,
  LinkReceipt,
  Meeting,
  OutboxMessage,
} from '../runtime/linked/link-store.ts'

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
  | { readonly ask: 'outboxes' }
  | { readonly ask: 'forget' }

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
  readonly outboxes: readonly { readonly link: string; readonly waiting: number }[]
  readonly forget: number
}
