/**
 * About how many bytes a message takes: two for each unit of a text, eight for anything else, and what binary data has. It stops
 * to look once it has come to `enough`, so that a large message costs no more than that, and a circle has an end.
 */
export function roughSize(value: unknown, enough: number): number {
  const left: unknown[] = [value]
  let size = 0
  while (left.length > 0 && size < enough) {
    const next = left.pop()
    if (typeof next === 'string') size += 2 * next.length
    else if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) size += next.byteLength
    else {
      size += 8
      if (typeof next === 'object' && next !== null) push(next, left)
    }
  }
  return size
}

function push(value: object, left: unknown[]): void {
  if (Array.isArray(value) || value instanceof Set) left.push(...(value as Iterable<unknown>))
  else if (value instanceof Map) for (const [key, inner] of value) left.push(key, inner)
  else for (const [key, inner] of Object.entries(value)) left.push(key, inner)
}
