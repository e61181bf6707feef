/** Values to text and back, without loss. */
export interface Codec {
  /**
   * The text of a value. `rootName` is how the value is called in an error: `"state"` gives `state.items[2].price`.
   *
   * @throws {NotStorableError} if it holds anything that would not come back as it is.
   */
  encode(value: unknown, rootName: string): string
  /**
   * The value of a text that {@link Codec.encode} made.
   *
   * @throws {UnreadableError} if the text is damaged, too long, or was made by something else.
   */
  decode(text: string): unknown
}
