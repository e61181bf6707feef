import { format, inspect } from 'node:util'
import type { Expectation } from './programs.ts'

type Compare = (line: number) => (...values: readonly unknown[]) => void

/**
 * What the program of a block calls in place of `console.log`, and with the values of its expressions. When the process ends,
 * every expectation that is not met, and every one that was not come to, is a failure of the process.
 */
export function expecting(expectations: readonly Expectation[]): { readonly __printed: Compare; readonly __value: Compare } {
  const waiting = new Map(expectations.map(({ line, texts }) => [line, [...texts]]))
  const failures: string[] = []

  const compare = (line: number, found: string): void => {
    const expected = waiting.get(line)?.shift()
    if (expected === undefined) failures.push(`line ${line} gives one more value than expected: ${found}`)
    else if (!fits(expected, found)) failures.push(`line ${line} gives ${found}\n  expected: ${expected}`)
  }

  process.once('exit', (code) => {
    for (const [line, texts] of waiting)
      failures.push(...texts.map((text) => `line ${line} was expected to give, and did not: ${text}`))
    if (failures.length === 0) return
    process.stderr.write(`${failures.join('\n')}\n`)
    process.exitCode = code === 0 ? 1 : code
  })

  return {
    __printed:
      (line) =>
      (...values) => {
        console.log(...values)
        compare(line, format(...values))
      },
    __value: (line) => (value) => compare(line, inspect(value, { breakLength: Infinity })),
  }
}

/** White space counts as one blank, however much it is; `…` stands for anything. */
function fits(expected: string, found: string): boolean {
  const [first = '', ...parts] = plain(expected).split('…')
  const text = plain(found)
  if (parts.length === 0) return text === first
  const pattern = [first, ...parts].map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')
  return new RegExp(`^${pattern}$`).test(text)
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
