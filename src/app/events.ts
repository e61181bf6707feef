import type { ActorEvent } from '../runtime/events.ts'
import type { OverloadEvent } from '../runtime/overload-watch.ts'
import type { SupervisorEvent } from '../supervision/events.ts'
import type { KeptDecisionsEvent } from './kept-decisions.ts'
import type { RestartsNotCounted } from './store-lifetimes.ts'

/** Everything that a running tree tells of itself. */
export type CoppiceEvent = ActorEvent | SupervisorEvent | OverloadEvent | KeptDecisionsEvent | RestartsNotCounted

/** Is told of each event while it happens: it must be quick, and what it throws does not reach the tree. */
export type EventListener = (event: CoppiceEvent) => void
