import type { LinkEvent } from '../distribution/events.ts'
import type { ActorEvent } from '../runtime/events.ts'
import type { OverloadEvent } from '../runtime/overload-watch.ts'
import type { SupervisorEvent } from '../supervision/events.ts'
import type { DetachedInfo } from './detached.ts'
import type { KeptDecisionsEvent } from './kept-decisions.ts'
import type { RestartsNotCounted } from './store-lifetimes.ts'

/** Everything that a running tree tells of itself. */
export type CoppiceEvent =
  LinkEvent | ActorEvent | SupervisorEvent | OverloadEvent | DetachedEvent | KeptDecisionsEvent | RestartsNotCounted

/** What happens to detached actors. */
export type DetachedEvent =
  /** Its kind is not among those that the tree was started with: it does not run, and what is stored of it stays as it is. */
  { readonly type: 'not adopted' } & DetachedInfo

/** Is told of each event while it happens: it must be quick, and what it throws does not reach the tree. */
export type EventListener = (event: CoppiceEvent) => void
