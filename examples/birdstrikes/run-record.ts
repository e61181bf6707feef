import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { KillMoment } from './kill-plan.ts'
import { twinIn, type TwinPlace } from './twin-state.ts'

/** A kill that was carried out. */
export interface CarriedOut {
  /** `outside` was not ours. */
  readonly moment: KillMoment | 'outside'
  /** Rows that had been read by then, as far as was told. */
  readonly rows: number
}

/** What is remembered of a run besides its database, so that the next start can continue it. */
export interface RunRecord {
  /** The kills so far, in their order. */
  readonly kills: readonly CarriedOut[]
  /** Rows that had been read when it was stopped; nothing if it was not stopped in order. */
  readonly stoppedAtRow: number | null
  /** True when it has been checked: the next start begins anew. */
  readonly isOver: boolean
}

/** The directory of one run. */
export interface RunPlace {
  readonly database: string
  readonly recordFile: string
  /** What the plain twin keeps. */
  readonly twin: TwinPlace
  readonly directory: string
}

const blank: RunRecord = { kills: [], stoppedAtRow: null, isOver: false }

/** Where the run over this file with this seed has its place; a file that has changed since is another one. */
export function placeOf({ data, file, seed }: { readonly data: string; readonly file: string; readonly seed: number }): RunPlace {
  const { size, mtimeMs } = statSync(file)
  const key = createHash('sha256')
    .update(JSON.stringify([resolve(file), size, mtimeMs]))
    .digest('hex')
    .slice(0, 8)
  const directory = resolve(data, `${key}-seed-${seed}`)
  const [database, recordFile] = [join(directory, 'birdstrikes.db'), join(directory, 'run.json')]
  return { directory, database, recordFile, twin: twinIn(directory) }
}

/** What is known of a run that was interrupted, or a blank record: what is left of one that is over is removed. */
export function openRun({ directory, database, recordFile }: RunPlace): RunRecord {
  const record = existsSync(recordFile) ? (JSON.parse(readFileSync(recordFile, 'utf8')) as RunRecord) : blank
  if (!record.isOver && existsSync(database)) return record
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  return blank
}

/** Writes the record so that it is there as a whole or not at all. */
export function saveRun({ recordFile }: RunPlace, record: RunRecord): void {
  writeFileSync(`${recordFile}.new`, JSON.stringify(record))
  renameSync(`${recordFile}.new`, recordFile)
}
