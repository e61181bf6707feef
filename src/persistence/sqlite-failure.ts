import { CoppiceError } from '../protocol/errors.ts'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'

type Failure = readonly [problem: StoreProblem, message: string]

const held = 'is held by another owner. Stop it, or give this one a file of its own'

/** What each result code of SQLite means for a store, and what to say of it. */
const failures: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  // Our statements are right, so that it can only be the tables which are not.
  [1, ['damaged', 'has not the tables it should have. Restore it from a backup']],
  [3, ['read-only', 'may not be accessed. Check the rights of the file and its directory']],
  [5, ['locked', held]],
  [6, ['locked', held]],
  [8, ['read-only', 'cannot be written. Check the rights of the file and its directory']],
  [10, ['io', 'failed to read or write its disk. Check the disk']],
  [11, ['damaged', 'is damaged. Restore it from a backup']],
  [13, ['full', 'has no room left on its disk. Make room']],
  [14, ['missing', 'cannot be opened. Check that the directory exists and may be written']],
  [3850, ['read-only', 'cannot be locked. Check that the file may be written, and that its file system knows locks']],
  [26, ['not-a-store', 'is no SQLite database. Give another path']],
])

const codeByName: ReadonlyMap<string, number> = new Map([
  ['ERROR', 1],
  ['PERM', 3],
  ['BUSY', 5],
  ['LOCKED', 6],
  ['READONLY', 8],
  ['IOERR', 10],
  ['CORRUPT', 11],
  ['FULL', 13],
  ['CANTOPEN', 14],
  ['NOTADB', 26],
  ['IOERR_LOCK', 3850],
])

/** The failure of the store at `location` behind an error that a driver has thrown. `consequence` says what was not done. */
export function sqliteFailure(location: string, error: unknown, consequence: string): StoreError {
  if (error instanceof StoreError) return error
  const [problem, message] = failureOf(error) ?? ['io', `has failed: ${describe(error)}`]
  return new StoreError({ problem, location, message: `${message}; ${consequence}`, cause: error })
}

/** better-sqlite3 gives `SQLITE_IOERR_WRITE`, `node:sqlite` the number: the exact code first, then the one it is a case of. */
function failureOf(error: unknown): Failure | undefined {
  if (typeof error !== 'object' || error === null || error instanceof CoppiceError) return undefined
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  if (typeof errcode === 'number') return failures.get(errcode) ?? failures.get(errcode & 0xff)
  const name = typeof code === 'string' && code.startsWith('SQLITE_') ? code.slice('SQLITE_'.length) : ''
  const number = codeByName.get(name) ?? codeByName.get(name.split('_')[0] ?? '')
  return number === undefined ? undefined : failures.get(number)
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
