import { accessSync, closeSync, constants, existsSync, fsyncSync, lstatSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'

/** The smallest page that a database can have, in bytes. */
const smallestDatabase = 512

/**
 * Makes sure that there is a file to open, and that it is one: a new file is readable by its owner only.
 *
 * A file that exists is looked at and never opened here: closing it again would free the locks that this process holds on it
 * through SQLite.
 */
export function prepareFile(path: string, { mustExist }: { readonly mustExist: boolean }): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined && mustExist) throw refusal(path, 'replaced', 'is not there any more. Put it back')
  if (found === undefined) createFile(path)
  else if (found.isSymbolicLink()) throw refusal(path, 'not-a-store', 'is a symbolic link. Give the path of the file itself')
  else if (!found.isFile()) throw refusal(path, 'not-a-store', 'is no file. Give the path of a file')
  // SQLite would take it for an empty database, and write over it.
  else if (found.size > 0 && found.size < smallestDatabase)
    throw refusal(path, 'not-a-store', 'is no SQLite database, or what is left of one. Give another path')
  else checkWritable(path)
}

/** Remembers which file lies at `path`, with its log: what is given tells whether these are still there. */
export function watchPlace(path: string): () => boolean {
  const identify = (file: string): string => {
    const found = statSync(file, { throwIfNoEntry: false })
    return found === undefined ? '' : `${found.dev}/${found.ino}`
  }
  const files = [path, `${path}-wal`]
  const before = files.map(identify)
  return () => files.every((file, i) => identify(file) === before[i])
}

function checkWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw refusal(path, 'read-only', 'cannot be written. Check the rights of the file', cause)
  }
}

function createFile(path: string): void {
  const directory = dirname(path)
  if (!existsSync(directory))
    throw refusal(path, 'missing', `lies in a directory that does not exist. Create ${JSON.stringify(directory)} first`)
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600))
    syncDirectory(directory)
  } catch (cause) {
    throw refusal(path, 'read-only', `cannot be created. Check the rights of ${JSON.stringify(directory)}`, cause)
  }
}

/** A power loss could otherwise take the entry of the new file along. */
export function syncDirectory(directory: string): void {
  // Windows has no handle for a directory.
  if (process.platform === 'win32') return
  const descriptor = openSync(directory, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function refusal(location: string, problem: StoreProblem, message: string, cause?: unknown): StoreError {
  return new StoreError({ problem, location, message: `${message}; nothing was changed`, cause })
}
