import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LevelFileError } from './errors.ts'

/** Where a level saves what it has: one text, replaced as a whole. */
export interface LevelFile {
  /** What it is called, for a person. */
  readonly name: string
  /** What was written last; nothing if there was nothing yet. */
  read(): Promise<string | undefined>
  /** Resolves when it is safe; until then, and if it rejects, what was written before is there. */
  write(text: string): Promise<void>
}

/** A file on the disk. */
export function fileOnDisk(name: string): LevelFile {
  return { name, read: () => readText(name), write: (text) => writeText(name, text) }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined
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
    const handle = await open(beside, 'w')
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
    throw new LevelFileError('not written', file, `it cannot be written (${messageOf(error)})`, { cause: error })
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
