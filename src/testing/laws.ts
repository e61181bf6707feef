import { LawBrokenError } from './errors.ts'

/** True, or nothing, if something holds; false, or a text that says what is wrong, if not. */
// A law that only asserts returns nothing.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type Verdict = boolean | string | void

/**
 * Says whether something holds: by true, or by not throwing. False, a text that says what is wrong, or what it throws say that it
 * does not.
 */
export type Law = () => Verdict

/** Thrown by `peek` within a law, about an actor that does not run: such a law says nothing at that moment. */
export class NobodyToPeekAt extends Error {}

/** Says what is wrong; nothing if the law holds. */
export function breachOf(law: Law): string | undefined {
  try {
    const verdict = law()
    if (typeof verdict === 'string') return verdict
    return verdict === false ? 'it is false' : undefined
  } catch (error) {
    if (error instanceof NobodyToPeekAt) return undefined
    return error instanceof Error ? error.message : String(error)
  }
}

/** The laws of a run. The first that is broken stays: whatever runs it on rejects with that. */
export class Laws {
  readonly #laws = new Map<string, Law>()
  #isAsking = false
  broken: LawBrokenError | undefined

  /** True while a law is asked. */
  get isAsking(): boolean {
    return this.#isAsking
  }

  add(name: string, law: Law): void {
    this.#laws.set(name, law)
  }

  /** @throws {LawBrokenError} if one is broken, or was before. */
  check(where: () => { readonly step: number; readonly what: string }): void {
    if (this.broken !== undefined) throw this.broken
    this.#isAsking = true
    try {
      for (const [law, holds] of this.#laws) {
        const detail = breachOf(holds)
        if (detail === undefined) continue
        this.broken = new LawBrokenError({ law, detail, ...where() })
        throw this.broken
      }
    } finally {
      this.#isAsking = false
    }
  }
}
