/** A call to an actor that runs logic of xstate. */
export interface AnyAsk {
  /** The event that it is; without one it only reads. */
  readonly event: string | undefined
  /** Makes the answer of the snapshot. */
  readonly reply: (snapshot: unknown) => unknown
}
