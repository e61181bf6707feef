import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  sqlite,
  start,
  type App,
  type CoppiceEvent,
  type DynamicNode,
  type Link,
  type StartOptions,
  type SupervisorNode,
} from '../../src/index.ts'

/** Where one scenario runs: its own directory, which outlives its processes. */
export interface Place {
  readonly directory: string
  readonly link: Link
}

/** One process of a scenario. It ends without a word: nobody stops what it has started. */
export class RowWorld {
  readonly events: CoppiceEvent[] = []
  readonly #place: Place
  readonly #waiting = new Set<() => void>()
  readonly #apps: App<unknown>[] = []

  readonly #store: ReturnType<typeof sqlite>

  constructor(place: Place) {
    this.#place = place
    this.#store = sqlite(join(place.directory, 'app.db'), { link: place.link })
    mkdirSync(join(place.directory, 'states'), { recursive: true })
  }

  get file(): string {
    return join(this.#place.directory, 'app.db')
  }

  readonly start = async <Tree>(
    tree: SupervisorNode<Tree> | DynamicNode<Tree>,
    options: Pick<StartOptions, 'freezeStates'> = {},
  ): Promise<App<Tree>> => {
    const onEvent = (event: CoppiceEvent): void => {
      this.events.push(event)
      for (const look of this.#waiting) look()
    }
    const app = await start(tree, { ...options, store: this.#store, onEvent })
    this.#apps.push(app)
    return app
  }

  /** The events of one type so far. */
  of<Type extends CoppiceEvent['type']>(type: Type): Extract<CoppiceEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<CoppiceEvent, { type: Type }> => event.type === type)
  }

  /** Resolves when there are so many events of a type. */
  readonly hear = (type: CoppiceEvent['type'], count = 1): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (this.of(type).length < count) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })

  readonly write = (name: string, value: unknown): void =>
    writeFileSync(join(this.#place.directory, 'states', name), JSON.stringify(value))
  readonly read = (name: string): unknown => JSON.parse(readFileSync(join(this.#place.directory, 'states', name), 'utf8'))
  readonly remove = (name: string): void => rmSync(join(this.#place.directory, 'states', name), { force: true })
  readonly written = (): string[] => readdirSync(join(this.#place.directory, 'states')).map(String).sort()

  /** Gives the next process what this one would leave if it were killed at this moment: what is committed, and files. */
  async handOver(directory: string): Promise<void> {
    cpSync(join(this.#place.directory, 'states'), join(directory, 'states'), { recursive: true })
    await this.#store.backup(join(directory, 'app.db'))
  }

  /** Lets go of it, for a process that goes on; what it does at its end is not looked at any more. */
  async end(): Promise<void> {
    for (const app of this.#apps) {
      // Some hang in the middle of what they do.
      for (const id of ['a', 'b']) void app.kill(id, { restart: false })
      await app.stop().catch(() => undefined)
    }
  }
}

/** What a row of guides/parity.md says, as steps of one process each, and what each of them has to see. */
export interface Row {
  readonly row: string
  readonly says: string
  readonly steps: readonly ((world: RowWorld) => Promise<unknown>)[]
  readonly sees: readonly unknown[]
}
