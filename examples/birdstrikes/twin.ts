import { appendFile } from 'node:fs/promises'
import type { Bug } from './bug.ts'
import { readBatch, type Report } from './csv.ts'
import { blankLedger, entered } from './ledger-state.ts'
import { measured } from './statistics-state.ts'
import { loadTwin, saveTwin, type TwinPlace, type TwinState } from './twin-state.ts'

/** Rows between two saves. */
export const rowsPerSave = 250
/** Reading changes nothing, so that it can be tried again: as often as coppice tries a message. */
const attemptsToRead = 3

/** What the twin is to do, and whom it tells of it. */
export interface TwinParts {
  readonly file: string
  readonly place: TwinPlace
  readonly bug: Bug
  readonly loaded: (rows: number) => void
  readonly crashed: (error: unknown) => void
  /** After each row, whatever became of it. */
  readonly passed: (row: number) => void
  readonly saved: (state: TwinState) => void
}

/**
 * The job of this example as one writes it without a framework: plain functions, totals in memory, and totals and offset
 * together in one file. It works by the same rules as the actors, and the same bug strikes in the same lines.
 */
export async function runTwin({ file, place, bug, loaded, crashed, passed, saved }: TwinParts): Promise<void> {
  const state = loadTwin(place)
  const ledgers = new Map(state.ledgers.map((ledger) => [ledger.operator, ledger]))
  loaded(state.position.rows)
  for (;;) {
    const { reports, next, isEnd } = await read()
    for (const report of reports) {
      // A row that throws is logged and left as it is. To try it again from the top would apply a second time what was done
      // of it before it threw, and memory does not say what that was.
      await apply(report).catch(crashed)
      passed(report.row)
    }
    state.position = next
    state.ledgers = [...ledgers.values()]
    await saveTwin(place, state)
    saved(state)
    if (isEnd) return
  }

  async function read(): ReturnType<typeof readBatch> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const batch = await readBatch(file, state.position, rowsPerSave)
        bug('reader', batch.next.rows, attempt)
        return batch
      } catch (error) {
        crashed(error)
        if (attempt === attemptsToRead) throw error
      }
    }
  }

  async function apply(report: Report): Promise<void> {
    const { row, operator, isDamaged } = report
    const ledger = entered(ledgers.get(operator) ?? blankLedger(operator), report)
    bug('ledger', row, 1)
    ledgers.set(operator, ledger)
    bug('statistics', row, 1)
    state.statistics = measured(state.statistics, report)
    state.measuredRows.push(row)
    // It is out at once, and no later save or rewind takes it back.
    if (isDamaged) await appendFile(place.notices, `${row}\n`)
  }
}
