import { createLogUpdate } from 'log-update'
import { styleText } from 'node:util'

/** How far one of the two programs has come. */
export interface Progress {
  readonly name: string
  readonly rows: number
  readonly of: number
}

/** Where lines go, and, on a terminal, a bar below them. */
export interface Screen {
  line(text: string): void
  progress(progress: Progress): void
  /** Takes the bar away. */
  done(): void
}

/** What is asked of the stream that a screen writes to. */
type Output = NodeJS.WriteStream

/** Colours of the words that lines are about. */
const colourOf = { kill: 'red', crash: 'yellow', trouble: 'red', up: 'green', twin: 'cyan' } as const

/** A screen for a stream: with a bar and colours on a terminal, and plain lines anywhere else. */
export function screenFor(output: Output, env: NodeJS.ProcessEnv): Screen {
  if (!output.isTTY || env['TERM'] === 'dumb') {
    return { line: (text) => void output.write(`${text}\n`), progress: () => undefined, done: () => undefined }
  }
  const show = createLogUpdate(output)
  const hasColour = env['NO_COLOR'] === undefined || env['NO_COLOR'] === ''
  let last: Progress | undefined
  const redraw = (): void => {
    if (last !== undefined) show(barOf(last, output.columns))
  }
  return {
    line: (text) => {
      show.clear()
      output.write(`${hasColour ? coloured(text) : text}\n`)
      redraw()
    },
    progress: (progress) => {
      last = progress
      redraw()
    },
    done: () => {
      last = undefined
      show.clear()
      show.done()
    },
  }
}

/** One line that is no wider than the terminal. */
export function barOf({ name, rows, of }: Progress, columns: number): string {
  const share = of === 0 ? 1 : Math.min(1, rows / of)
  const percent = String(Math.floor(share * 100)).padStart(3)
  const numbers = `${percent} %  ${rows.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} rows`
  const width = Math.max(0, Math.min(40, columns - name.length - numbers.length - 6))
  const filled = Math.round(width * share)
  return `${name}  ${'█'.repeat(filled)}${'░'.repeat(width - filled)}  ${numbers}`
}

/** Colours the word of a line about something that happened; any other line stays as it is. */
function coloured(line: string): string {
  return line.replace(/^( *[\d.]+ s {2})(\w+)/, (whole, time: string, word: string) => {
    const colour = Object.entries(colourOf).find(([name]) => name === word)?.[1]
    return colour === undefined ? whole : `${time}${styleText(colour, word, { validateStream: false })}`
  })
}
