import type { KeyedMap } from '../protocol/keyed-map.ts'

/** Values to text and back, without loss. */
export interface Codec {
  /**
   * The text of a value. `rootName` is how the value is called in an error: `"state"` gives `state.items[2].price`.
   *
   * With `apart`, keyed maps at places of their own are put there in place of being written: where they were stands null.
   *
   * @throws {NotStorableError} if it holds anything that would not come back as it is.
   */
  encode(value: unknown, rootName: string, apart?: Map<string, KeyedMap<unknown>>): string
  /**
   * The value of a text that {@link Codec.encode} made.
   *
   * @throws {UnreadableError} if the text is damaged, too long, or was made by something else.
   */
  decode(text: string): unknown
}
