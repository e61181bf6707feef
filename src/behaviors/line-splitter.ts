/** Makes lines of text that comes in portions. A line that is too long is cut: what is held in memory has a bound. */
export class LineSplitter {
  readonly #longest: number
  #rest = ''
  #isCut = false

  /** @param longest how many characters of a line are kept */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** The lines that are complete with this portion, without their ends. */
  push(text: string): string[] {
    const parts = text.split('\n')
    const last = parts.pop() ?? ''
    const lines = parts.map((part) => {
      this.#append(part)
      return this.#take()
    })
    this.#append(last)
    return lines
  }

  /** What came after the last end of a line, if anything did. */
  flush(): string[] {
    return this.#rest === '' ? [] : [this.#take()]
  }

  #append(part: string): void {
    const room = Math.max(0, this.#longest - this.#rest.length)
    this.#isCut ||= part.replace(/\r$/, '').length > room
    // One more than may stay, for the end of a line in the way of Windows.
    this.#rest += part.slice(0, room + 1)
  }

  #take(): string {
    const line = this.#isCut ? `${this.#rest.slice(0, this.#longest)}…` : this.#rest.replace(/\r$/, '')
    this.#rest = ''
    this.#isCut = false
    return line
  }
}
