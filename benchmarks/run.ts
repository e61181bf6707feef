import type { Standing } from './contest.ts'
import { describeMachine } from './machine.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { runInOwnProcess } from './own-process.ts'
import { legend, tableOf } from './report.ts'
import { trials } from './trials.ts'

const names = trials.map(({ name }) => name)
const smallNote = 'This was the small size: it shows that everything runs. Figures to go by come from --size full.'

const parsed = parseOptions(process.argv.slice(2), names)
switch (parsed.type) {
  case 'help':
    console.log(usage(names))
    break
  case 'wrong':
    console.error(`bench: ${parsed.problem}`)
    process.exitCode = 2
    break
  case 'run':
    process.exitCode = await run(parsed.options)
}

async function run({ size, only, rounds }: Options): Promise<number> {
  const wanted = trials.filter(({ name }) => only?.includes(name) ?? true)
  const chosen = wanted.filter(({ missing }) => missing?.() === undefined)
  console.log([...describeMachine(), `size       ${size}, ${rounds} rounds that count`, ''].join('\n'))
  console.log(chosen.map(({ name, what }) => `${name}: ${what}.`).join('\n'))
  for (const { name, missing } of wanted) {
    const why = missing?.()
    if (why !== undefined) console.log(`${name}: left out, because ${why}.`)
  }
  const standings: Standing[] = []
  let failures = 0
  for (const trial of chosen) {
    process.stderr.write(`${trial.name} …\n`)
    try {
      standings.push(...(await runInOwnProcess(trial, { size, rounds })))
    } catch (error) {
      failures += 1
      console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  console.log(`\n${tableOf(standings)}\n\n${legend}`)
  if (size === 'small') console.log(`\n${smallNote}`)
  return failures === 0 ? 0 : 1
}
