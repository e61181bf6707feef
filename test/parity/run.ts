import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { rowsOf } from './page.ts'
import { reportOn, textOf } from './report.ts'
import { titlesIn } from './titles.ts'

const titles = new Map<string, readonly string[]>()
for await (const file of glob('{test,examples}/**/*.ts')) titles.set(file, titlesIn(readFileSync(file, 'utf8')))
const report = reportOn(rowsOf(readFileSync('guides/parity.md', 'utf8')), titles)
console.log(textOf(report))
if (report.problems.length > 0) process.exitCode = 1
