/** Lines of a table in plain text: the first column begins at the left, all others end at the right. */
export function tableOf(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => {
    const [first = '', ...others] = widths.map((_, column) => row[column] ?? '')
    const aligned = others.map((cell, i) => cell.padStart(widths[i + 1] ?? 0))
    return [first.padEnd(widths[0] ?? 0), ...aligned].join('  ').trimEnd()
  })
}
