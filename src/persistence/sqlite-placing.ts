import { linkSync, lstatSync, renameSync } from 'node:fs'
import { chmod, mkdtemp, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StoreError, type StoreProblem } from '../runtime/errors.ts'
import { syncDirectory } from './sqlite-file.ts'

/**
 * Makes a new file: `write` gets the path of a draft, which is given the name `path` when it is written and on the disk. Whoever
 * is killed meanwhile leaves nothing under that name. A file that exists is never replaced.
 *
 * @throws {StoreError} `exists`, `missing` (the directory), `read-only`; nothing was written.
 */
export async function placeNew<T>(path: string, write: (draft: string) => Promise<T>): Promise<T> {
  if (isThere(path)) throw exists(path)
  const directory = dirname(path)
  const folder = await makeFolder(directory, path)
  try {
    const draft = join(folder, 'draft')
    const result = await write(draft)
    await settle(draft)
    giveName(draft, path)
    syncDirectory(directory)
    return result
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Gives `use` the path of a file that is gone afterwards; it is in the directory of `beside`. */
export async function inScratch<T>(beside: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await makeFolder(dirname(beside), beside)
  try {
    return await use(join(folder, 'copy'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Beside the file, since it can be given a name only within its file system; nobody else may look in. */
async function makeFolder(directory: string, path: string): Promise<string> {
  try {
    return await mkdtemp(join(directory, '.coppice-'))
  } catch (cause) {
    const isMissing = lstatSync(directory, { throwIfNoEntry: false }) === undefined
    const message = isMissing
      ? `lies in a directory that does not exist. Create ${JSON.stringify(directory)} first`
      : `cannot be created. Check the rights of ${JSON.stringify(directory)}`
    throw refusal(path, isMissing ? 'missing' : 'read-only', message, cause)
  }
}

async function settle(draft: string): Promise<void> {
  await chmod(draft, 0o600)
  const file = await open(draft, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A link does not replace what came to stand there meanwhile, as renaming would. */
function giveName(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    if (isThere(path)) throw exists(path)
    const { code } = error as { readonly code?: unknown }
    // Some file systems know no links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    renameSync(draft, path)
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function exists(path: string): StoreError {
  return refusal(path, 'exists', 'exists already. Give a path where there is no file')
}

function refusal(location: string, problem: StoreProblem, message: string, cause?: unknown): StoreError {
  return new StoreError({ problem, location, message: `${message}; nothing was written`, cause })
}
