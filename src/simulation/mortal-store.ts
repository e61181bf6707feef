import type { ActorId } from '../protocol/actor-id.ts'
import type { Persistence, Store } from '../runtime/persistence.ts'

/** Told of each operation, and of the actor for which it is, if it is for one. */
type Asked = (operation: string, actor: ActorId | undefined) => void

/**
 * A store of a process that can die: what the store has done stays done, and nobody in a dead process learns of it.
 */
export function mortalStore(store: Store, isAlive: () => boolean, asked: Asked): Store {
  return { open: async (world) => mortal(await store.open(world), isAlive, asked) }
}

function mortal(inner: Persistence, isAlive: () => boolean, asked: Asked): Persistence {
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
      asked(name, typeof args[0] === 'string' ? args[0] : undefined)
      return answer(carryOut(...args))
    }
  }
  const names = Object.keys(inner).filter((name): name is keyof Persistence => !['info', 'turns', 'links'].includes(name))
  // Every other member of the contract is an operation that gives a promise.
  const operations = Object.fromEntries(names.map((name) => [name, operation(name)])) as Omit<
    Persistence,
    'info' | 'turns' | 'links'
  >
  return {
    ...operations,
    turns: inner.turns,
    links: inner.links,
    get info() {
      return inner.info
    },
  }
}
