/** Binary values and their text: the name of the type, and the bytes in base64. */

/** What holds bytes and can be stored. */
export type Binary = ArrayBuffer | NodeJS.TypedArray | DataView

/** The stored form of a {@link Binary}. */
export type BinaryText = readonly [type: string, base64: string]

type FromBuffer = (bytes: ArrayBuffer) => Binary

const fromBuffer: ReadonlyMap<string, FromBuffer> = new Map<string, FromBuffer>([
  ['ArrayBuffer', (bytes) => bytes],
  ['DataView', (bytes) => new DataView(bytes)],
  ['Buffer', (bytes) => Buffer.from(bytes)],
  ['Int8Array', (bytes) => new Int8Array(bytes)],
  ['Uint8Array', (bytes) => new Uint8Array(bytes)],
  ['Uint8ClampedArray', (bytes) => new Uint8ClampedArray(bytes)],
  ['Int16Array', (bytes) => new Int16Array(bytes)],
  ['Uint16Array', (bytes) => new Uint16Array(bytes)],
  ['Int32Array', (bytes) => new Int32Array(bytes)],
  ['Uint32Array', (bytes) => new Uint32Array(bytes)],
  ['BigInt64Array', (bytes) => new BigInt64Array(bytes)],
  ['BigUint64Array', (bytes) => new BigUint64Array(bytes)],
  ['Float32Array', (bytes) => new Float32Array(bytes)],
  ['Float64Array', (bytes) => new Float64Array(bytes)],
])

const nameOfPrototype: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [ArrayBuffer.prototype, 'ArrayBuffer'],
  [DataView.prototype, 'DataView'],
  [Buffer.prototype, 'Buffer'],
  [Int8Array.prototype, 'Int8Array'],
  [Uint8Array.prototype, 'Uint8Array'],
  [Uint8ClampedArray.prototype, 'Uint8ClampedArray'],
  [Int16Array.prototype, 'Int16Array'],
  [Uint16Array.prototype, 'Uint16Array'],
  [Int32Array.prototype, 'Int32Array'],
  [Uint32Array.prototype, 'Uint32Array'],
  [BigInt64Array.prototype, 'BigInt64Array'],
  [BigUint64Array.prototype, 'BigUint64Array'],
  [Float32Array.prototype, 'Float32Array'],
  [Float64Array.prototype, 'Float64Array'],
])

/** The name under which a binary value is stored; nothing for every other value, subclasses included. */
export function binaryName(value: object): string | undefined {
  return nameOfPrototype.get(Object.getPrototypeOf(value))
}

export function binaryToText(value: object): BinaryText {
  const binary = value as Binary
  const bytes = ArrayBuffer.isView(binary)
    ? Buffer.from(binary.buffer, binary.byteOffset, binary.byteLength)
    : Buffer.from(binary)
  return [binaryName(value) ?? '', bytes.toString('base64')]
}

export function binaryFromText([type, base64]: BinaryText): Binary {
  const make = fromBuffer.get(type)
  if (make === undefined) throw new Error(`there is no binary type ${JSON.stringify(type)}`)
  // A copy: the pool behind Buffer.from is shared, and a typed array of several bytes an item needs an aligned start.
  return make(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}
