import { existsSync, statSync } from 'node:fs'
import { ConfigurationError } from '../protocol/errors.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import { StoreError } from '../runtime/errors.ts'
import type { Store } from '../runtime/persistence.ts'
import type { CopyListener } from './copy-progress.ts'
import { readForgetOptions } from './forget-options.ts'
import type { ForgetOptions, Forgotten } from './forgetting.ts'
import type { OperationStore } from './operation-store.ts'
import { writeExport, type ExportReport } from './sqlite-export.ts'
import type { OwnHandle } from './sqlite-handle.ts'
import { readExport, type ImportReport } from './sqlite-import.ts'
import { connectPlain } from './sqlite-opening.ts'
import { inScratch, placeNew } from './sqlite-placing.ts'
import { verifyDatabase, type VerifyReport } from './sqlite-verify.ts'
import type { StoreAccess, World } from './store-access.ts'

/** A copy that was made. */
export interface BackupReport {
  readonly path: string
  readonly bytes: number
}

export interface BackupOptions {
  /** Is told how far the copy has come, from time to time. */
  readonly onProgress?: CopyListener
}

/**
 * A store in SQLite, and what can be done with it beside the tree that runs on it. Nobody is held up for longer than a few
 * pages take, unless the database was passed open and is not one of better-sqlite3. Where no tree runs, the store is opened for
 * as long as it takes, which raises its epoch; a file that another process has open is refused as `locked`.
 */
export interface SqliteStore extends Store {
  /**
   * Writes a copy of all that is committed into a new file, which is a store itself. What is committed meanwhile may be in
   * it; it is consistent as of one moment. The file is there when it is whole and on the disk.
   *
   * @throws {StoreError} as a rejection: `exists` if there is a file at `path`, `missing` if its directory is not there, and what
   * becomes of a disk; there is no file then that was not there before.
   */
  backup(path: string, options?: BackupOptions): Promise<BackupReport>
  /**
   * Writes all that is kept as text into a new file: a line of JSON for each row, between a first line that says what it is and a
   * last one with a checksum over it. It is of one moment, and is there when it is whole.
   *
   * @throws {StoreError} as a rejection, as {@link backup} does.
   */
  exportTo(path: string): Promise<ExportReport>
  /**
   * Makes the file of this store out of an export: the same actors, journals, checkpoints, timers, members, dead letters,
   * answers, decisions and counts, under the same identity. An export of an earlier version is brought up to date.
   *
   * @throws {StoreError} as a rejection: `exists` if this store has a file already; `not-a-store`, `newer-schema` or `damaged`
   * if it is no export, one of a newer version, or not all of one. No file was made.
   * @throws {ConfigurationError} as a rejection if this store is no file.
   */
  importFrom(path: string): Promise<ImportReport>
  /**
   * Reads everything and says what is wrong: pages of the database, rows that are not what was written, checkpoints that cannot
   * be read, messages that are missing. It reads a copy, which needs as much room beside the file as the file itself, and changes
   * nothing. What was found is a result, and no rejection.
   */
  verify(): Promise<VerifyReport>
  /**
   * Forgets an actor that is not wanted any more: its checkpoints, messages, timers, answers, dead letters, and as a supervisor
   * its members, decisions and counts; as a member, that it is one. Its counters stay, so that no number is ever given twice: if
   * it is started again, it begins with its first state. What others have of it (their mail, their state) stays.
   *
   * @throws {StoreError} `in-use`, as a rejection, if it runs, or has accepted messages that it has not handled (see
   * {@link ForgetOptions}); nothing was forgotten.
   */
  forget(actor: ActorId | { readonly id: ActorId }, options?: ForgetOptions): Promise<Forgotten>
}

/** What the upkeep of a store works on. */
export interface UpkeepParts {
  readonly access: StoreAccess
  /** The path of its file; nothing where it is none. */
  readonly file: string | undefined
  /** Where new files may be made for a while. */
  readonly scratch: string
}

/** Everything that can be done with a store beside running on it. */
export function upkeepOf({ access, file, scratch }: UpkeepParts): Omit<SqliteStore, 'open'> {
  const use = async <T>(work: (store: OperationStore, world: World) => Promise<T>): Promise<T> => {
    if (file !== undefined && !existsSync(file))
      throw new StoreError({ problem: 'missing', location: file, message: 'is not there; nothing was done' })
    return access.use(work)
  }
  /** Gives `read` a copy that nobody else has. */
  const withCopy = <T>(path: string, read: (handle: OwnHandle, world: World) => Promise<T>): Promise<T> =>
    use(async (store, world) => {
      await store.copy(path, () => undefined)
      return withHandle(path, (handle) => read(handle, world))
    })
  return {
    backup: async (path, { onProgress } = {}) => {
      checkPath('backup', path)
      const told = guarded(onProgress)
      await use((store) => placeNew(path, (draft) => store.copy(draft, told)))
      return { path, bytes: statSync(path).size }
    },
    exportTo: async (path) => {
      checkPath('exportTo', path)
      const rows = await placeNew(path, (draft) =>
        withCopy(`${draft}.copy`, (handle, { clock }) => writeExport(handle, draft, clock.wallNow())),
      )
      return { path, rows }
    },
    importFrom: async (path) => {
      checkPath('importFrom', path)
      if (file === undefined)
        throw new ConfigurationError({
          path: 'sqlite: path',
          rule: 'must be the path of a file that does not exist, for importFrom',
          value: 'a database that is open or in memory',
        })
      if (!existsSync(path))
        throw new StoreError({ problem: 'missing', location: path, message: 'is not there; nothing was imported' })
      return placeNew(file, (draft) => withHandle(draft, (handle) => readExport(path, handle)))
    },
    verify: () => inScratch(scratch, (path) => withCopy(path, (handle) => verifyDatabase(handle, file ?? scratch))),
    forget: async (actor, options) => {
      const id = typeof actor === 'string' ? actor : actor.id
      const read = readForgetOptions(options)
      return use((store) => store.submit<'forget'>(() => ({ type: 'forget', id, options: read })))
    },
  }
}

async function withHandle<T>(path: string, work: (handle: OwnHandle) => Promise<T>): Promise<T> {
  const handle = connectPlain(path)
  try {
    return await work(handle)
  } finally {
    handle.close()
  }
}

/** What a listener throws is its own affair, and surfaces as an unhandled rejection; the copy goes on. */
function guarded(listener: CopyListener | undefined): CopyListener {
  if (listener === undefined) return () => undefined
  return (progress) => {
    try {
      listener(progress)
    } catch (error) {
      void Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }
}

function checkPath(method: string, path: unknown): void {
  if (typeof path === 'string' && path !== '') return
  throw new ConfigurationError({ path: `${method}: path`, rule: 'must be the path of a file', value: path })
}
