/** The links of a system, as those who send know them. */
export interface Links {
  /** Throws `ConfigurationError` if there is no link of this name. */
  check(link: string): void
  /** There is something new in its outbox. */
  posted(link: string): void
}
