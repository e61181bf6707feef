/** The links of a system, as those who send know them. */
export interface Links {
  /** Throws `ConfigurationError` if there is no link of this name. */
  check(link: string): void
  /** There is something new in its outbox. */
  posted(link: string): void
  /** Resolves when each of these links had room in its outbox at some moment since; never if none comes. */
  whenRoom(links: readonly string[]): Promise<unknown>
}
