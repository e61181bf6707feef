/**
 * A list that grows at its end and shrinks at its beginning, as plain data: never changed in place. A change copies one chunk and
 * the list of chunks, not all items.
 */
export interface ChunkedList<Item> {
  readonly size: number
  /** How many items at the beginning of the first chunk are gone. */
  readonly offset: number
  readonly chunks: readonly (readonly Item[])[]
}

const chunkSize = 64

export const emptyList: ChunkedList<never> = Object.freeze({ size: 0, offset: 0, chunks: Object.freeze([]) })

/** The list with one more item at its end. */
export function push<Item>({ size, offset, chunks }: ChunkedList<Item>, item: Item): ChunkedList<Item> {
  const last = chunks.at(-1)
  const grown = last === undefined || last.length >= chunkSize ? [...chunks, [item]] : [...chunks.slice(0, -1), [...last, item]]
  return { size: size + 1, offset, chunks: grown }
}

/** The list with one more item at its beginning. */
export function unshift<Item>({ size, offset, chunks }: ChunkedList<Item>, item: Item): ChunkedList<Item> {
  const [first = [], ...rest] = chunks
  return { size: size + 1, offset: 0, chunks: [[item, ...first.slice(offset)], ...rest] }
}

/** The first item, and the list without it; nothing if there is none. */
export function shift<Item>({
  size,
  offset,
  chunks,
}: ChunkedList<Item>): { readonly item: Item; readonly rest: ChunkedList<Item> } | undefined {
  const first = chunks[0]
  if (size === 0 || first === undefined) return undefined
  const item = first[offset] as Item
  const isLast = offset + 1 >= first.length
  const rest = isLast ? { size: size - 1, offset: 0, chunks: chunks.slice(1) } : { size: size - 1, offset: offset + 1, chunks }
  return { item, rest }
}
