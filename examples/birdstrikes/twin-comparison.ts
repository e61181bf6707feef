import { addUp } from './expected.ts'
import { tally, type Tally } from './tally.ts'
import { loadTwin, noticedRows, type TwinPlace } from './twin-state.ts'

/** Counts what became of each row of the file in what the plain twin left on disk. */
export async function compareTwin({ place, file }: { readonly place: TwinPlace; readonly file: string }): Promise<Tally> {
  const { ledgers, damaged, rows } = await addUp(file)
  const { ledgers: found, measuredRows } = loadTwin(place)
  const rowsOf = new Map(found.map((ledger) => [ledger.operator, ledger.rows]))
  return tally(rows, [
    ...[...ledgers].map(([operator, ledger]) => ({ wanted: ledger.rows, found: rowsOf.get(operator) ?? [] })),
    { wanted: Array.from({ length: rows }, (_, i) => i + 1), found: measuredRows },
    { wanted: damaged, found: await noticedRows(place) },
  ])
}
