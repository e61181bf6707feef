/** An entry of a trie. */
export interface Leaf<Value> {
  readonly hash: number
  readonly key: string
  readonly value: Value
}

/** Entries whose keys have one hash, in the order of their keys. */
interface Bucket<Value> {
  readonly hash: number
  readonly leaves: readonly Leaf<Value>[]
}

/** Up to 32 parts, by five bits of the hash; `bitmap` says which are there. */
interface Branch<Value> {
  readonly bitmap: number
  readonly parts: readonly Trie<Value>[]
}

/**
 * Entries by their keys, never changed: what is put or removed makes a new trie that shares all else with the one before. Its
 * shape depends on its keys alone, and so does the order in which they come.
 */
export type Trie<Value> = Leaf<Value> | Bucket<Value> | Branch<Value>

const bitsPerLevel = 5

export function leafOf<Value>(key: string, value: Value): Leaf<Value> {
  return { hash: hashOf(key), key, value }
}

export function findLeaf<Value>(trie: Trie<Value> | undefined, key: string): Leaf<Value> | undefined {
  return find(trie, hashOf(key), key, 0)
}

/** The same trie if the entry is there already. */
export function putLeaf<Value>(trie: Trie<Value> | undefined, leaf: Leaf<Value>): Trie<Value> {
  return put(trie, leaf, 0)
}

/** The same trie if there is no such entry. */
export function removeLeaf<Value>(trie: Trie<Value> | undefined, key: string): Trie<Value> | undefined {
  return remove(trie, { hash: hashOf(key), key }, 0)
}

export function* leavesOf<Value>(trie: Trie<Value> | undefined): Generator<Leaf<Value>, undefined> {
  if (trie === undefined) return
  if ('key' in trie) yield trie
  else if ('leaves' in trie) yield* trie.leaves
  else for (const part of trie.parts) yield* leavesOf(part)
}

/** What makes one trie of another. */
export interface TrieListener<Value> {
  put(leaf: Leaf<Value>): void
  removed(key: string): void
}

/** Tells what makes `after` of `before`. What both share is not looked at: it costs what has changed. */
export function compareTries<Value>(
  before: Trie<Value> | undefined,
  after: Trie<Value> | undefined,
  told: TrieListener<Value>,
  shift = 0,
): void {
  if (before === after) return
  if (isBranch(before) && isBranch(after)) {
    for (let rest = before.bitmap | after.bitmap; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest
      compareTries(partAt(before, bit), partAt(after, bit), told, shift + bitsPerLevel)
    }
    return
  }
  for (const leaf of leavesOf(before)) if (find(after, leaf.hash, leaf.key, shift) === undefined) told.removed(leaf.key)
  for (const leaf of leavesOf(after)) {
    const known = find(before, leaf.hash, leaf.key, shift)
    if (known === undefined || !Object.is(known.value, leaf.value)) told.put(leaf)
  }
}

function find<Value>(trie: Trie<Value> | undefined, hash: number, key: string, from: number): Leaf<Value> | undefined {
  let at = trie
  for (let shift = from; isBranch(at); shift += bitsPerLevel) at = partAt(at, bitOf(hash, shift))
  if (at === undefined || at.hash !== hash) return undefined
  if ('key' in at) return at.key === key ? at : undefined
  return at.leaves.find((leaf) => leaf.key === key)
}

function put<Value>(trie: Trie<Value> | undefined, leaf: Leaf<Value>, shift: number): Trie<Value> {
  if (trie === undefined) return leaf
  if (isBranch(trie)) {
    const bit = bitOf(leaf.hash, shift)
    const part = partAt(trie, bit)
    const changed = put(part, leaf, shift + bitsPerLevel)
    if (changed === part) return trie
    const parts = [...trie.parts]
    parts.splice(placeOf(trie, bit), part === undefined ? 0 : 1, changed)
    return { bitmap: trie.bitmap | bit, parts }
  }
  if (trie.hash !== leaf.hash) return apart(trie, leaf, shift)
  if (!('key' in trie)) return putInBucket(trie, leaf)
  if (trie.key === leaf.key) return Object.is(trie.value, leaf.value) ? trie : leaf
  return { hash: leaf.hash, leaves: inOrder([trie, leaf]) }
}

function putInBucket<Value>(bucket: Bucket<Value>, leaf: Leaf<Value>): Trie<Value> {
  const known = bucket.leaves.find(({ key }) => key === leaf.key)
  if (known !== undefined && Object.is(known.value, leaf.value)) return bucket
  return { hash: bucket.hash, leaves: inOrder([...bucket.leaves.filter(({ key }) => key !== leaf.key), leaf]) }
}

/** Two whose hashes differ below the same branch. */
function apart<Value>(one: Leaf<Value> | Bucket<Value>, other: Leaf<Value>, shift: number): Branch<Value> {
  const [bit, otherBit] = [bitOf(one.hash, shift), bitOf(other.hash, shift)]
  if (bit === otherBit) return { bitmap: bit, parts: [apart(one, other, shift + bitsPerLevel)] }
  return { bitmap: bit | otherBit, parts: bit >>> 0 < otherBit >>> 0 ? [one, other] : [other, one] }
}

function remove<Value>(
  trie: Trie<Value> | undefined,
  { hash, key }: { readonly hash: number; readonly key: string },
  shift: number,
): Trie<Value> | undefined {
  if (trie === undefined) return undefined
  if (!isBranch(trie)) {
    if (trie.hash !== hash) return trie
    if ('key' in trie) return trie.key === key ? undefined : trie
    const leaves = trie.leaves.filter((leaf) => leaf.key !== key)
    if (leaves.length === trie.leaves.length) return trie
    return leaves.length === 1 ? leaves[0] : { hash, leaves }
  }
  const bit = bitOf(hash, shift)
  const part = partAt(trie, bit)
  const changed = remove(part, { hash, key }, shift + bitsPerLevel)
  if (changed === part) return trie
  const parts = [...trie.parts]
  if (changed === undefined) parts.splice(placeOf(trie, bit), 1)
  else parts[placeOf(trie, bit)] = changed
  const [only] = parts
  // One that stands alone stands where it would have been put.
  if (parts.length === 1 && !isBranch(only)) return only
  return { bitmap: changed === undefined ? trie.bitmap & ~bit : trie.bitmap, parts }
}

function isBranch<Value>(trie: Trie<Value> | undefined): trie is Branch<Value> {
  return trie !== undefined && 'parts' in trie
}

function partAt<Value>(branch: Branch<Value>, bit: number): Trie<Value> | undefined {
  return (branch.bitmap & bit) === 0 ? undefined : branch.parts[placeOf(branch, bit)]
}

function bitOf(hash: number, shift: number): number {
  return 1 << ((hash >>> shift) & 31)
}

/** How many parts come before that of `bit`. */
function placeOf({ bitmap }: { readonly bitmap: number }, bit: number): number {
  let bits = bitmap & (bit - 1)
  bits -= (bits >>> 1) & 0x55555555
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}

function inOrder<Value>(leaves: readonly Leaf<Value>[]): readonly Leaf<Value>[] {
  return [...leaves].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** FNV-1a over the UTF-16 units, mixed once more so that short keys spread over all bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
