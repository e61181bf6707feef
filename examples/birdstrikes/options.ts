import { parseArgs } from 'node:util'

/** What the job is asked to do. */
export interface Options {
  readonly kills: number
  readonly seed: number
  /** The path of a CSV file; nothing for the one of the package vega-datasets. */
  readonly file: string | undefined
  /** Rows a second; nothing for as fast as it goes. */
  readonly rate: number | undefined
  /** Where databases are kept; nothing for a directory beside the program. */
  readonly data: string | undefined
}

/** What became of the arguments. */
export type Parsed =
  | { readonly type: 'run'; readonly options: Options }
  | { readonly type: 'help' }
  /** One sentence about the first argument that is wrong. */
  | { readonly type: 'wrong'; readonly problem: string }

export const usage = `
Reads reports of birds hitting aircraft into one durable ledger per operator, while a seeded bug crashes actors and the
worker process is killed with SIGKILL again and again. At the end plain SQL shows that every row was applied exactly once.
Then the same job runs as a plain program, killed at the same rows, and a table shows what became of the rows in both.

  npm start -- [--kills N] [--seed S] [--file CSV] [--rate R] [--data DIR]

  --kills N    how often the worker process is killed, 0 to 1000; default 5
  --seed S     decides when it is killed and where the bug strikes, 0 to 4294967295; default 1
  --file CSV   the file to read; default birdstrikes.csv of the package vega-datasets
  --rate R     at most so many rows a second, more than 0; default as fast as it goes
  --data DIR   where databases are kept; default .data beside the program
  --help       this text

Ctrl-C stops in order; the next start with the same file and seed continues.
Exit codes: 0 exact, 1 not exact, 2 wrong use, 130 stopped by Ctrl-C.
`.trim()

/** Reads the arguments of the program. Checks their form only: whether the file can be read is seen by reading it. */
export function parseOptions(args: readonly string[]): Parsed {
  // Not strict: the texts of parseArgs say nothing of this program's rules.
  const { tokens } = parseArgs({ args: [...args], options: forms, strict: false, tokens: true })
  const given = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional') return wrong(`${JSON.stringify(token.value)} belongs to no option`)
    if (token.kind === 'option-terminator') continue
    if (token.name === 'help' && token.value !== undefined) return wrong(`--help takes no value; got "${token.value}"`)
    if (token.name === 'help') return { type: 'help' }
    if (!Object.hasOwn(forms, token.name)) return wrong(`${token.rawName} is no option; the options are ${namesOf(forms)}`)
    const problem = problemWith(token.name as ValueName, token.value)
    if (problem !== undefined) return wrong(problem)
    given.set(token.name, token.value ?? '')
  }
  const rate = given.get('rate')
  const options = {
    kills: Number(given.get('kills') ?? 5),
    seed: Number(given.get('seed') ?? 1),
    file: given.get('file'),
    rate: rate === undefined ? undefined : Number(rate),
    data: given.get('data'),
  }
  return { type: 'run', options }
}

const forms = {
  kills: { type: 'string' },
  seed: { type: 'string' },
  file: { type: 'string' },
  rate: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean' },
} as const

type ValueName = Exclude<keyof typeof forms, 'help'>

interface Rule {
  readonly rule: string
  readonly holds: (text: string) => boolean
}

const rules: Readonly<Record<ValueName, Rule>> = {
  kills: { rule: 'must be an integer from 0 to 1000', holds: (text) => isIntegerUpTo(1_000, text) },
  seed: { rule: 'must be an integer from 0 to 4294967295', holds: (text) => isIntegerUpTo(2 ** 32 - 1, text) },
  rate: { rule: 'must be a number of rows a second, more than 0', holds: isPositive },
  file: { rule: 'must be the path of a CSV file', holds: (text) => text !== '' },
  data: { rule: 'must be the path of a directory', holds: (text) => text !== '' },
}

function problemWith(name: ValueName, value: string | undefined): string | undefined {
  const { rule, holds } = rules[name]
  if (value === undefined) return `--${name} ${rule}; got nothing`
  return holds(value) ? undefined : `--${name} ${rule}; got ${JSON.stringify(value)}`
}

function isIntegerUpTo(highest: number, text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= highest
}

function isPositive(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text) && Number(text) > 0
}

function namesOf(options: object): string {
  return Object.keys(options)
    .map((name) => `--${name}`)
    .join(', ')
}

function wrong(problem: string): Parsed {
  return { type: 'wrong', problem }
}
