import { resolve } from 'node:path'
import { StoreError } from '../runtime/errors.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import { sqliteFailure } from './sqlite-failure.ts'
import { prepareFile } from './sqlite-file.ts'
import type { OwnHandle, SqlHandle } from './sqlite-handle.ts'
import { loadDriver } from './sqlite-loader.ts'
import { takeOver } from './sqlite-ownership.ts'
import { SqliteRecords } from './sqlite-records.ts'
import type { Sync } from './sqlite-settings.ts'

/** A database, and how it is to be kept. */
export interface Opening<Handle extends SqlHandle> {
  readonly location: string
  connect(): Handle
  disconnect(handle: Handle): void
  readonly sync: Sync
}

/** A database that is ours. */
export interface Opened {
  readonly handle: SqlHandle
  readonly records: SqliteRecords
  readonly info: StoreInfo
  readonly failure: (error: unknown) => StoreError
  readonly release: () => void
}

/** Opens a database and takes it over. Throws `StoreError`, and then nothing of it is open. */
export function openDatabase<Handle extends SqlHandle>({ location, connect, disconnect, sync }: Opening<Handle>): Opened {
  let handle: Handle | undefined
  try {
    handle = connect()
    const info = takeOver(handle, { location, sync })
    const records = new SqliteRecords(handle, location)
    const failure = (error: unknown) => sqliteFailure(location, error, 'nothing of this group was written')
    return { handle, records, info, failure, release: disconnect.bind(undefined, handle) }
  } catch (error) {
    // A handle that is left open would keep its locks, and this process would have locked itself out.
    if (handle !== undefined) disconnect(handle)
    throw sqliteFailure(location, error, 'nothing was changed')
  }
}

/** A file, its owner waiting `busyMs` for another one to let go. */
export interface FilePlace {
  readonly path: string
  readonly busyMs: number
  readonly sync: Sync
}

export function fileOpening({ path, busyMs, sync }: FilePlace): Opening<OwnHandle> {
  return { location: path, connect: () => connectFile(path, busyMs), disconnect: (handle) => handle.close(), sync }
}

/** How a database in memory is called. */
export const memoryPath = ':memory:'

export function connectMemory(): OwnHandle {
  const driver = driverFor(memoryPath)
  return new driver(memoryPath, { timeout: 0 })
}

function connectFile(path: string, busyMs: number): OwnHandle {
  const driver = driverFor(path)
  prepareFile(path)
  return new driver(resolve(path), { timeout: busyMs })
}

function driverFor(location: string) {
  const driver = loadDriver()
  if (!('obstacle' in driver)) return driver
  const { obstacle, cause } = driver
  throw new StoreError({ problem: 'unsupported', location, message: `${obstacle}; nothing was changed`, cause })
}
