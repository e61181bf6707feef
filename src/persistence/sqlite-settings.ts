import { StoreError } from '../runtime/errors.ts'
import { readValue, type SqlHandle } from './sqlite-handle.ts'

/** What a commit has to survive: `full` the loss of power, `normal` the death of the process. */
export type Sync = 'full' | 'normal'

/** How large the write-ahead log stays on the disk after a burst. */
const journalSizeLimitBytes = 64 * 1024 * 1024

/** One setting, what it is set to, and what SQLite says when it is. */
type Setting = readonly [pragma: string, value: string | number, readBack?: string | number]

/**
 * Settings that hold whatever the user chose. One owner holds the file: a second one is refused by the kernel, and the lock is
 * free at once when the owner is killed. Nothing in the file is trusted to run code.
 */
const always: readonly Setting[] = [
  ['trusted_schema', 0],
  ['foreign_keys', 1],
  ['cell_size_check', 1],
]

const onFile: readonly Setting[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['journal_size_limit', journalSizeLimitBytes],
]

/** From the next access on nobody else can open the file. Of no effect, and harmless, on a database in memory. */
export function lockExclusively(handle: SqlHandle): void {
  handle.exec('PRAGMA locking_mode = EXCLUSIVE')
}

/** What the settings are for. */
export interface Place {
  readonly location: string
  /** A database in memory has no log and nobody to be locked against. */
  readonly isFile: boolean
}

/** Applies every setting, and reads every one back: SQLite ignores without a word what it cannot or will not do. */
export function applySettings(handle: SqlHandle, { location, isFile }: Place): void {
  const expected: readonly Setting[] = isFile ? [['locking_mode', 'EXCLUSIVE', 'exclusive'], ...onFile, ...always] : always
  for (const setting of expected) apply(handle, location, setting)
}

/** Nobody gets less than they asked for: WAL alone would be `normal`. On macOS only `fullfsync` reaches the disk itself. */
export function applySync(handle: SqlHandle, location: string, sync: Sync): void {
  apply(handle, location, ['synchronous', sync === 'full' ? 2 : 1])
  apply(handle, location, ['fullfsync', sync === 'full' ? 1 : 0])
  apply(handle, location, ['checkpoint_fullfsync', sync === 'full' ? 1 : 0])
}

function apply(handle: SqlHandle, location: string, [pragma, value, readBack = value]: Setting): void {
  handle.exec(`PRAGMA ${pragma} = ${value}`)
  const got = readValue(handle, `PRAGMA ${pragma}`)
  const isRight = typeof readBack === 'number' ? Number(got) === readBack : got === readBack
  if (isRight) return
  throw new StoreError({
    problem: 'unsupported',
    location,
    message: `cannot be used safely: SQLite was asked for ${pragma} ${readBack} and has ${String(got)}; nothing was changed`,
  })
}
