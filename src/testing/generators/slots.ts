import { Arbitrary, Stream, Value, type Random } from 'fast-check'

/**
 * Up to `most` values in a row, as `array` of fast-check, from which a shrunk one can leave out each at any time: of those,
 * none is left that is not needed.
 */
export function slots<T>(arbitrary: Arbitrary<T>, most: number): Arbitrary<T[]> {
  const places = Array.from({ length: most }, () => arbitrary)
  return new SparseArbitrary(places).map((all) => all.flatMap((place) => (place === undefined ? [] : [place.value])))
}

/** Some of the fields of an object, as `record` of fast-check without required keys; shrunk as {@link slots}. */
export function fields<Fields extends object>(model: { readonly [Name in keyof Fields]: Arbitrary<Fields[Name]> }): Arbitrary<
  Partial<Fields>
> {
  const entries = Object.entries<Arbitrary<unknown>>(model)
  return new SparseArbitrary(entries.map(([, arbitrary]) => arbitrary)).map((all) => {
    const given = all.flatMap((place, index) => (place === undefined ? [] : [[entries[index]?.[0], place.value] as const]))
    // The names and the values are those of the model.
    return Object.fromEntries(given) as Partial<Fields>
  })
}

type Place<T> = { readonly value: T } | undefined

/**
 * Places that are empty or not. The `oneof`, `option` and `array` of fast-check leave nothing out any more once a value is
 * shrunk.
 */
class SparseArbitrary<T> extends Arbitrary<Place<T>[]> {
  readonly #places: readonly Arbitrary<T>[]

  constructor(places: readonly Arbitrary<T>[]) {
    super()
    this.#places = places
  }

  override generate(random: Random, bias: number | undefined): Value<Place<T>[]> {
    // So that there are full ones, and nearly empty ones.
    const density = random.nextInt(1, 5)
    return together(this.#places.map((place) => (random.nextInt(1, 5) <= density ? place.generate(random, bias) : undefined)))
  }

  override canShrinkWithoutContext(_: unknown): _ is Place<T>[] {
    return false
  }

  override shrink(_: Place<T>[], context: unknown): Stream<Value<Place<T>[]>> {
    if (context === undefined) return Stream.nil()
    // What `together` has given along.
    const values = context as readonly (Value<T> | undefined)[]
    return new Stream(this.#smaller(values)).map(together)
  }

  *#smaller(values: readonly (Value<T> | undefined)[]): Generator<readonly (Value<T> | undefined)[]> {
    const taken = values.flatMap((value, index) => (value === undefined ? [] : [index]))
    for (let size = taken.length; size >= 1; size = Math.floor(size / 2))
      for (let begin = 0; begin < taken.length; begin += size) {
        const without = new Set(taken.slice(begin, begin + size))
        yield values.map((value, index) => (without.has(index) ? undefined : value))
      }
    for (const index of taken) {
      const value = values[index]
      const smaller = value && this.#places[index]?.shrink(value.value_, value.context)
      if (smaller !== undefined) for (const next of smaller) yield values.with(index, next)
    }
  }
}

function together<T>(values: readonly (Value<T> | undefined)[]): Value<Place<T>[]> {
  return new Value(
    values.map((value) => value && { value: value.value_ }),
    values,
  )
}

/** As given, and a failure is shrunk to `least`, at any time, if that is enough for it. */
export function orElse<T>(arbitrary: Arbitrary<T>, least: T): Arbitrary<T> {
  return new OrElseArbitrary(arbitrary, least)
}

class OrElseArbitrary<T> extends Arbitrary<T> {
  readonly #inner: Arbitrary<T>
  readonly #least: T

  constructor(inner: Arbitrary<T>, least: T) {
    super()
    this.#inner = inner
    this.#least = least
  }

  override generate(random: Random, bias: number | undefined): Value<T> {
    return wrapped(this.#inner.generate(random, bias))
  }

  override canShrinkWithoutContext(_: unknown): _ is T {
    return false
  }

  override shrink(value: T, context: unknown): Stream<Value<T>> {
    if (context === undefined) return Stream.nil()
    const { inner } = context as { readonly inner: unknown }
    return Stream.of(new Value(this.#least, undefined)).join(this.#inner.shrink(value, inner).map(wrapped))
  }
}

/** What is not the least has a context. */
function wrapped<T>(value: Value<T>): Value<T> {
  return new Value(value.value_, { inner: value.context })
}
