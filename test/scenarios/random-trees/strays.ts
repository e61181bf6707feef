/** Runs something of which no rejection may be left to nobody: that would end a process. */
export async function withoutStrays<Value>(run: () => Promise<Value>): Promise<Value> {
  const strays: unknown[] = []
  const stray = (error: unknown): void => void strays.push(error)
  process.on('unhandledRejection', stray)
  try {
    const value = await run()
    if (strays.length > 0) throw new AggregateError(strays, `nobody handles ${strays.map(textOf).join('\n')}`)
    return value
  } finally {
    process.off('unhandledRejection', stray)
  }
}

function textOf(error: unknown): string {
  return String(error instanceof Error ? error.stack : error)
}
