import type { Persistence, Store } from '../runtime/persistence.ts'

/**
 * A store of a process that can die: what the store has done stays done, and nobody in a dead process learns of it. `asked` is
 * told of each operation.
 */
export function mortalStore(store: Store, isAlive: () => boolean, asked: () => void): Store {
  return { open: async (world) => mortal(await store.open(world), isAlive, asked) }
}

function mortal(inner: Persistence, isAlive: () => boolean, asked: () => void): Persistence {
  const answer = <T>(given: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      given.then(
        (value) => void (isAlive() && resolve(value)),
        (error: Error) => void (isAlive() && reject(error)),
      )
    })
  const operation = (name: keyof Persistence): unknown => {
    const carryOut = inner[name] as (...args: unknown[]) => Promise<unknown>
    return (...args: unknown[]) => {
      asked()
      return answer(carryOut(...args))
    }
  }
  const names = Object.keys(inner).filter((name): name is keyof Persistence => name !== 'info')
  // Every member of the contract but `info` is an operation that gives a promise.
  const operations = Object.fromEntries(names.map((name) => [name, operation(name)])) as Omit<Persistence, 'info'>
  return {
    ...operations,
    get info() {
      return inner.info
    },
  }
}
