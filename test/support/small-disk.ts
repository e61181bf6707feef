import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of its own in memory, so small that it gets full. */
export interface SmallDisk {
  readonly directory: string
  makeReadOnly(): void
  makeWritable(): void
  remove(): void
}

/** Mounts one; nothing where that is not allowed: it takes Linux, and rights that few have. */
export function smallDisk(kibibytes: number): SmallDisk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'coppice-disk-'))
  const call = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0
  if (!call('mount', '-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', directory)) {
    rmSync(directory, { recursive: true })
    return undefined
  }
  return {
    directory,
    makeReadOnly: () => void call('mount', '-o', 'remount,ro', directory),
    makeWritable: () => void call('mount', '-o', 'remount,rw', directory),
    remove: () => {
      call('umount', '-l', directory)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** True where disks can be made. */
export function hasSmallDisks(): boolean {
  const disk = smallDisk(64)
  disk?.remove()
  return disk !== undefined
}
