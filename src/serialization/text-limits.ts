import { maxDepth, maxDigits } from './storable.ts'

/** What is stored of a value lies at most so many brackets deep: an entry of a Map two deeper, a note on a type as deep again. */
const maxBrackets = 4 * maxDepth

/**
 * Looks at a text before it is parsed: what is nested without end no other code can walk through.
 *
 * @throws {Error} if it is nested too deeply
 */
export function checkDepth(text: string): void {
  if (text.length > 2 * maxBrackets) checkNesting(text)
}

/**
 * Looks at what was parsed before it is turned into values: some texts would take very long.
 *
 * @throws {Error} if it holds a bigint of too many digits, or notes of another version, whose places nobody here can tell
 */
export function checkDigits(text: string, { json, meta }: { readonly json: unknown; readonly meta?: Meta | undefined }): void {
  if (text.length <= maxDigits || meta === undefined) return
  if (meta.v !== 1) throw new Error('its notes are of another version of superjson')
  if (meta.values !== undefined) checkNoted(meta.values, json)
}

interface Meta {
  readonly v?: unknown
  readonly values?: unknown
}

/** A note is `[type]` or `[type, notes inside]`, notes are a note for each path; see `superjson-writer.ts`. */
function checkNoted(notes: unknown, node: unknown): void {
  if (!Array.isArray(notes)) {
    for (const [path, note] of Object.entries(notes as object)) checkNoted(note, nodeAt(node, path))
    return
  }
  const [type, inside] = notes as readonly unknown[]
  if (inside !== undefined) checkNoted(inside, node)
  if (type === 'bigint' && typeof node === 'string' && node.length > maxDigits + 1)
    throw new Error(`it holds a number of more than ${maxDigits} digits`)
}

function nodeAt(root: unknown, path: string): unknown {
  let node = root
  for (const [step] of path.matchAll(/(?:[^\\.]|\\.)+|(?<=\.|^)(?=\.|$)/g))
    node = (node as Record<string, unknown> | null | undefined)?.[step.replaceAll(/\\(.)/g, '$1')]
  return node
}

function checkNesting(text: string): void {
  let depth = 0
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit === quote) i = endOfString(text, i)
    else if (unit === openBrace || unit === openBracket) {
      depth += 1
      if (depth > maxBrackets) throw new Error(`it is nested deeper than ${maxBrackets}`)
    } else if (unit === closeBrace || unit === closeBracket) depth -= 1
  }
}

/** The place of the quote that ends the string which begins at `start`; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, place: number): boolean {
  let before = place - 1
  while (text.charCodeAt(before) === backslash) before -= 1
  return (place - before) % 2 === 0
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]
