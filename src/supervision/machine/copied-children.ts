import { InternalError } from '../../protocol/errors.ts'
import { isRunning, isSignificantAlive, type Child, type Children } from './children.ts'

/** A table that is never changed: every change makes a new one. For exploration and tests, where old states are kept. */
export class CopiedChildren implements Children {
  readonly #children: readonly Child[]

  constructor(children: readonly Child[] = []) {
    this.#children = children
  }

  get size(): number {
    return this.#children.length
  }

  get active(): number {
    return this.#children.filter(isRunning).length
  }

  get supervisors(): number {
    return this.#children.filter((child) => child.spec.type === 'supervisor').length
  }

  get significant(): number {
    return this.#children.filter(isSignificantAlive).length
  }

  get delayed(): number {
    return this.#children.filter(({ wait }) => wait?.for === 'delay').length
  }

  get grouped(): number {
    return this.#children.filter(({ wait }) => wait?.for === 'group').length
  }

  get held(): number {
    return this.#children.filter(({ wait }) => wait?.for === 'gate').length
  }

  get(id: string): Child | undefined {
    return this.#children.find((child) => child.spec.id === id)
  }

  all(): readonly Child[] {
    return this.#children
  }

  after(id: string): readonly Child[] {
    return this.#children.slice(this.#index(id) + 1)
  }

  add(child: Child): CopiedChildren {
    if (this.get(child.spec.id) !== undefined) throw new InternalError('a child was added twice', child)
    return new CopiedChildren([...this.#children, child])
  }

  update(child: Child): CopiedChildren {
    return new CopiedChildren(this.#children.with(this.#index(child.spec.id), child))
  }

  delete(id: string): CopiedChildren {
    return new CopiedChildren(this.#children.toSpliced(this.#index(id), 1))
  }

  copy(): CopiedChildren {
    return this
  }

  #index(id: string): number {
    const index = this.#children.findIndex((child) => child.spec.id === id)
    if (index === -1) throw new InternalError('a child is not in the table', id)
    return index
  }
}
