import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { readBounds, type KeptKinds, type LimitOptions } from './bounds-option.ts'
import { openOperations } from './open-store.ts'
import { persistenceOver, type OperationStore } from './operation-store.ts'
import type { Persistence } from '../runtime/persistence.ts'
import type { OwnHandle, SqlHandle } from './sqlite-handle.ts'
import { connectMemory, fileOpening, memoryPath, openDatabase, type FilePlace, type Opening } from './sqlite-opening.ts'
import type { Sync } from './sqlite-settings.ts'
import { readTurnNotes, sqliteTurnNotes } from './sqlite-turn-notes.ts'
import { upkeepOf, type SqliteStore } from './sqlite-upkeep.ts'
import { StoreAccess, type World } from './store-access.ts'
import { openWorkerLink } from './worker-link.ts'

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
  /**
   * Where the file is read and written. `"in-process"`, the default: in this thread, which stands still while the disk syncs; the
   * least work for each commit. `"worker"`: on a thread of its own, so that timers and I/O go on meanwhile; a file only. What is
   * promised is the same. If that thread dies, another takes over the file, asks it what was written, and does the rest.
   */
  readonly link?: Link
  /**
   * Whether opening looks at the pages of a file: `"start"`, the default, does so where that takes no more than some tens of
   * milliseconds, up to 64 MiB; `"off"` never, to get at what is left of a damaged one. Each row is checked when it is read, in
   * any case. `store.verify()` looks at everything.
   */
  readonly verify?: 'start' | 'off'
  /** How much it takes: the size of the file, and what waits for one actor; any amount if not given. */
  readonly limits?: LimitOptions
  /** How long answers and dead letters are kept. */
  readonly keep?: KeptKinds
  /**
   * The path of a small file, at best on another disk, that knows how often the store was opened. An older file that was put
   * back in its place, another one, or none where there was one is then refused with the problem `regressed`, and nothing is
   * changed. Remove the witness to go on from it all the same. A copy made since the last opening is not noticed. Nobody looks
   * if not given.
   */
  readonly witness?: string
}

/** How a store is reached: in this thread, or on one of its own. */
export type Link = 'in-process' | 'worker'

/**
 * Keeps state in a SQLite file, or in a database that is open already.
 *
 * `path` is created, readable by its owner only, if it does not exist; its directory has to. `":memory:"` lives as long as the
 * store object. A database that is passed open (better-sqlite3, or `DatabaseSync` of `node:sqlite`) stays open when the store is
 * closed, and must not be used for anything else.
 *
 * The file has one owner: until it is closed or its process ends, every other opening is refused. Look at it with `sqlite3`
 * when the owner has stopped: the views `actors_now`, `waiting` and `exits_told` say what is in it. One of an earlier version of
 * coppice is brought up to date first, in one transaction.
 *
 * After a commit has failed the file is closed and opened again, and what is in it counts. A database that was
 * passed open cannot be; an error of its disk ends the store.
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
export function sqlite(path: string | SqlHandle, options: SqliteOptions = {}): SqliteStore {
  checkPath(path)
  checkOptions(options)
  const sync = options.sync ?? 'full'
  const bounds = readBounds(options)
  checkLink(path, options.link)
  checkWitnessOption(path, options.witness)
  if (typeof path !== 'string') return storeOf(undefined, onHandle(path, { sync, bounds }))
  const busyMs = options.busy === undefined ? 0 : Math.ceil(durationMs(options.busy, 'sqlite: busy'))
  if (path === memoryPath) return storeOf(undefined, inMemory({ sync, bounds }))
  const { verify, witness } = options
  const place: FilePlace = { path, busyMs, sync, bounds, ...(verify && { verify }), ...(witness && { witness }) }
  if (options.link === 'worker') return storeOf(path, (world) => openWorkerLink(place, world))
  return storeOf(path, (world) => open(fileOpening(place), world))
}

type Connect = (world: World) => Promise<OperationStore>

function storeOf(file: string | undefined, connect: Connect): SqliteStore {
  const access = new StoreAccess(connect)
  return {
    open: async (world) => {
      const store = await access.open(world)
      return file === undefined ? persistenceOver(store, superjsonCodec()) : withTurnNotes(file, store)
    },
    ...upkeepOf({ access, file, scratch: file ?? join(tmpdir(), 'store') }),
  }
}

/** Notes what is being handled beside the file, and counts what was when the process before died. */
async function withTurnNotes(path: string, store: OperationStore): Promise<Persistence> {
  const noting = { path, storeId: store.info.storeId, epoch: () => store.info.epoch }
  const turns = readTurnNotes(noting)
  try {
    if (turns.length > 0) await store.submit<'countInterrupted'>(() => ({ type: 'countInterrupted', turns }))
  } catch (error) {
    await store.close()
    throw error
  }
  return persistenceOver(store, superjsonCodec(), sqliteTurnNotes(noting))
}

