import type { CopyListener } from './copy-progress.ts'
import { readValue, type SqlHandle } from './sqlite-handle.ts'

/** How much is copied before anybody else has a turn: 400 KB at the usual size of a page. */
const pagesAtOnce = 100

/** What better-sqlite3 calls the online backup of SQLite. */
interface Copyable {
  backup(path: string, options: { progress(state: { totalPages: number; remainingPages: number }): number }): Promise<unknown>
}

/**
 * Copies a database that is in use into a new file. What is committed meanwhile by the same handle is in the copy too: SQLite
 * writes it there as well. A handle that has no online backup is copied at one go, and nobody else has a turn until then.
 */
export async function copyDatabase(handle: SqlHandle, path: string, told: CopyListener): Promise<void> {
  if (isCopyable(handle)) {
    await handle.backup(path, {
      progress: ({ totalPages, remainingPages }) => {
        if (totalPages > 0) told({ copiedPages: totalPages - remainingPages, totalPages })
        return pagesAtOnce
      },
    })
  } else handle.exec(`VACUUM INTO '${path.replaceAll("'", "''")}'`)
  const totalPages = Number(readValue(handle, 'PRAGMA page_count'))
  told({ copiedPages: totalPages, totalPages })
}

function isCopyable(handle: object): handle is Copyable {
  return 'backup' in handle && typeof handle.backup === 'function'
}
