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
  close(): void
}

/** What a simulation is given as store; a database in memory of its own if nothing. */
export function simulatedDatabase(
  given: Store | SqlHandle | false | undefined,
  { mustTear }: { readonly mustTear: boolean },
): SimulatedDatabase {
  if (given === undefined) {
    const handle = openMemory()
    return { store: sqlite(handle), tear: tearing(handle), close: () => void handle.close() }
  }
  if (given !== false && isHandle(given)) return { store: sqlite(given), tear: tearing(given), close: keep }
  if (mustTear)
    throw new ConfigurationError({
      path: 'simulatedSystem: store',
      rule: 'must be a database that is open, or not be given, because the plan has a checkpoint to tear',
      value: given,
    })
  return { store: given === false ? undefined : given, tear: keep, close: keep }
}

function openMemory() {
  const driver = loadDriver()
  if (!('obstacle' in driver)) return new driver(':memory:', { timeout: 0 })
  const { obstacle, cause } = driver
  throw new StoreError({ problem: 'unsupported', location: ':memory:', message: `${obstacle}; nothing was started`, cause })
}

function tearing(handle: SqlHandle): SimulatedDatabase['tear'] {
  return (actor, checkpoint) => {
    const tear = 'UPDATE checkpoint SET state = substr(state, 1, length(state) / 2) WHERE actor = ? AND number = ?'
    handle.prepare(tear).run(actor, checkpoint)
  }
}

function keep(): void {}

function isHandle(given: Store | SqlHandle): given is SqlHandle {
  return 'prepare' in given && 'exec' in given
}
