import type { StoreInfo } from '../runtime/persistence.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { CopyProgress } from './copy-progress.ts'
import type { ErrorText } from './link-errors.ts'
import type { Operation } from './operation.ts'
import type { FilePlace } from './sqlite-opening.ts'

/** What a store thread is made for. */
export interface ThreadOrder {
  readonly place: FilePlace
  /** The link that it belongs to, if it takes the place of a thread that died: the epoch of the first thread. */
  readonly link: number | undefined
  /** Actors that have to be opened again before they may commit. */
  readonly lost: readonly ActorId[]
}

/** What came of one operation; values that JSON does not know are in `text`. */
export type Reply =
  | { readonly status: 'done'; readonly value?: unknown }
  | { readonly status: 'done'; readonly text: string }
  | { readonly status: 'failed'; readonly error: ErrorText }

/** A group that was written, and what came of it. */
export interface Written {
  /** The number of its last operation: everything up to it is done with. */
  readonly upTo: number
  /** Replies as JSON, in the order of the operations: one text crosses faster than many objects. */
  readonly replies: string
}

export type ToThread =
  | { readonly type: 'write'; readonly upTo: number; readonly wallMs: number; readonly operations: readonly Operation[] }
  /** These actors have to be opened again before they may commit. */
  | { readonly type: 'lose'; readonly actors: readonly ActorId[] }
  /** Everything is to be copied into a new file. */
  | { readonly type: 'copy'; readonly number: number; readonly path: string }
  | { readonly type: 'close' }

export type FromThread =
  /** It owns the file. `last` is the last group of the same link that is in the file. */
  | { readonly type: 'opened'; readonly info: StoreInfo; readonly last: Written | undefined }
  | { readonly type: 'refused'; readonly error: ErrorText }
  /** `info` is new where the store had to be opened again. */
  | ({ readonly type: 'written'; readonly info: StoreInfo } & Written)
  | ({ readonly type: 'copying'; readonly number: number } & CopyProgress)
  | { readonly type: 'copied'; readonly number: number; readonly error: ErrorText | undefined }
  | { readonly type: 'closed'; readonly error: ErrorText | undefined }
