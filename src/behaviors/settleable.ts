/** A promise that is settled from outside. */
export interface Settleable {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

/** Makes one; what `Promise.withResolvers` does. */
export function settleable(): Settleable {
  let [resolve, reject]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined]
  const promise = new Promise<void>((onResolve, onReject) => {
    ;[resolve, reject] = [onResolve, onReject]
  })
  return { promise, resolve, reject }
}
