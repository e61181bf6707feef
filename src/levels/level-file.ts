import { lstat, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LevelFileError, type LevelFileProblem } from './errors.ts'

/** Where a level saves what it has: one text, replaced as a whole. */
export interface LevelFile {
  /** What it is called, for a person. */
  readonly name: string
  /** What was written last; nothing if there was nothing yet. */
  read(): Promise<string | undefined>
  /** Resolves when it is safe; until then, and if it rejects, what was written before is there. */
  write(text: string): Promise<void>
}

/** A file on the disk. Once it was read or written here it is not written over what somebody else has put in its place. */
export function fileOnDisk(name: string): LevelFile {
  let known: string | undefined
  return {
    name,
    read: async () => {
      const found = await lookAt(name)
      const text = found && (await readText(name))
      known = found
      return text
    },
    write: async (text) => {
      const found = await lookAt(name)
      if (known !== undefined && found !== undefined && found !== known)
        throw new LevelFileError('replaced', name, 'it is not the file that was read or written last; load it, or remove it')
      await writeText(name, text)
      known = await lookAt(name)
    },
  }
}

/** Which file it is, and when it was written; nothing if there is none. */
async function lookAt(file: string): Promise<string | undefined> {
  const found = await lstat(file, { bigint: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new LevelFileError('unreadable', file, `it cannot be looked at (${messageOf(error)})`, { cause: error })
  })
  if (found === undefined) return undefined
  if (found.isSymbolicLink()) throw new LevelFileError('no file', file, 'it is a symbolic link; give the path of the file itself')
  if (!found.isFile()) throw new LevelFileError('no file', file, 'it is no file')
  return `${found.dev}/${found.ino}/${found.size}/${found.mtimeNs}`
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new LevelFileError('unreadable', file, `it cannot be read (${messageOf(error)})`, { cause: error })
  }
}

/**
 * Puts a text in the place of a file as a whole: it is written beside it, brought to the disk, and takes its name then. Who is
 * killed meanwhile leaves the file as it was.
 */
async function writeText(file: string, text: string): Promise<void> {
  const beside = `${file}.new`
  try {
    // What stands there is what is left of a process that was killed, or a link to a file of somebody else.
    await rm(beside, { force: true })
    const handle = await open(beside, 'wx')
    try {
      await handle.writeFile(text, 'utf8')
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
    await syncDirectory(dirname(file))
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw new LevelFileError(problemOf(error), file, `it cannot be written (${messageOf(error)})`, { cause: error })
  }
}

function problemOf(error: unknown): LevelFileProblem {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'full'
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'read-only'
    default:
      return 'not written'
  }
}

/** The new name is safe when the directory is; where directories cannot be opened, the system sees to it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined)
  try {
    await handle?.sync()
  } catch {
    // Not every file system can.
  } finally {
    await handle?.close()
  }
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
