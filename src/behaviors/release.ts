/** The ways to end things that are known, in the order in which they are looked for. */
const ways = [Symbol.asyncDispose, Symbol.dispose, 'close', 'end', 'destroy'] as const

/** Ends a thing in the first way that it has; what has none is left to itself. Resolves when that has. */
export async function release(thing: unknown): Promise<void> {
  if ((typeof thing !== 'object' && typeof thing !== 'function') || thing === null) return
  const ending = thing as Partial<Record<(typeof ways)[number], unknown>>
  const way = ways.find((known) => typeof ending[known] === 'function')
  if (way !== undefined) await (ending[way] as () => unknown).call(thing)
}
