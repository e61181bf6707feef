import { readFileSync } from 'node:fs'
import { check, type Records } from './replays.ts'

// Plays what was recorded, on the Node that runs it; prints what is not as it was.

const records = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Records
const problems = await check(records)
for (const problem of problems) console.log(problem)
const same = `${records.runs.length - problems.length} of ${records.runs.length}`
console.log(`Node ${process.versions.node}: ${same} runs of Node ${records.node} are the same`)
if (problems.length > 0) process.exitCode = 1
