import { NotStorableError } from '../protocol/errors.ts'
import type { ExitNote, KeptExits } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { checkText } from './envelope-text.ts'
import type { Checked, ExitRow } from './records.ts'

export function exitToText(codec: Codec, { incarnation, details, ...note }: ExitNote): ExitRow {
  const { supervisor, epoch, number, atMs, child, reason, decided, why } = note
  if (!Number.isFinite(atMs))
    throw new NotStorableError({ path: 'note.atMs', found: `the time ${atMs}`, remedy: 'Give a time in milliseconds.' })
  return {
    supervisor: checkText(supervisor, 'actor id'),
    epoch,
    number,
    atMs: Math.round(atMs),
    child: checkText(child, 'key'),
    incarnation: incarnation ?? null,
    reason: readable(reason),
    decided,
    why: readable(why),
    details: codec.encode(details, 'details'),
  }
}

/** For people, and without what a database has no place for: an error may say anything. */
function readable(text: string): string {
  return text.replace(/[\p{Surrogate}\0]/gu, '\ufffd')
}

/** The notes of rows. One that is damaged costs nobody more than itself: nothing goes on from it. */
export function readExits(codec: Codec, rows: readonly Checked<ExitRow>[]): KeptExits {
  const notes: ExitNote[] = []
  const damaged: KeptExits['damaged'][number][] = []
  for (const { row, isIntact } of rows) {
    const note = isIntact ? noteOf(codec, row) : 'its checksum is wrong'
    if (typeof note === 'object') notes.push(note)
    else damaged.push({ supervisor: row.supervisor, epoch: row.epoch, number: row.number, problem: note })
  }
  return { notes, damaged }
}

/** What is wrong with it, if it cannot be read. */
function noteOf(codec: Codec, { incarnation, details, ...row }: ExitRow): ExitNote | string {
  try {
    return { ...row, incarnation: incarnation ?? undefined, details: codec.decode(details) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
