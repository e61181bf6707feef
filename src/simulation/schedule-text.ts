import { ConfigurationError } from '../protocol/errors.ts'

/** What kind of choice a step was: a task handled a message, a deferred callback ran, or an offer was taken up. */
export type ChoiceKind = 'run' | 'defer' | 'offer'

/** The label of a choice: its kind and its name, in one line of text. `nth` counts those of the same kind and name from 1. */
export function choiceLabel(kind: ChoiceKind, name: string, nth: number): string {
  return `${kind} ${isPlain(name) ? name : JSON.stringify(name)}${nth === 1 ? '' : ` #${nth}`}`
}

/** A schedule as text to paste into a test: one choice in a line. */
export function printSchedule(labels: readonly string[]): string {
  return labels.join('\n')
}

/**
 * The labels of a printed schedule. Blank lines and the indentation of a test do not count.
 *
 * @throws {ConfigurationError} if a line is not a choice.
 */
export function parseSchedule(text: string): readonly string[] {
  const labels = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  labels.forEach((value, index) => {
    if (/^(?:run|defer|offer) ./.test(value)) return
    const rule = 'must be "run <id>", "defer <label>" or "offer <label>"'
    throw new ConfigurationError({ path: `schedule, step ${index + 1}`, rule, value })
  })
  return labels
}

// Only a name that a reader, and the parser, cannot mistake for something else stands without quotes.
function isPlain(name: string): boolean {
  return /^[\w./:@<>()[\]-]+(?: [\w./:@<>()[\]-]+)*$/.test(name)
}
