import type { CopyListener } from './copy-progress.ts'

interface Copying {
  readonly told: CopyListener
  resolve(): void
  reject(error: Error): void
}

/** The copies that a store thread is making, and who waits for them. */
export class LinkCopies {
  readonly #underWay = new Map<number, Copying>()
  #count = 0

  get isEmpty(): boolean {
    return this.#underWay.size === 0
  }

  /** `ask` is given the number of the new copy. */
  begin(told: CopyListener, ask: (number: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const number = ++this.#count
      this.#underWay.set(number, { told, resolve, reject })
      ask(number)
    })
  }

  progress(number: number, ...progress: Parameters<CopyListener>): void {
    this.#underWay.get(number)?.told(...progress)
  }

  end(number: number, error: Error | undefined): void {
    const copying = this.#underWay.get(number)
    this.#underWay.delete(number)
    if (error === undefined) copying?.resolve()
    else copying?.reject(error)
  }

  /** The thread that made them is gone. */
  fail(error: Error): void {
    for (const number of [...this.#underWay.keys()]) this.end(number, error)
  }
}
