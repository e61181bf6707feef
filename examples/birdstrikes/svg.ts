/** A line of output, and when it came. */
export interface RecordedLine {
  readonly atMs: number
  readonly text: string
}

const [lineHeight, charWidth, margin, shown, widest] = [16, 7.25, 14, 30, 128] as const
/** The picture is slower than the run, stops at its end, and begins anew. */
const [slower, restMs] = [2, 9_000] as const

const classOf: readonly (readonly [RegExp, string])[] = [
  [/^ *[\d.]+ s {2}kill/, 'kill'],
  [/^ *[\d.]+ s {2}(crash|trouble)/, 'crash'],
  [/^ *[\d.]+ s {2}(up|twin)/, 'up'],
  [/^exact/, 'up'],
  [/^(NOT exact|plain twin +[\d,])/, 'kill'],
]

const style = `
svg { --ink: #1f2328; --paper: #f6f8fa; --edge: #d0d7de; --kill: #b3261e; --crash: #8a5a00; --up: #136c2e }
@media (prefers-color-scheme: dark) {
  svg { --ink: #d6dde5; --paper: #12171e; --edge: #303841; --kill: #ff8177; --crash: #e0b04c; --up: #63cf80 }
}
rect { fill: var(--paper); stroke: var(--edge) }
text { font: 12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: var(--ink); white-space: pre }
.kill { fill: var(--kill); font-weight: bold } .crash { fill: var(--crash) } .up { fill: var(--up); font-weight: bold }
`.trim()

const still = '@media (prefers-reduced-motion: reduce) { #lines { animation: none } }'

/** A picture that shows lines as a terminal did: they come in at the bottom and move up. Without animation it shows the end. */
export function svgOf(lines: readonly RecordedLine[], title: string): string {
  const [width, height] = [Math.ceil(widest * charWidth + 2 * margin), shown * lineHeight + 2 * margin]
  const totalMs = (lines.at(-1)?.atMs ?? 0) * slower + restMs
  const offsetOf = (count: number): number => (shown - count) * lineHeight
  const percentAt = (atMs: number): string => ((atMs * slower * 100) / totalMs).toFixed(2)
  const steps = lines.map(({ atMs }, i) => `${percentAt(atMs)}% { transform: ${shift(offsetOf(i + 1))} }`)
  const end = shift(offsetOf(lines.length))
  const frames = `@keyframes run { 0% { transform: ${shift(offsetOf(0))} } ${steps.join(' ')} 100% { transform: ${end} } }`
  const motion = `#lines { transform: ${end}; animation: run ${(totalMs / 1_000).toFixed(1)}s step-end infinite }`
  const texts = lines.map(({ text }, i) => {
    const kind = classOf.find(([pattern]) => pattern.test(text))?.[1]
    const shownText = text.length > widest ? `${text.slice(0, widest - 1)}…` : text
    return `<text y="${(i + 1) * lineHeight - 4}"${kind === undefined ? '' : ` class="${kind}"`}>${escaped(shownText)}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}\n${motion}\n${still}\n${frames}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    `<svg x="${margin}" y="${margin}" width="${width - 2 * margin}" height="${shown * lineHeight}">`,
    '<g id="lines" xml:space="preserve">',
    ...texts,
    '</g></svg>',
    '</svg>',
    '',
  ].join('\n')
}

function shift(y: number): string {
  return `translateY(${y}px)`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
