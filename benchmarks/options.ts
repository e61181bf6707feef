import { parseArgs } from 'node:util'
import type { Size } from './contest.ts'

/** What the benchmarks are asked to do. */
export interface Options {
  readonly size: Size
  /** The names of the trials to run; nothing for all. */
  readonly only: readonly string[] | undefined
  readonly rounds: number
}

/** What became of the arguments. */
export type Parsed =
  | { readonly type: 'run'; readonly options: Options }
  | { readonly type: 'help' }
  /** One sentence about the first argument that is wrong. */
  | { readonly type: 'wrong'; readonly problem: string }

const mostRounds = 100

/** The help text. */
export function usage(names: readonly string[]): string {
  return `
Measures coppice against the least that could do the same work: a bare mailbox loop, and raw group commits into SQLite. Both
run in turn, round by round, in one process per trial; what counts is the median of the ratios of the rounds.

  npm run bench -- [--size small|full] [--only NAME]... [--rounds N]

  --size SIZE   small (default) takes seconds and shows that everything runs; full gives the figures to go by
  --only NAME   runs one trial, or several if given again: ${names.join(', ')}
  --rounds N    rounds that count, 1 to ${mostRounds}; default 3 for small, 7 for full
  --help        this text

Databases are kept in the directory for temporary files (TMPDIR) and removed at the end.
Exit codes: 0 measured, 1 a trial failed, 2 wrong use.
`.trim()
}

const forms = {
  size: { type: 'string' },
  only: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  help: { type: 'boolean' },
} as const

const optionNames = Object.keys(forms)
  .map((name) => `--${name}`)
  .join(', ')

/** Reads the arguments; `names` are those of the trials. */
export function parseOptions(args: readonly string[], names: readonly string[]): Parsed {
  // Not strict: the texts of parseArgs say nothing of this program's rules.
  const { tokens } = parseArgs({ args: [...args], options: forms, strict: false, tokens: true })
  const only: string[] = []
  let size: Size = 'small'
  let rounds: number | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') return wrong(`${JSON.stringify(token.value)} belongs to no option`)
    if (token.kind === 'option-terminator') continue
    const { name, value } = token
    switch (name) {
      case 'help':
        if (value !== undefined) return wrong(`--help takes no value; got "${value}"`)
        return { type: 'help' }
      case 'size':
        if (value !== 'small' && value !== 'full') return wrong(`--size must be small or full; got ${shown(value)}`)
        size = value
        break
      case 'only':
        if (value === undefined || !names.includes(value))
          return wrong(`--only must be one of ${names.join(', ')}; got ${shown(value)}`)
        only.push(value)
        break
      case 'rounds':
        if (!isRounds(value)) return wrong(`--rounds must be an integer from 1 to ${mostRounds}; got ${shown(value)}`)
        rounds = Number(value)
        break
      default:
        return wrong(`${token.rawName} is no option; the options are ${optionNames}`)
    }
  }
  return { type: 'run', options: { size, only: only.length === 0 ? undefined : only, rounds: rounds ?? defaultRounds[size] } }
}

const defaultRounds: Readonly<Record<Size, number>> = { small: 3, full: 7 }

function isRounds(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= mostRounds
}

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

function wrong(problem: string): Parsed {
  return { type: 'wrong', problem }
}
