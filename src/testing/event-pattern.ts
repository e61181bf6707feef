/** True if a value has all that a pattern has: of objects some fields, of everything else the same value. */
export function matches(value: unknown, pattern: unknown): boolean {
  if (typeof pattern !== 'object' || pattern === null) return Object.is(value, pattern)
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Readonly<Record<string, unknown>>
  return Object.entries(pattern).every(([name, wanted]) => matches(fields[name], wanted))
}
