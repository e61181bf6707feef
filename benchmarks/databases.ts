import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a commit has to survive: `full` the loss of power, `normal` the death of the process. */
export type Sync = 'full' | 'normal'

export const syncs: readonly Sync[] = ['full', 'normal']

/** Where one database can be kept. */
export interface Site {
  readonly path: string
  /** Removes it with all that belongs to it. */
  clear(): void
}

/** A directory of its own for one database. */
export function newSite(): Site {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'))
  return { path: join(directory, 'bench.db'), clear: () => rmSync(directory, { recursive: true, force: true }) }
}
