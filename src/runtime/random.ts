/** Chance, as everything in coppice sees it. */
export interface Random {
  /** A number >= 0 and < 1. */
  next(): number
  /** A whole number >= 0 and < `below`. */
  integer(below: number): number
}

/** Chance that a seed decides: the same seed gives the same numbers, on every machine (the generator is sfc32). */
export function seededRandom(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1]
  const nextInteger = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round += 1) nextInteger()
  const next = (): number => nextInteger() / 2 ** 32
  return { next, integer: (below) => Math.floor(next() * below) }
}
