import type { MachineFault } from './machine-steps.ts'

/** What came of a cell. */
export type CellStatus = 'held' | 'broken' | 'not reached' | 'not run'

/** A transition of a machine, what went wrong with it, and what came of that. */
export interface MachineCell {
  /** `open --pay--> paid` */
  readonly transition: string
  /** Nothing: the transition as it should be. */
  readonly fault: MachineFault | undefined
  readonly status: CellStatus
  /** The law that is broken, or why it was not reached. */
  readonly why?: string
  /** Of one that is broken: what is wrong, and how to have it again. */
  readonly detail?: string
  readonly token?: string
}

const marks: Readonly<Record<CellStatus, string>> = { 'held': 'ok', 'broken': 'BROKEN', 'not reached': '-', 'not run': '?' }

/** The cells as a table: a line for each transition, a column for each fault. */
export function tableOf(cells: readonly MachineCell[], unreached: readonly string[]): string {
  const faults = [...new Set(cells.map(({ fault }) => fault))]
  const transitions = [...new Set(cells.map(({ transition }) => transition))]
  const heads = faults.map((fault) => (fault ?? 'no fault').split(' '))
  const height = Math.max(0, ...heads.map((words) => words.length))
  const width = Math.max(10, ...transitions.map((text) => text.length))
  const widths = heads.map((words) => Math.max(6, ...words.map((word) => word.length)) + 1)
  const line = (name: string, texts: readonly string[]): string =>
    `${name.padEnd(width)}  ${texts.map((text, n) => text.padEnd(widths[n] ?? 0)).join('')}`.trimEnd()
  const head = Array.from({ length: height }, (_, row) =>
    line(
      row === 0 ? 'transition' : '',
      heads.map((words) => words[row] ?? ''),
    ),
  )
  const markOf = (transition: string, fault: MachineFault | undefined): string => {
    const cell = cells.find((one) => one.transition === transition && one.fault === fault)
    return cell === undefined ? '' : marks[cell.status]
  }
  const notes = [
    ...cells.filter(({ status }) => status === 'broken').map(describeBroken),
    ...reasons(cells),
    ...unreached.map((transition) => `no path: ${transition}`),
  ]
  return [
    ...head,
    ...transitions.map((transition) =>
      line(
        transition,
        faults.map((fault) => markOf(transition, fault)),
      ),
    ),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n')
}

function describeBroken({ transition, fault, why, detail, token }: MachineCell): string {
  return `BROKEN ${transition}, ${fault ?? 'no fault'}: "${why}": ${detail}\n       replay with ${token}`
}

/** Why cells were not reached: one line for each reason. */
function reasons(cells: readonly MachineCell[]): readonly string[] {
  const byReason = new Map<string, MachineCell[]>()
  for (const cell of cells)
    if (cell.status === 'not reached') byReason.set(cell.why ?? '', [...(byReason.get(cell.why ?? '') ?? []), cell])
  return [...byReason].map(([why, some]) => {
    const faults = [...new Set(some.map(({ fault }) => fault ?? 'no fault'))].join(', ')
    return `- ${why}: ${some.length} ${some.length === 1 ? 'cell' : 'cells'} (${faults})`
  })
}
