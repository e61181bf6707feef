import type { StoreError } from '../runtime/errors.ts'
import type { StoreInfo } from '../runtime/persistence.ts'
import type { Bounds } from './bounds.ts'
import type { CopyListener } from './copy-progress.ts'
import type { Records } from './records.ts'

/** One opening of a store. */
export interface Connection {
  readonly records: Records
  readonly info: StoreInfo
  /** The failure of the store behind an error that its records have thrown. `consequence` says what was not done. */
  readonly failure: (error: unknown, consequence: string) => StoreError
  /** What it may hold and what it keeps; without bounds if not given. */
  readonly upkeep?: Upkeep
  /** Whether the file is still where it was opened; nothing where there is none. */
  readonly isInPlace?: () => boolean
  /** Lets go of what holds the records. */
  readonly release: () => void
  /** Copies everything into a new file, while the store goes on. Nothing where there is no file format to copy to. */
  readonly copyTo?: (path: string, told: CopyListener) => Promise<void>
  /** Nothing where the records cannot be opened again, because somebody else holds them or they are only in memory. */
  readonly again?: Again
}

/** The bounds of the records, and what keeps them. */
export interface Upkeep {
  readonly bounds: Bounds
  /** How much they hold now. */
  usedBytes(): number
  /** Removes some of what is not kept any more, within the transaction that is open. True if there may be more. */
  prune(wallMs: number): boolean
}

/** What a store needs to go on after a write has failed. */
export interface Again {
  /** Opens what was released: what is read then is what is on the disk. */
  readonly reopen: () => Connection
  readonly mark: Mark
}

/** A text that is written in the transaction of each group: whoever opens the store next reads which was the last. */
export interface Mark {
  put(text: string): void
  read(): string | undefined
  /** Nobody will ask any more. */
  drop(): void
}
