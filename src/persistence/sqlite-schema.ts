import { StoreError, type StoreProblem } from '../runtime/errors.ts'
import { sqliteFailure } from './sqlite-failure.ts'
import { readValue, type SqlHandle } from './sqlite-handle.ts'
import { schemaSteps } from './sqlite-versions.ts'

/** Marks a file as a store of coppice: the letters `copp`. */
export const applicationId = 0x636f7070

/** The newest version of the tables, kept as `user_version`. */
export const schemaVersion = schemaSteps.length

/** What a database is found to be: none of anybody, or a store of ours with the tables of this version or of an earlier one. */
export type Found = { readonly type: 'new' } | { readonly type: 'ours' } | { readonly type: 'older'; readonly version: number }

/** Recognises a database. Throws if it is somebody else's, or of a later version of coppice. */
export function recogniseStore(handle: SqlHandle, location: string): Found {
  const application = Number(readValue(handle, 'PRAGMA application_id'))
  const version = Number(readValue(handle, 'PRAGMA user_version'))
  if (application === applicationId) {
    if (version === schemaVersion) return { type: 'ours' }
    if (version > schemaVersion) throw refusal(location, 'newer-schema', newerThanOurs(version))
    if (version >= 1) return { type: 'older', version }
    throw refusal(location, 'damaged', `has no valid schema version (${version}). Restore it from a backup`)
  }
  const isEmpty = application === 0 && version === 0 && Number(readValue(handle, 'SELECT count(*) FROM sqlite_schema')) === 0
  if (isEmpty) return { type: 'new' }
  throw refusal(location, 'not-a-store', 'is a database of another program. Give a path of its own')
}

/** Makes the tables, of the newest version or of an earlier one, within the transaction that is open. */
export function createSchema(handle: SqlHandle, version = schemaVersion): void {
  for (const step of schemaSteps.slice(0, version)) handle.exec(step)
  handle.exec(`PRAGMA application_id = ${applicationId}`)
  handle.exec(`PRAGMA user_version = ${version}`)
}

/** Brings the tables of an earlier version up to date, within the transaction that is open: what it holds stays. */
export function upgradeSchema(handle: SqlHandle, location: string, version: number): void {
  for (const [step, sql] of schemaSteps.entries()) {
    if (step < version) continue
    try {
      handle.exec(sql)
    } catch (cause) {
      const { problem } = sqliteFailure(location, cause, '')
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `cannot be brought from schema ${step} to ${step + 1} (${why}); nothing was changed`
      throw new StoreError({ problem, location, message, cause })
    }
  }
  handle.exec(`PRAGMA user_version = ${schemaVersion}`)
}

function newerThanOurs(version: number): string {
  return `was written by a newer coppice (schema ${version}, this one knows up to ${schemaVersion}). Update coppice`
}

function refusal(location: string, problem: StoreProblem, message: string): StoreError {
  return new StoreError({ problem, location, message: `${message}; nothing was changed` })
}
