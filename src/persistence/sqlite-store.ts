import { resolve } from 'node:path'
import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { StoreError } from '../runtime/errors.ts'
import type { Persistence, Store } from '../runtime/persistence.ts'
import { openStore, type StoreParts } from './open-store.ts'
import { sqliteFailure } from './sqlite-failure.ts'
import { prepareFile } from './sqlite-file.ts'
import type { OwnHandle, SqlHandle } from './sqlite-handle.ts'
import { loadDriver } from './sqlite-loader.ts'
import { takeOver } from './sqlite-ownership.ts'
import { SqliteRecords } from './sqlite-records.ts'
import type { Sync } from './sqlite-settings.ts'

export type { SqlHandle, SqlStatement, SqlValue } from './sqlite-handle.ts'

/** How a store in SQLite is kept. */
export interface SqliteOptions {
  /**
   * What a message that was accepted, and a turn that was committed, survives. `"full"`, the default: a loss of power.
   * `"normal"`: the death of the process, also by `kill -9`; a loss of power may take the last moments, and never more than
   * whole groups. It is several times faster where the disk syncs slowly. There is no `"off"`.
   */
  readonly sync?: Sync
  /**
   * How long opening waits for another owner to let go; default 0, which refuses at once. Nothing else runs in this thread
   * meanwhile. The lock of a process that was killed is free at once.
   */
  readonly busy?: Duration
}

/**
 * Keeps state in a SQLite file, or in a database that is open already.
 *
 * `path` is created, readable by its owner only, if it does not exist; its directory has to. `":memory:"` lives as long as the
 * store object. A database that is passed open (better-sqlite3, or `DatabaseSync` of `node:sqlite`) stays open when the store is
 * closed, and must not be used for anything else.
 *
 * The file has one owner: until it is closed or its process ends, every other opening is refused. Look at it with `sqlite3`
 * when the owner has stopped: the views `actors_now` and `waiting` say what is in it.
 *
 * Nothing is touched before `open`, which rejects with `StoreError` if the file cannot be owned or read.
 *
 * @returns a store to pass to `start`.
 * @throws {ConfigurationError} if `path` or an option breaks a rule; nothing was opened.
 * @example
 * ```ts
 * import { actor, child, sqlite, start, supervisor } from 'coppice'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ count: 0 }),
 *   handlers: ({ call }) => ({ next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })) }),
 * })
 * const tree = supervisor({}, { counter: child(Counter, { state: 'durable' }) })
 * const app = await start(tree, { store: sqlite('counter.db') })
 * console.log(await app.tree.counter.call.next(), app.store?.sync) // => 1 full
 * await app.stop()
 * ```
 */
export function sqlite(path: string | SqlHandle, options: SqliteOptions = {}): Store {
  checkPath(path)
  checkOptions(options)
  const sync = options.sync ?? 'full'
  if (typeof path !== 'string') return onHandle(path, sync)
  const busyMs = options.busy === undefined ? 0 : Math.ceil(durationMs(options.busy, 'sqlite: busy'))
  if (path === memoryPath) return inMemory(sync)
  return onFile(path, { busyMs, sync })
}

const memoryPath = ':memory:'

function onFile(path: string, { busyMs, sync }: { readonly busyMs: number; readonly sync: Sync }): Store {
  const connect = () => connectFile(path, busyMs)
  return { open: (world) => open({ location: path, connect, disconnect: (handle) => handle.close(), sync, world }) }
}

function onHandle(handle: SqlHandle, sync: Sync): Store {
  return { open: (world) => open({ location: 'an open database', connect: () => handle, disconnect: keep, sync, world }) }
}

/** The database outlives `close()` as a file would: a test can open it again. */
function inMemory(sync: Sync): Store {
  let handle: OwnHandle | undefined
  const connect = () => (handle ??= connectMemory())
  return { open: (world) => open({ location: memoryPath, connect, disconnect: keep, sync, world }) }
}

function keep(): void {}

interface Opening<Handle extends SqlHandle> {
  readonly location: string
  connect(): Handle
  disconnect(handle: Handle): void
  readonly sync: Sync
  readonly world: StoreParts['world']
}

// Async, so that it rejects in place of throwing, as a store that runs elsewhere would.
// eslint-disable-next-line @typescript-eslint/require-await
async function open<Handle extends SqlHandle>(opening: Opening<Handle>): Promise<Persistence> {
  const { location, connect, disconnect, sync, world } = opening
  let handle: Handle | undefined
  try {
    handle = connect()
    const info = takeOver(handle, { location, sync })
    const records = new SqliteRecords(handle, location)
    const failure = (error: unknown) => sqliteFailure(location, error, 'nothing of this group was written')
    return openStore({ records, info, world, failure, release: disconnect.bind(undefined, handle) })
  } catch (error) {
    // A handle that is left open would keep its locks, and this process would have locked itself out.
    if (handle !== undefined) disconnect(handle)
    throw sqliteFailure(location, error, 'nothing was changed')
  }
}

function connectFile(path: string, busyMs: number): OwnHandle {
  const driver = driverFor(path)
  prepareFile(path)
  return new driver(resolve(path), { timeout: busyMs })
}

function connectMemory(): OwnHandle {
  const driver = driverFor(memoryPath)
  return new driver(memoryPath, { timeout: 0 })
}

function driverFor(location: string) {
  const driver = loadDriver()
  if (!('obstacle' in driver)) return driver
  const { obstacle, cause } = driver
  throw new StoreError({ problem: 'unsupported', location, message: `${obstacle}; nothing was changed`, cause })
}

function checkPath(path: unknown): void {
  if (typeof path === 'string' ? path !== '' : isHandle(path)) return
  throw new ConfigurationError({
    path: 'sqlite: path',
    rule: 'must be the path of a file, ":memory:", or an open database with prepare() and exec()',
    value: path,
  })
}

function isHandle(value: unknown): value is SqlHandle {
  if (typeof value !== 'object' || value === null) return false
  const { prepare, exec } = value as Partial<SqlHandle>
  return typeof prepare === 'function' && typeof exec === 'function'
}

function checkOptions(options: SqliteOptions): void {
  checkNames(options)
  const { sync } = options as { readonly sync?: unknown }
  if (sync === undefined || sync === 'full' || sync === 'normal') return
  throw new ConfigurationError({
    path: 'sqlite: sync',
    rule: 'must be "full" or "normal"',
    value: sync,
    ...(sync === 'off' ? { remedy: 'Without syncing a loss of power leaves a file that cannot be read.' } : {}),
  })
}

function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({ path: 'sqlite: options', rule: 'must be an object', value: options })
  for (const [name, value] of Object.entries(options)) {
    if (name === 'sync' || name === 'busy') continue
    const remedy = 'The options are sync and busy.'
    throw new ConfigurationError({ path: `sqlite: ${name}`, rule: 'is no option', value, remedy })
  }
}
