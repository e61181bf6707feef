import { accessSync, closeSync, constants, existsSync, fsyncSync, lstatSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'

/**
 * Makes sure that there is a file to open, and that it is one: a new file is readable by its owner only.
 *
 * A file that exists is looked at and never opened here: closing it again would free the locks that this process holds on it
 * through SQLite.
 */
export function prepareFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) createFile(path)
  else if (found.isSymbolicLink()) throw refusal(path, 'not-a-store', 'is a symbolic link. Give the path of the file itself')
  else if (!found.isFile()) throw refusal(path, 'not-a-store', 'is no file. Give the path of a file')
  else checkWritable(path)
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
