import { ConfigurationError } from '../protocol/errors.ts'
import type { Behavior } from './behavior.ts'

/** The behaviors of a program by their names, so that a stored state finds its behavior again. */
export class Catalogue {
  readonly #behaviors = new Map<string, Behavior>()

  constructor(behaviors: readonly Behavior[]) {
    for (const behavior of behaviors) this.add(behavior)
  }

  find(name: string): Behavior | undefined {
    return this.#behaviors.get(name)
  }

  /**
   * Adds a behavior unless it is there.
   *
   * @throws {ConfigurationError} if another one has its name; nothing was added.
   */
  add(behavior: Behavior): void {
    const known = this.#behaviors.get(behavior.name)
    if (known !== undefined && known !== behavior)
      throw new ConfigurationError({
        path: `behavior "${behavior.name}"`,
        rule: 'must have a name of its own',
        value: behavior.name,
        remedy: 'Another behavior of this program has the same name',
      })
    this.#behaviors.set(behavior.name, behavior)
  }
}
