import { statSync } from 'node:fs'
import { numberIn, readAll } from './csv.ts'

/** What a file holds, before anything is done with it. */
export interface Survey {
  readonly rows: number
  readonly operators: number
  readonly withoutSpeed: number
}

/** Reads a file once to see whether it can be used; what is wrong with it if not. */
export async function survey(file: string): Promise<Survey | { readonly problem: string }> {
  const operators = new Set<string>()
  let [rows, withoutSpeed] = [0, 0]
  try {
    if (!statSync(file).isFile()) return { problem: 'it is no file' }
    for await (const { operator, speed } of readAll(file)) {
      rows += 1
      operators.add(operator)
      if (numberIn(speed) === undefined) withoutSpeed += 1
    }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
  return { rows, operators: operators.size, withoutSpeed }
}
