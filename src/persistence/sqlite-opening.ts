import { resolve } from 'node:path'
import { StoreError } from '../runtime/errors.ts'
import { defaultBounds, type Bounds } from './bounds.ts'
import type { Connection } from './connection.ts'
import { SqliteBounds } from './sqlite-bounds.ts'
import { copyDatabase } from './sqlite-copy.ts'
import { sqliteFailure } from './sqlite-failure.ts'
import { prepareFile, watchPlace } from './sqlite-file.ts'
import type { OwnHandle, SqlHandle } from './sqlite-handle.ts'
import { loadDriver } from './sqlite-loader.ts'
import { sqliteMark } from './sqlite-mark.ts'
import { takeOver } from './sqlite-ownership.ts'
import { SqliteRecords } from './sqlite-records.ts'
import type { Sync } from './sqlite-settings.ts'
import { refuseMissing } from './sqlite-witness.ts'

/** A database, and how it is to be kept. */
export interface Opening<Handle extends SqlHandle> {
  readonly location: string
  connect(): Handle
  disconnect(handle: Handle): void
  readonly sync: Sync
  /** Whether its pages are looked at first; they are if not given. */
  readonly verify?: 'start' | 'off'
  /** The usual ones if not given. */
  readonly bounds?: Bounds
  /** The file that knows how often it was opened. */
  readonly witness?: string
  /** Connects to what has been there before; as `connect` if not given. */
  reconnect?(): Handle
  /** Where its file is, if it is one. */
  readonly path?: string
  /** Connecting again after disconnecting gives what is on the disk. */
  readonly canReopen: boolean
}

/** Opens a database and takes it over. Throws `StoreError`, and then nothing of it is open. */
export function openDatabase<Handle extends SqlHandle>(opening: Opening<Handle>): Connection {
  return take(opening, undefined)
}

/** `settle` is called when nobody else has the database, before it is ours. */
function take<Handle extends SqlHandle>(opening: Opening<Handle>, settle: ((handle: SqlHandle) => void) | undefined): Connection {
  const { location, connect, disconnect, sync, canReopen, path, witness } = opening
  let handle: Handle | undefined
  try {
    handle = connect()
    const info = takeOver(handle, { location, sync, isChecked: opening.verify !== 'off', witness, settle })
    const records = new SqliteRecords(handle, location)
    const failure = sqliteFailure.bind(undefined, location)
    const copyTo = copyDatabase.bind(undefined, handle)
    const upkeep = new SqliteBounds(handle, opening.bounds ?? defaultBounds)
    const place = path === undefined ? undefined : { isInPlace: watchPlace(path) }
    const connection = { records, info, failure, copyTo, upkeep, ...place, release: disconnect.bind(undefined, handle) }
    if (!canReopen) return connection
    const again = { ...opening, connect: opening.reconnect ?? connect }
    return { ...connection, again: { reopen: () => take(again, writeAgain), mark: sqliteMark(handle) } }
  } catch (error) {
    // A handle that is left open would keep its locks, and this process would have locked itself out.
    if (handle !== undefined) disconnect(handle)
    throw sqliteFailure(location, error, 'nothing was changed')
  }
}

/**
 * What a failed sync has left behind may be only in the memory of the system, which takes it for written. So what is in the log
 * goes to the disk once more, by another way.
 */
function writeAgain(handle: SqlHandle): void {
  handle.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** A file, its owner waiting `busyMs` for another one to let go. */
export interface FilePlace {
  readonly path: string
  readonly busyMs: number
  readonly sync: Sync
  readonly verify?: 'start' | 'off'
  readonly bounds?: Bounds
  readonly witness?: string
  /** It was there before, and is not to be made anew. */
  readonly mustExist?: boolean
}

export function fileOpening(place: FilePlace): Opening<OwnHandle> {
  const { path, sync, verify, bounds, witness } = place
  const connect = () => connectFile(place)
  const reconnect = () => connectFile({ ...place, mustExist: true })
  const opening = { location: path, path, connect, reconnect, disconnect: (handle: OwnHandle) => void handle.close() }
  return { ...opening, sync, canReopen: true, ...(verify && { verify }), ...(bounds && { bounds }), ...(witness && { witness }) }
}

/** How a database in memory is called. */
export const memoryPath = ':memory:'

export function connectMemory(): OwnHandle {
  const driver = driverFor(memoryPath)
  return new driver(memoryPath, { timeout: 0 })
}

/** Opens a file that is no store yet, or a copy of one that nobody else has. */
export function connectPlain(path: string): OwnHandle {
  const driver = driverFor(path)
  return new driver(path, { timeout: 0 })
}

function connectFile({ path, busyMs, witness, mustExist = false }: FilePlace): OwnHandle {
  const driver = driverFor(path)
  if (witness !== undefined && !mustExist) refuseMissing(path, witness)
  prepareFile(path, { mustExist })
  return new driver(resolve(path), { timeout: busyMs })
}

function driverFor(location: string) {
  const driver = loadDriver()
  if (!('obstacle' in driver)) return driver
  const { obstacle, cause } = driver
  throw new StoreError({ problem: 'unsupported', location, message: `${obstacle}; nothing was changed`, cause })
}
