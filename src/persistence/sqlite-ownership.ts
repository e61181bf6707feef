import type { StoreInfo } from '../runtime/persistence.ts'
import { readValue, type SqlHandle } from './sqlite-handle.ts'
import { createSchema, recogniseStore, upgradeSchema, type Found } from './sqlite-schema.ts'
import { checkAtStart } from './sqlite-start-check.ts'
import { applySettings, applySync, lockExclusively, type Place, type Sync } from './sqlite-settings.ts'
import { checkWitness, writeWitness } from './sqlite-witness.ts'

/** How a database is taken over. */
interface Terms {
  readonly location: string
  readonly sync: Sync
  /** Its pages are looked at first. */
  readonly isChecked: boolean
  /** The file that knows how often it was opened. */
  readonly witness?: string | undefined
  /** Called when nobody else has the database, before its epoch is raised: what fails here has raised none. */
  readonly settle?: ((handle: SqlHandle) => void) | undefined
}

/**
 * Takes a database over: recognises it, locks it, sets it up, and raises its epoch, so that whoever owned it before can commit
 * no more. Throws what the driver throws, and changes nothing in a file that is not ours.
 */
export function takeOver(handle: SqlHandle, { location, sync, isChecked, witness, settle }: Terms): StoreInfo {
  // First of all: what is read before would set up memory to share the log with others.
  lockExclusively(handle)
  const isFile = Boolean(readValue(handle, "SELECT file FROM pragma_database_list WHERE name = 'main'"))
  const found = recogniseStore(handle, location)
  applySettings(handle, { location, isFile })
  if (isChecked && found.type !== 'new') checkAtStart(handle, location)
  // Whatever the user chose: the same epoch given out twice, after a loss of power, would fence nobody.
  applySync(handle, location, 'full')
  settle?.(handle)
  const owner = raiseEpoch(handle, found, { location, isFile, witness })
  if (witness !== undefined) writeWitness(location, witness, owner)
  if (sync !== 'full') applySync(handle, location, sync)
  return { ...owner, location, sync: isFile ? sync : 'memory' }
}

/** An earlier version is brought up to date in the same transaction: whoever is killed meanwhile leaves it as it was. */
function raiseEpoch(
  handle: SqlHandle,
  found: Found,
  { location, isFile, witness }: Place & Pick<Terms, 'witness'>,
): Pick<StoreInfo, 'storeId' | 'epoch'> {
  handle.exec('BEGIN IMMEDIATE')
  try {
    if (witness !== undefined) checkWitness(location, witness, found.type === 'new' ? undefined : readOwner(handle))
    if (found.type === 'older') upgradeSchema(handle, location, found.version)
    if (found.type === 'new') {
      createSchema(handle)
      // Stores in memory are for tests, which have to be the same at every run.
      const storeId = isFile ? 'lower(hex(randomblob(16)))' : "'memory'"
      handle.exec(`INSERT INTO meta (name, value) VALUES ('store_id', ${storeId}), ('epoch', 0)`)
    }
    handle.exec("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
    const owner = readOwner(handle)
    handle.exec('COMMIT')
    return owner
  } catch (error) {
    rollBack(handle)
    throw error
  }
}

function readOwner(handle: SqlHandle): Pick<StoreInfo, 'storeId' | 'epoch'> {
  const storeId = String(readValue(handle, "SELECT value FROM meta WHERE name = 'store_id'"))
  const epoch = Number(readValue(handle, "SELECT value FROM meta WHERE name = 'epoch'"))
  return { storeId, epoch }
}

function rollBack(handle: SqlHandle): void {
  try {
    handle.exec('ROLLBACK')
  } catch {
    // SQLite has done so by itself; the error that led here says more.
  }
}
