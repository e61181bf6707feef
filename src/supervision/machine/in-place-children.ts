import { InternalError } from '../../protocol/errors.ts'
import { isRunning, isSignificantAlive, type Child, type Children } from './children.ts'

/** A child with its neighbours, so that the later siblings are found without counting from the start. */
interface Place {
  child: Child
  previous: Place | undefined
  next: Place | undefined
}

/** The table of a running supervisor: changed in place, and no change costs more with more children. */
export class InPlaceChildren implements Children {
  readonly #places = new Map<string, Place>()
  #first: Place | undefined
  #last: Place | undefined
  #active = 0
  #supervisors = 0
  #significant = 0
  readonly #waiting = { delay: 0, group: 0, gate: 0, turn: 0 }

  constructor(children: Iterable<Child> = []) {
    for (const child of children) this.add(child)
  }

  get size(): number {
    return this.#places.size
  }

  get active(): number {
    return this.#active
  }

  get supervisors(): number {
    return this.#supervisors
  }

  get significant(): number {
    return this.#significant
  }

  get delayed(): number {
    return this.#waiting.delay
  }

  get grouped(): number {
    return this.#waiting.group
  }

  get held(): number {
    return this.#waiting.gate
  }

  get(id: string): Child | undefined {
    return this.#places.get(id)?.child
  }

  all(): readonly Child[] {
    return childrenFrom(this.#first)
  }

  after(id: string): readonly Child[] {
    return childrenFrom(this.#place(id).next)
  }

  add(child: Child): this {
    if (this.#places.has(child.spec.id)) throw new InternalError('a child was added twice', child)
    const place: Place = { child, previous: this.#last, next: undefined }
    if (this.#last === undefined) this.#first = place
    else this.#last.next = place
    this.#last = place
    this.#places.set(child.spec.id, place)
    this.#count(child, 1)
    return this
  }

  update(child: Child): this {
    const place = this.#place(child.spec.id)
    this.#count(place.child, -1)
    place.child = child
    this.#count(child, 1)
    return this
  }

  delete(id: string): this {
    const place = this.#place(id)
    if (place.previous === undefined) this.#first = place.next
    else place.previous.next = place.next
    if (place.next === undefined) this.#last = place.previous
    else place.next.previous = place.previous
    this.#places.delete(id)
    this.#count(place.child, -1)
    return this
  }

  copy(): InPlaceChildren {
    return new InPlaceChildren(this.all())
  }

  #place(id: string): Place {
    const place = this.#places.get(id)
    if (place === undefined) throw new InternalError('a child is not in the table', id)
    return place
  }

  #count(child: Child, by: 1 | -1): void {
    if (isRunning(child)) this.#active += by
    if (child.spec.type === 'supervisor') this.#supervisors += by
    if (isSignificantAlive(child)) this.#significant += by
    if (child.wait !== undefined) this.#waiting[child.wait.for] += by
  }
}

function childrenFrom(first: Place | undefined): Child[] {
  const children: Child[] = []
  for (let place = first; place !== undefined; place = place.next) children.push(place.child)
  return children
}