/** How a database is kept that is no file of ours. */
type How = Pick<FilePlace, 'sync' | 'bounds'>

function onHandle(handle: SqlHandle, how: How): Connect {
  return (world) => open({ location: 'an open database', connect: () => handle, ...kept, ...how }, world)
}

/** The database outlives `close()` as a file would: a test can open it again. */
function inMemory(how: How): Connect {
  let handle: OwnHandle | undefined
  const connect = () => (handle ??= connectMemory())
  return (world) => open({ location: memoryPath, connect, ...kept, ...how }, world)
}

/** Closing would lose it, or take it away from whoever opened it. */
const kept = { disconnect: () => undefined, canReopen: false }

// Async, so that it rejects in place of throwing, as a store that runs elsewhere would.
// eslint-disable-next-line @typescript-eslint/require-await
async function open<Handle extends SqlHandle>(opening: Opening<Handle>, world: World): Promise<OperationStore> {
  return openOperations({ ...openDatabase(opening), world })
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
  const { sync, verify } = options as { readonly sync?: unknown; readonly verify?: unknown }
  if (verify !== undefined && verify !== 'start' && verify !== 'off')
    throw new ConfigurationError({ path: 'sqlite: verify', rule: 'must be "start" or "off"', value: verify })
  if (sync === undefined || sync === 'full' || sync === 'normal') return
  throw new ConfigurationError({
    path: 'sqlite: sync',
    rule: 'must be "full" or "normal"',
    value: sync,
    ...(sync === 'off' ? { remedy: 'Without syncing a loss of power leaves a file that cannot be read.' } : {}),
  })
}

function checkLink(path: string | SqlHandle, link: unknown): void {
  const isFile = typeof path === 'string' && path !== memoryPath
  if (link === undefined || link === 'in-process' || (link === 'worker' && isFile)) return
  if (link !== 'worker')
    throw new ConfigurationError({ path: 'sqlite: link', rule: 'must be "in-process" or "worker"', value: link })
  throw new ConfigurationError({
    path: 'sqlite: link',
    rule: 'can be "worker" only for a file',
    value: link,
    remedy: 'Give the path of a file, or leave link out: a database that is open or in memory cannot go to another thread.',
  })
}

function checkWitnessOption(path: string | SqlHandle, witness: unknown): void {
  if (witness === undefined) return
  const isFile = typeof path === 'string' && path !== memoryPath
  if (isFile && typeof witness === 'string' && witness !== '' && witness !== path) return
  const rule = isFile ? 'must be the path of another file' : 'is only for a store in a file'
  throw new ConfigurationError({ path: 'sqlite: witness', rule, value: witness })
}

const optionNames: readonly string[] = ['sync', 'busy', 'link', 'verify', 'limits', 'keep', 'witness']

function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({ path: 'sqlite: options', rule: 'must be an object', value: options })
  for (const [name, value] of Object.entries(options)) {
    if (optionNames.includes(name)) continue
    const remedy = `The options are ${optionNames.slice(0, -1).join(', ')} and ${optionNames.at(-1)}.`
    throw new ConfigurationError({ path: `sqlite: ${name}`, rule: 'is no option', value, remedy })
  }
}
