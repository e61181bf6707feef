import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What can be written to a file: at once, or piece by piece. */
export type FileData = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/**
 * Writes a file of which there is always all or nothing, whenever the process or the machine dies: into a file beside it, synced to
 * the disk, which then takes its place; and the directory is synced too. For what `checkpointable` keeps in files. Two that write the
 * same path at the same time would spoil each other's.
 *
 * @throws what the file system says; the file before is then still there.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { atomicFile } from 'coppice'
 *
 * await atomicFile('model-7.json', JSON.stringify({ weights: [1, 2, 3] }))
 * console.log(readFileSync('model-7.json', 'utf8')) // => {"weights":[1,2,3]}
 * ```
 */
export async function atomicFile(path: string, data: FileData): Promise<void> {
  const beside = `${path}.tmp`
  try {
    const file = await open(beside, 'w')
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
  await syncDirectory(dirname(path))
}

async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories; its file system keeps the names of files by itself.
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
