/**
 * Leaves out of a list what is not needed for `fails` to hold, by delta debugging: first halves, then smaller and smaller parts.
 * The result is minimal in that no single one can be left out, unless `isOver` says before that it is enough.
 */
export async function shrunk<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
  isOver: () => boolean = () => false,
): Promise<readonly Item[]> {
  let kept = items
  if (kept.length > 0 && (await fails([]))) return []
  let size = Math.ceil(kept.length / 2)
  while (kept.length > 0 && !isOver()) {
    const smaller = await withoutOnePart(kept, size, fails, isOver)
    if (smaller !== undefined) {
      kept = smaller
      size = Math.min(size, Math.max(1, Math.ceil(kept.length / 2)))
    } else if (size > 1) size = Math.ceil(size / 2)
    else break
  }
  return kept
}

async function withoutOnePart<Item>(
  items: readonly Item[],
  size: number,
  fails: (items: readonly Item[]) => Promise<boolean>,
  isOver: () => boolean,
): Promise<readonly Item[] | undefined> {
  // From the end: what comes late in a run is mostly there because of what comes before.
  for (let end = items.length; end > 0 && !isOver(); end -= size) {
    const rest = [...items.slice(0, Math.max(0, end - size)), ...items.slice(end)]
    if (rest.length > 0 && (await fails(rest))) return rest
  }
  return undefined
}
