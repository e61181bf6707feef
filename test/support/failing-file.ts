import type { SqlStatement } from '../../src/persistence/sqlite-handle.ts'
import type { OwnHandle } from '../../src/persistence/sqlite-handle.ts'
import { loadDriver } from '../../src/persistence/sqlite-loader.ts'
import type { Opening } from '../../src/persistence/sqlite-opening.ts'

/** What a commit that reports an error has done to the file. */
export type CommitFault = 'not written' | 'written'

/** A file in which a commit fails when told, as on a disk with a bad moment. */
export interface FailingFile {
  readonly opening: Opening<OwnHandle>
  /** How often it was opened. */
  readonly openings: number
  /** How often something was committed, or should have been. */
  readonly commits: number
  /** The n-th commit from now fails. */
  failCommit(fault: CommitFault, n?: number): void
  /** Whether it can be opened. */
  canBeOpened: boolean
  /** Whether what is in its log can be brought into it. */
  hasRoom: boolean
}

export function failingFile(path: string): FailingFile {
  let [openings, commits, failAt] = [0, 0, Infinity]
  let fault: CommitFault = 'not written'
  const commitOf = (statement: SqlStatement): SqlStatement => ({
    run: () => {
      commits += 1
      if (commits === failAt && fault === 'not written') throw diskError('SQLITE_IOERR_FSYNC')
      statement.run()
      if (commits === failAt) throw diskError('SQLITE_IOERR_FSYNC')
    },
    get: () => statement.get(),
    all: () => statement.all(),
  })
  const connect = (): OwnHandle => {
    if (!file.canBeOpened) throw diskError('SQLITE_IOERR_READ')
    openings += 1
    const driver = loadDriver()
    if ('obstacle' in driver) throw new Error(driver.obstacle)
    const handle = new driver(path, { timeout: 0 })
    const prepare = (sql: string) => (sql === 'COMMIT' ? commitOf(handle.prepare(sql)) : handle.prepare(sql))
    const exec = (sql: string): void => {
      if (!file.hasRoom && sql.includes('wal_checkpoint')) throw diskError('SQLITE_FULL')
      handle.exec(sql)
    }
    return { exec, prepare, close: () => handle.close() }
  }
  const file: FailingFile = {
    opening: { location: path, connect, disconnect: (handle) => handle.close(), sync: 'normal', canReopen: true },
    get openings() {
      return openings
    },
    get commits() {
      return commits
    },
    failCommit: (what, n = 1) => {
      fault = what
      failAt = commits + n
    },
    canBeOpened: true,
    hasRoom: true,
  }
  return file
}

function diskError(code: string): Error {
  return Object.assign(new Error('disk I/O error'), { code })
}
