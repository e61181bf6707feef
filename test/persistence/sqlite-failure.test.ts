import { describe, expect, it } from 'vitest'
import { sqliteFailure } from '../../src/persistence/sqlite-failure.ts'

describe('the failure of a store behind an error of SQLite', () => {
  it.each([
    [{ code: 'SQLITE_BUSY' }, 'locked'],
    [{ code: 'SQLITE_BUSY_RECOVERY' }, 'locked'],
    [{ code: 'SQLITE_LOCKED' }, 'locked'],
    [{ code: 'SQLITE_READONLY_DBMOVED' }, 'read-only'],
    [{ code: 'SQLITE_PERM' }, 'read-only'],
    [{ code: 'SQLITE_NOTADB' }, 'not-a-store'],
    [{ code: 'SQLITE_CORRUPT_VTAB' }, 'damaged'],
    [{ code: 'SQLITE_CANTOPEN' }, 'missing'],
    [{ code: 'SQLITE_ERROR' }, 'damaged'],
    [{ code: 'SQLITE_FULL' }, 'full'],
    [{ code: 'SQLITE_IOERR_WRITE' }, 'io'],
    [{ code: 'SQLITE_IOERR_LOCK' }, 'read-only'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 3850 }, 'read-only'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 5 }, 'locked'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 778 }, 'io'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 1032 }, 'read-only'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'full'],
    [{ message: 'something else' }, 'io'],
  ])('of %o is %s', (fields, problem) => {
    const error = Object.assign(new Error('driver'), fields)
    expect(sqliteFailure('a.db', error, 'nothing was changed')).toMatchObject({
      code: 'store',
      problem,
      location: 'a.db',
      cause: error,
    })
  })
})
