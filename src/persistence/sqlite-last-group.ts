import type { SqlHandle, SqlRow } from './sqlite-handle.ts'
import type { Written } from './link-words.ts'

/**
 * The last group of a link, kept in the transaction that wrote it: whoever takes over from a thread that died reads here
 * whether the group that was under way is in the file, and what came of it.
 */
export class LastGroup {
  readonly #handle: SqlHandle
  readonly #link: number
  readonly #put: { run(value: string): unknown }

  constructor(handle: SqlHandle, link: number) {
    this.#handle = handle
    this.#link = link
    this.#put = handle.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('last_group', ?)")
  }

  read(): Written | undefined {
    const row = this.#handle.prepare("SELECT value FROM meta WHERE name = 'last_group'").get() as SqlRow | undefined
    if (row === undefined) return undefined
    const { link, upTo, replies } = JSON.parse(String(row['value'])) as Written & { readonly link: number }
    return link === this.#link ? { upTo, replies } : undefined
  }

  put({ upTo, replies }: Written): void {
    this.#put.run(JSON.stringify({ link: this.#link, upTo, replies }))
  }

  /** Nobody will ask any more. */
  drop(): void {
    this.#handle.exec("DELETE FROM meta WHERE name = 'last_group'")
  }
}
