/** How far a copy has come. */
export interface CopyProgress {
  readonly copiedPages: number
  readonly totalPages: number
}

/** Is told of the progress of a copy, from time to time. */
export type CopyListener = (progress: CopyProgress) => void
