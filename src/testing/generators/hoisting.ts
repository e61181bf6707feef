import { Arbitrary, Stream, Value } from 'fast-check'
import type { SupervisorChoices } from './option-arbitraries.ts'
import type { SupervisorSpec } from './tree-spec.ts'

/** Always `most`; a failure is shrunk towards 0. */
export class AllArbitrary extends Arbitrary<number> {
  readonly #most: number

  constructor(most: number) {
    super()
    this.#most = most
  }

  override generate(): Value<number> {
    return new Value(this.#most, undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is number {
    return typeof value === 'number'
  }

  override shrink(value: number): Stream<Value<number>> {
    return new Stream(Array.from({ length: value }, (_, smaller) => new Value(smaller, undefined)).values())
  }
}

/**
 * The tree without so many floors from the top: the first supervisor below takes the place of the root, and works as a root must.
 */
export function hoisted(spec: SupervisorSpec, floors: number, root: SupervisorChoices | undefined): SupervisorSpec {
  const inner = spec.children.find(({ kind }) => kind === 'supervisor')
  if (floors === 0 || inner?.kind !== 'supervisor') return spec
  const { strategy, intensity, autoShutdown } = spec.supervisor
  const supervisor = {
    ...inner.supervisor,
    ...(root?.strategy !== undefined && strategy !== undefined && { strategy }),
    ...((root?.restarts ?? root?.within) !== undefined && intensity !== undefined && { intensity }),
    ...(root?.autoShutdown !== undefined && autoShutdown !== undefined && { autoShutdown }),
  }
  return hoisted({ ...inner, supervisor }, floors - 1, root)
}
