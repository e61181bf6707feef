import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { StoreError } from '../runtime/errors.ts'
import type { Store } from '../runtime/persistence.ts'
import type { SqlHandle } from '../persistence/sqlite-handle.ts'
import { loadDriver } from '../persistence/sqlite-loader.ts'
import { sqlite } from '../persistence/sqlite-store.ts'

/** Where a simulation keeps its state. */
export interface SimulatedDatabase {
  /** Nothing for a tree without a store. */
  readonly store: Store | undefined
  /** Takes half of the state of a checkpoint away, as a write that was cut off. */
  tear(actor: ActorId, checkpoint: number): void
  readonly canTear: boolean
  /** The newest checkpoint of each actor; nothing where none can be torn. */
  newestCheckpoints(): ReadonlyMap<ActorId, number> | undefined
  close(): void
}

/** What a simulation is given as store; a database in memory of its own if nothing. */
export function simulatedDatabase(
  given: Store | SqlHandle | false | undefined,
  { mustTear }: { readonly mustTear: boolean },
): SimulatedDatabase {
  if (given === undefined) {
    const handle = openMemory()
    return { store: sqlite(handle), ...tearing(handle), close: () => void handle.close() }
  }
  if (given !== false && isHandle(given)) return { store: sqlite(given), ...tearing(given), close: keep }
  if (mustTear) throw cannotTear(given)
  return {
    store: given === false ? undefined : given,
    canTear: false,
    tear: keep,
    newestCheckpoints: () => undefined,
    close: keep,
  }
}

/** A checkpoint is to be torn where there is no database in which that can be done. */
export function cannotTear(value: unknown): ConfigurationError {
  return new ConfigurationError({
    path: 'simulatedSystem: store',
    rule: 'must be a database that is open, or not be given, because the plan has a checkpoint to tear',
    value,
  })
}

function openMemory() {
  const driver = loadDriver()
  if (!('obstacle' in driver)) return new driver(':memory:', { timeout: 0 })
  const { obstacle, cause } = driver
  throw new StoreError({ problem: 'unsupported', location: ':memory:', message: `${obstacle}; nothing was started`, cause })
}

function tearing(handle: SqlHandle): Pick<SimulatedDatabase, 'tear' | 'canTear' | 'newestCheckpoints'> {
  return {
    canTear: true,
    tear: (actor, checkpoint) => {
      const tear = 'UPDATE checkpoint SET state = substr(state, 1, length(state) / 2) WHERE actor = ? AND number = ?'
      handle.prepare(tear).run(actor, checkpoint)
    },
    newestCheckpoints: () => {
      const rows = handle.prepare('SELECT actor, max(number) AS newest FROM checkpoint GROUP BY actor').all()
      return new Map((rows as { readonly actor: ActorId; readonly newest: number }[]).map(({ actor, newest }) => [actor, newest]))
    },
  }
}

function keep(): void {}

function isHandle(given: Store | SqlHandle): given is SqlHandle {
  return 'prepare' in given && 'exec' in given
}
