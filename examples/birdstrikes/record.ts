// Records a run as a picture: node examples/birdstrikes/record.ts
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { svgOf, type RecordedLine } from './svg.ts'

const pathTo = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const title = 'A recorded run: five kills, and what each program made of 10,000 rows'
const lines: RecordedLine[] = [{ atMs: 0, text: '$ npm start' }]
const beganAtMs = performance.now()
const run = spawn(process.execPath, [pathTo('main.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
const reading = createInterface({ input: run.stdout })
// What is said for the machine that it ran on does not belong into a picture.
reading.on('line', (text) => {
  if (!/^(database|look) /.test(text)) lines.push({ atMs: performance.now() - beganAtMs, text })
})
const [[code]] = (await Promise.all([once(run, 'exit'), once(reading, 'close')])) as [[number | null], unknown]
if (code === 0) writeFileSync(pathTo('run.svg'), svgOf(lines, title))
else console.error(`the run ended with exit code ${code}: no picture was made`)
process.exitCode = code ?? 1
