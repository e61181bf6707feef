import type { Store, StoreInfo } from '../runtime/persistence.ts'
import { createFairScheduler } from '../runtime/fair-scheduler.ts'
import { createSystemClock } from '../runtime/system-clock.ts'
import type { OperationStore } from './operation-store.ts'

/** What a store is opened with. */
export type World = Parameters<Store['open']>[0]

/** One store, open or not: what is asked of it beside a running tree goes to the opening that the tree uses. */
export class StoreAccess {
  readonly #connect: (world: World) => Promise<OperationStore>
  #newest: { readonly store: OperationStore; readonly world: World } | undefined

  constructor(connect: (world: World) => Promise<OperationStore>) {
    this.#connect = connect
  }

  async open(world: World): Promise<OperationStore> {
    const store = await this.#connect(world)
    const opening = { store, world }
    this.#newest = opening
    const close = async (): Promise<void> => {
      if (this.#newest === opening) this.#newest = undefined
      await store.close()
    }
    return {
      get info(): StoreInfo {
        return store.info
      },
      submit: store.submit.bind<OperationStore['submit']>(store),
      copy: store.copy.bind(store),
      close,
    }
  }

  /** The opening that is in use; if there is none, one for as long as `work` takes. */
  async use<T>(work: (store: OperationStore, world: World) => Promise<T>): Promise<T> {
    if (this.#newest !== undefined) return work(this.#newest.store, this.#newest.world)
    const clock = createSystemClock()
    const world = { clock, scheduler: createFairScheduler({ clock }) }
    const store = await this.open(world)
    try {
      return await work(store, world)
    } finally {
      await store.close()
    }
  }
}
