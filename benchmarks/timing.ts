/** How many operations a second `work` does, of which it does `count`. */
export async function rateOf(count: number, work: () => void | Promise<void>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return (count * 1000) / (performance.now() - beganMs)
}

/** A promise, and what resolves it. */
export interface Signal {
  readonly given: Promise<void>
  give(): void
}

/** Something to wait for. */
export function signal(): Signal {
  let give = (): void => undefined
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}
