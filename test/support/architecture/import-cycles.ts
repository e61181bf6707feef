/**
 * One cycle for each knot of files that import each other, as the way around it; none if there is no knot. Follows the
 * depth-first search of Tarjan, in which a knot is known when its first file has been left.
 */
export function importCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const knots: string[][] = []
  const entered = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []

  const visit = (file: string): number => {
    const number = entered.size
    entered.set(file, number)
    lowest.set(file, number)
    open.push(file)
    for (const next of graph.get(file) ?? []) {
      const reached = entered.has(next) ? (open.includes(next) ? (entered.get(next) ?? number) : number) : visit(next)
      lowest.set(file, Math.min(lowest.get(file) ?? number, reached))
    }
    const low = lowest.get(file) ?? number
    if (low === number) knots.push(open.splice(open.indexOf(file)))
    return low
  }

  for (const file of graph.keys()) if (!entered.has(file)) visit(file)
  return knots.flatMap((knot) => {
    const way = wayAround(new Set(knot), graph)
    return way === undefined ? [] : [way]
  })
}

/** The shortest way from the first file of the knot back to itself. */
function wayAround(knot: ReadonlySet<string>, graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const [start] = knot
  if (start === undefined) return undefined
  const ways: (readonly string[])[] = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start]
      if (!knot.has(next) || seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return undefined
}
