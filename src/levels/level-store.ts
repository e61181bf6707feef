import { createFairScheduler } from '../runtime/fair-scheduler.ts'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'
import type { Persistence, Store } from '../runtime/persistence.ts'
import { createSystemClock } from '../runtime/system-clock.ts'
import type { Entry } from './entry.ts'
import { LevelFileError, type LevelFileProblem } from './errors.ts'
import type { Unsaved } from './level-memory.ts'

/** The checkpoints of a level stand in a store as members of a supervisor that there is not: one row for each key. */
const place = '~level'

const problems: Partial<Readonly<Record<StoreProblem, LevelFileProblem>>> = {
  'full': 'full',
  'read-only': 'read-only',
  'damaged': 'damaged',
  'newer-schema': 'newer',
  'not-a-store': 'no file',
}

/**
 * Writes what has changed, in one transaction (over a thread maybe in several, of whole checkpoints); resolves with where.
 * The store is open for as long as that takes.
 *
 * @throws {LevelFileError} if it cannot: nothing of it counts as written. NotStorableError if a value cannot be stored.
 */
export function saveInStore(store: Store, { kept, gone }: Unsaved): Promise<string> {
  return during(store, 'not written', async (persistence) => {
    const writes = kept.map(([id, entry]) => persistence.saveMember({ supervisor: place, key: id, args: entry }))
    const drops = gone.map((id) => persistence.dropMember(place, id))
    // All of them are over before it is let go of the store.
    const done = await Promise.allSettled([...writes, ...drops])
    for (const each of done) if (each.status === 'rejected') throw each.reason as Error
  })
}

/** Everything that was written; nothing if that is nothing. */
export async function loadFromStore(store: Store): Promise<readonly Entry[] | undefined> {
  let entries: readonly Entry[] = []
  await during(store, 'unreadable', async (persistence) => {
    // Nobody else writes there.
    entries = (await persistence.members(place)).map(({ args }) => args as Entry)
  })
  return entries.length === 0 ? undefined : entries
}

async function during(
  store: Store,
  otherwise: LevelFileProblem,
  work: (persistence: Persistence) => Promise<void>,
): Promise<string> {
  try {
    const clock = createSystemClock()
    const persistence = await store.open({ clock, scheduler: createFairScheduler({ clock }) })
    try {
      await work(persistence)
    } finally {
      await persistence.close()
    }
    return persistence.info.location
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    throw new LevelFileError(problems[error.problem] ?? otherwise, error.location, error.message, { cause: error })
  }
}
