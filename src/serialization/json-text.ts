import { isReservedKey } from './storable.ts'

/**
 * Reads JSON.
 *
 * Not by `JSON.parse` alone: V8 13.6 (Node 24) takes a key with an escape in it for the key of an earlier object, if the
 * escaped text begins with that key. `{"x\\.":1}` then comes back as `{"x\\\\":1}`, without an error. Keys with escapes are
 * therefore read one by one, as strings, which V8 gets right.
 */
export function parseJson(text: string): unknown {
  if (!text.includes('\\')) return JSON.parse(text)
  const { marked, mark, keys } = markEscapedKeys(text)
  if (keys.length === 0) return JSON.parse(text)
  return new Renaming(mark, keys).restore(JSON.parse(marked))
}

/** Puts a mark and a number in the place of every key that holds an escape. */
function markEscapedKeys(text: string): { readonly marked: string; readonly mark: string; readonly keys: readonly string[] } {
  const keys: string[] = []
  const mark = markNotIn(text)
  const marked = text.replace(/("(?:[^"\\]|\\.)*")(\s*:)?/g, (token: string, string: string, colon: string | undefined) => {
    if (colon === undefined || !string.includes('\\')) return token
    keys.push(JSON.parse(string) as string)
    return `"${mark}${keys.length - 1}":`
  })
  return { marked, mark, keys }
}

function markNotIn(text: string): string {
  let mark = 'key '
  while (text.includes(mark)) mark += '~ '
  return mark
}

class Renaming {
  readonly #mark: string
  readonly #keys: readonly string[]

  constructor(mark: string, keys: readonly string[]) {
    this.#mark = mark
    this.#keys = keys
  }

  restore(node: unknown): unknown {
    if (typeof node !== 'object' || node === null) return node
    if (Array.isArray(node)) return node.map((item) => this.restore(item))
    const restored: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(node)) {
      const name = this.#nameOf(key)
      // Assigned to, it would change the prototype in place of adding a key.
      if (isReservedKey(name)) throw new Error(`it holds the reserved key "${name}"`)
      restored[name] = this.restore(item)
    }
    return restored
  }

  #nameOf(key: string): string {
    return key.startsWith(this.#mark) ? (this.#keys[Number(key.slice(this.#mark.length))] ?? key) : key
  }
}
