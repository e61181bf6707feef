/** The known word that was most likely meant; nothing if none is near. `one-for-one` is as near as can be to `one_for_one`. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const word = bare(given)
  if (word === '') return undefined
  const ranked = known.map((candidate) => ({ candidate, far: distance(word, bare(candidate)) })).sort((a, b) => a.far - b.far)
  const [best] = ranked
  if (best === undefined) return undefined
  const isNear = best.far <= Math.max(1, Math.floor(bare(best.candidate).length / 3))
  return isNear ? best.candidate : known.find((candidate) => word.startsWith(bare(candidate)))
}

/** Upper and lower case and the sign between words make no difference. */
function bare(word: string): string {
  return word.slice(0, 60).toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** How many letters have to be changed, added or left out to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
