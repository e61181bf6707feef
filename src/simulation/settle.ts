/**
 * Resolves when every promise that could go on has gone on: what waits for the event loop runs after all microtasks. It waits
 * for nothing that comes from outside, such as a worker or a file.
 */
export function settlePromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
