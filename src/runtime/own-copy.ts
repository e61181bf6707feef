/**
 * A copy that shares nothing that can be changed with the value it was made of: plain objects, arrays, Map, Set, Date, binary
 * data, with shared objects and cycles as they were. Primitives pass as they are, and so does what is frozen all the way down;
 * functions, errors, promises and instances of classes too, which only travel in memory.
 */
export function ownCopy<T>(value: T): T {
  return typeof value === 'object' && value !== null ? (copyObject(value, undefined) as T) : value
}

const deepestLook = 100

/** The method of an object that says what is passed in its place. */
export const crossing = Symbol('coppice.crossing')

interface Crossing {
  readonly [crossing]?: () => object
}

/** What has been copied, by what it was made of; made when one object is found inside another. */
type Copies = Map<object, object>

function copyObject(value: object, copies: Copies | undefined): object {
  if (isArray(value)) return isFrozenThrough(value) ? value : copyArray(value, copies)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    if (isFrozenThrough(value)) return value
    return copyFields(value as Record<string, unknown>, prototype, copies)
  }
  if (prototype === Map.prototype) return copyMap(value as Map<unknown, unknown>, copies)
  if (prototype === Set.prototype) return copySet(value as Set<unknown>, copies)
  if (prototype === Date.prototype) return new Date((value as Date).getTime())
  if (prototype === URL.prototype) return new URL((value as URL).href)
  if (isBinary(value)) return copyBinary(value)
  return (value as Crossing)[crossing]?.() ?? value
}

function copyFields(value: Record<string, unknown>, prototype: unknown, copies: Copies | undefined): object {
  const copy: Record<string, unknown> = prototype === null ? withoutPrototype(value) : { ...value }
  let known = copies
  known?.set(value, copy)
  for (const key in copy) {
    const inner = copy[key]
    if (typeof inner !== 'object' || inner === null) continue
    known ??= new Map([[value, copy]])
    const own = known.get(inner) ?? copyObject(inner, known)
    // An own key of this name would otherwise set the prototype.
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: own, writable: true, enumerable: true, configurable: true })
    else copy[key] = own
  }
  return copy
}

function withoutPrototype(value: object): Record<string, unknown> {
  return Object.assign(Object.create(null) as Record<string, unknown>, value)
}

function copyArray(value: readonly unknown[], copies: Copies | undefined): unknown[] {
  const copy = value.slice()
  let known = copies
  known?.set(value, copy)
  for (const [i, inner] of copy.entries()) {
    if (typeof inner !== 'object' || inner === null) continue
    known ??= new Map<object, object>([[value, copy]])
    copy[i] = known.get(inner) ?? copyObject(inner, known)
  }
  return copy
}

function copyMap(value: ReadonlyMap<unknown, unknown>, copies: Copies | undefined): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>()
  const known = copies ?? new Map<object, object>()
  known.set(value, copy)
  for (const [key, inner] of value) copy.set(copyInner(key, known), copyInner(inner, known))
  return copy
}

function copySet(value: ReadonlySet<unknown>, copies: Copies | undefined): Set<unknown> {
  const copy = new Set<unknown>()
  const known = copies ?? new Map<object, object>()
  known.set(value, copy)
  for (const inner of value) copy.add(copyInner(inner, known))
  return copy
}

function copyInner(inner: unknown, copies: Copies): unknown {
  return typeof inner === 'object' && inner !== null ? (copies.get(inner) ?? copyObject(inner, copies)) : inner
}

// The type of the language makes items of any type.
function isArray(value: object): value is readonly unknown[] {
  return Array.isArray(value)
}

function isBinary(value: object): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer
}

function copyBinary(value: ArrayBuffer | ArrayBufferView): object {
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  // Memory that is shared on purpose stays so.
  if (!(value.buffer instanceof ArrayBuffer)) return value
  const bytes = value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength)
  return new (value.constructor as new (bytes: ArrayBuffer) => object)(bytes)
}

/** True if nothing in a plain value can be changed: what is frozen at the top may hold what is not. */
function isFrozenThrough(value: object, depth = 0): boolean {
  // A frozen circle has no end: the copy finds its way out.
  if (!Object.isFrozen(value) || depth > deepestLook) return false
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner !== 'object' || inner === null) continue
    const prototype: unknown = Object.getPrototypeOf(inner)
    const isPlain = prototype === Object.prototype || prototype === null || Array.isArray(inner)
    if (isPlain ? !isFrozenThrough(inner, depth + 1) : isCopied(inner, prototype)) return false
  }
  return true
}

function isCopied(value: object, prototype: unknown): boolean {
  const isChangeable =
    prototype === Map.prototype || prototype === Set.prototype || prototype === Date.prototype || prototype === URL.prototype
  return isChangeable || isBinary(value) || crossing in value
}
