import { StoreError } from '../runtime/errors.ts'
import { readValue, type SqlHandle } from './sqlite-handle.ts'

/** Up to this size every page is looked at when a file is opened: some tens of milliseconds. */
const largestChecked = 64 * 1024 * 1024

/**
 * Looks whether a database of ours is whole, as far as that takes no time that anybody notices: the pages of a small file, and that
 * nothing in it runs by itself. What rows hold is looked at when they are read.
 *
 * @throws {StoreError} `damaged`; nothing was changed.
 */
export function checkAtStart(handle: SqlHandle, location: string): void {
  if (Number(readValue(handle, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")) > 0)
    throw damaged(location, 'holds a trigger, which none of ours does')
  const bytes = Number(readValue(handle, 'PRAGMA page_count')) * Number(readValue(handle, 'PRAGMA page_size'))
  if (bytes > largestChecked) return
  const found = String(readValue(handle, 'PRAGMA quick_check(1)'))
  if (found !== 'ok') throw damaged(location, `is damaged (${found})`)
}

function damaged(location: string, what: string): StoreError {
  const remedy = 'Restore it from a backup'
  return new StoreError({ problem: 'damaged', location, message: `${what}. ${remedy}; nothing was changed` })
}
