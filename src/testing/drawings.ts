import { displayId } from '../protocol/actor-id.ts'
import { notable, type SimStep } from './steps.ts'

/** How whoever plays the scenario is called in drawings. */
const player = 'test'

/** A run as a sequence diagram of Mermaid. */
export function mermaidOf(steps: readonly SimStep[]): string {
  const lines: string[] = []
  for (const step of shown(steps)) {
    for (const { actor, name, from, kind } of step.handled)
      lines.push(`${alias(from ?? player)}${kind === 'cast' ? '-)' : '->>'}${alias(actor)}: ${plain(name)}`)
    const notes = step.events.flatMap((event) => {
      const text = notable(event)
      return text === undefined ? [] : [{ text, id: 'id' in event && event.id !== undefined ? event.id : undefined }]
    })
    if (step.choice?.includes('store commit') === true) lines.push(`Note over ${alias('store')}: commit`)
    for (const { text, id } of notes) lines.push(`Note over ${alias(id ?? player)}: ${plain(text)}`)
  }
  return ['sequenceDiagram', ...lines.map((line) => `  ${line}`)].join('\n')
}

/** A run as lanes of text: one line for each actor, time from left to right, one column for each step. */
export function timelineOf(steps: readonly SimStep[], width = 100): string {
  const columns = shown(steps).map((step) => ({ atMs: step.atMs, cells: cellsOf(step) }))
  const lanes = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))]
  const head = Math.max(6, ...lanes.map((lane) => displayId(lane).length))
  const widths = columns.map(
    ({ atMs, cells }) => Math.max(String(atMs).length, ...[...cells.values()].map((text) => text.length)) + 1,
  )
  const parts: string[] = []
  for (let begin = 0; begin < columns.length;) {
    let end = begin
    for (let used = head; end < columns.length && (end === begin || used + (widths[end] ?? 0) <= width); end += 1)
      used += widths[end] ?? 0
    const row = (name: string, cell: (index: number) => string): string =>
      `${name.padEnd(head)} ${columns
        .slice(begin, end)
        .map((_, i) => cell(begin + i).padEnd(widths[begin + i] ?? 0))
        .join('')}`.trimEnd()
    parts.push(
      [
        row('ms', (i) => String(columns[i]?.atMs ?? '')),
        ...lanes.map((lane) => row(displayId(lane), (i) => columns[i]?.cells.get(lane) ?? '·')),
      ].join('\n'),
    )
    begin = end
  }
  return parts.join('\n\n')
}

/** Steps in which nothing is to be seen are left out. */
function shown(steps: readonly SimStep[]): readonly SimStep[] {
  return steps.filter((step) => step.handled.length > 0 || step.events.some((event) => notable(event) !== undefined))
}

function cellsOf({ handled, events }: SimStep): ReadonlyMap<string, string> {
  const cells = new Map<string, string>()
  const add = (lane: string, text: string): void => void cells.set(lane, `${cells.get(lane) ?? ''}${text}`)
  for (const { actor, name } of handled) add(actor, name)
  for (const event of events) {
    if (event.type === 'exited') add(event.id, '✖')
    if (event.type === 'started' && event.incarnation > 1) add(event.id, `↻${event.incarnation}`)
    if (event.type === 'dead letter') add(event.id, '†')
    if (event.type === 'process died') add(player, '✖✖')
  }
  return cells
}

function alias(id: string): string {
  return displayId(id).replace(/[^\w]/g, '_')
}

function plain(text: string): string {
  return text.replace(/[;:#\n]/g, ' ')
}
