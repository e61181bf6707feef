import { CoppiceError } from '../protocol/errors.ts'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'

/** What each result code of SQLite means for a store, and what to say of it. */
const failures: ReadonlyMap<number, readonly [problem: StoreProblem, message: string]> = new Map<number, readonly [StoreProblem, string]>([
  [3, ['read-only', 'may not be accessed. Check the rights of the file and its directory']],
  [5, ['locked', 'is held by another owner. Stop it, or give this one a file of its own']],
  [6, ['locked', 'is held by another owner. Stop it, or give this one a file of its own']],
  [8, ['read-only', 'cannot be written. Check the rights of the file and its directory']],
  [10, ['io', 'failed to read or write its disk. Start again to go on from what is on the disk']],
  [11, ['damaged', 'is damaged. Restore it from a backup']],
  [13, ['full', 'has no room left on its disk. Make room']],
  [14, ['missing', 'cannot be opened. Check that the directory exists and may be written']],
  [26, ['not-a-store', 'is no SQLite database. Give another path']],
])

const codeByName: ReadonlyMap<string, number> = new Map([
  ['PERM', 3], ['BUSY', 5], ['LOCKED', 6], ['READONLY', 8], ['IOERR', 10], ['CORRUPT', 11], ['FULL', 13], ['CANTOPEN', 14], ['NOTADB', 26],
])

/** The failure of the store at `location` behind an error that a driver has thrown. `consequence` says what was not done. */
export function sqliteFailure(location: string, error: unknown, consequence: string): StoreError {
  if (error instanceof StoreError) return error
  const code = resultCode(error)
  const [problem, message] = (code === undefined ? undefined : failures.get(code)) ?? ['io', `has failed: ${describe(error)}`]
  return new StoreError({ problem, location, message: `${message}; ${consequence}`, cause: error })
}

/** The primary result code: better-sqlite3 gives `SQLITE_IOERR_WRITE`, `node:sqlite` the number. */
function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || error instanceof CoppiceError) return undefined
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  if (typeof errcode === 'number') return errcode & 0xff
  const name = typeof code === 'string' ? /^SQLITE_([A-Z]+)/.exec(code)?.[1] : undefined
  return name === undefined ? undefined : codeByName.get(name)
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
