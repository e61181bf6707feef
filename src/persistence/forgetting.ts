import { displayId, isBelow, type ActorId } from '../protocol/actor-id.ts'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'
import type { ActorTable } from './actor-table.ts'
import type { Records, Removed } from './records.ts'

/** What is forgotten with an actor. */
export interface ForgetOptions {
  /** Everything below it in the tree too. False if not given. */
  readonly below?: boolean
  /** What becomes of messages that it has accepted and not handled: `refuse`, the default, or `discard`, which drops them. */
  readonly unhandled?: 'refuse' | 'discard'
}

/** What has been forgotten. */
export interface Forgotten extends Removed {
  /** In the order of their ids; those of which nothing was there are not among them. */
  readonly actors: readonly ActorId[]
  /** How many of the messages in journals had not been handled. */
  readonly unhandled: number
}

interface Forgetting {
  readonly records: Records
  readonly actors: ActorTable
  readonly location: string
  readonly wallMs: number
}

/**
 * Removes what is kept of an actor but its counters, so that no number of a message, an incarnation or a checkpoint is ever given
 * twice. All of it or nothing, within the transaction that is open.
 */
export function forgetActors(id: ActorId, { below, unhandled }: Required<ForgetOptions>, store: Forgetting): Forgotten {
  const { records, actors } = store
  const ids = records.actorIds().filter((known) => known === id || (below && isBelow(id, known)))
  for (const known of ids) checkUnused(known, unhandled, store)
  const total = { checkpoints: 0, messages: 0, unhandled: 0, timers: 0, answers: 0, deadLetters: 0 }
  for (const known of ids) {
    const entry = actors.get(known)
    total.unhandled += records.countWaiting(known, entry.frontier)
    add(total, records.removeActor(known))
    actors.empty(entry)
    records.putBegunAnew({ actor: known, frontier: entry.frontier, atMs: store.wallMs, why: 'forgotten' })
  }
  // A supervisor has rows of its children, and none of itself.
  if (!ids.includes(id)) add(total, records.removeActor(id))
  return { actors: ids, ...total }
}

function checkUnused(id: ActorId, unhandled: 'refuse' | 'discard', { records, actors, location }: Forgetting): void {
  if (actors.isOpen(id)) throw refusal(location, 'in-use', `cannot forget ${displayId(id)}, which runs. End it for good first`)
  const waiting = records.countWaiting(id, actors.get(id).frontier)
  if (waiting === 0 || unhandled === 'discard') return
  const what = `${waiting} message${waiting === 1 ? '' : 's'}`
  const remedy = "Let it handle them, or pass { unhandled: 'discard' }"
  throw refusal(location, 'in-use', `cannot forget ${displayId(id)}, which has accepted ${what} and not handled them. ${remedy}`)
}

function add(total: { -readonly [Name in keyof Removed]: number }, removed: Removed): void {
  for (const name of ['checkpoints', 'messages', 'timers', 'answers', 'deadLetters'] as const) total[name] += removed[name]
}

function refusal(location: string, problem: StoreProblem, message: string): StoreError {
  return new StoreError({ problem, location, message: `${message}; nothing was forgotten` })
}
