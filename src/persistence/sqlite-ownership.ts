import type { StoreInfo } from '../runtime/persistence.ts'
import { readValue, type SqlHandle } from './sqlite-handle.ts'
import { createSchema, recogniseStore, upgradeSchema, type Found } from './sqlite-schema.ts'
import { checkAtStart } from './sqlite-start-check.ts'
import { applySettings, applySync, lockExclusively, type Place, type Sync } from './sqlite-settings.ts'

/** How a database is taken over. */
interface Terms {
  readonly location: string
  readonly sync: Sync
  /** Its pages are looked at first. */
  readonly isChecked: boolean
}

/**
 * Takes a database over: recognises it, locks it, sets it up, and raises its epoch, so that whoever owned it before can commit
 * no more. Throws what the driver throws, and changes nothing in a file that is not ours.
 */
export function takeOver(handle: SqlHandle, { location, sync, isChecked }: Terms): StoreInfo {
  // First of all: what is read before would set up memory to share the log with others.
  lockExclusively(handle)
  const isFile = Boolean(readValue(handle, "SELECT file FROM pragma_database_list WHERE name = 'main'"))
  const found = recogniseStore(handle, location)
  applySettings(handle, { location, isFile })
  if (isChecked && found.type !== 'new') checkAtStart(handle, location)
  // Whatever the user chose: the same epoch given out twice, after a loss of power, would fence nobody.
  applySync(handle, location, 'full')
  const owner = raiseEpoch(handle, found, { location, isFile })
  if (sync !== 'full') applySync(handle, location, sync)
  return { ...owner, location, sync: isFile ? sync : 'memory' }
}

/** An earlier version is brought up to date in the same transaction: whoever is killed meanwhile leaves it as it was. */
function raiseEpoch(handle: SqlHandle, found: Found, { location, isFile }: Place): Pick<StoreInfo, 'storeId' | 'epoch'> {
  handle.exec('BEGIN IMMEDIATE')
  try {
    if (found.type === 'older') upgradeSchema(handle, location, found.version)
    if (found.type === 'new') {
      createSchema(handle)
      // Stores in memory are for tests, which have to be the same at every run.
      const storeId = isFile ? 'lower(hex(randomblob(16)))' : "'memory'"
      handle.exec(`INSERT INTO meta (name, value) VALUES ('store_id', ${storeId}), ('epoch', 0)`)
    }
    handle.exec("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
    const storeId = String(readValue(handle, "SELECT value FROM meta WHERE name = 'store_id'"))
    const epoch = Number(readValue(handle, "SELECT value FROM meta WHERE name = 'epoch'"))
    handle.exec('COMMIT')
    return { storeId, epoch }
  } catch (error) {
    rollBack(handle)
    throw error
  }
}

function rollBack(handle: SqlHandle): void {
  try {
    handle.exec('ROLLBACK')
  } catch {
    // SQLite has done so by itself; the error that led here says more.
  }
}
