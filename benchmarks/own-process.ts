import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Standing, Trial } from './contest.ts'
import { runTrials, type Running } from './rounds.ts'
import { trials } from './trials.ts'

/** Runs one trial in a process of its own, so that none inherits the heap and the compiled code of another. */
export function runInOwnProcess(trial: Trial, { size, rounds }: Running): Promise<readonly Standing[]> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [trial.name, size, String(rounds)])
    let standings: readonly Standing[] | undefined
    child.on('message', (message) => {
      standings = message as readonly Standing[]
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0 && standings !== undefined) resolve(standings)
      else reject(new Error(`the process of the trial "${trial.name}" ended with code ${code}`))
    })
  })
}

async function runAsChild([name, size, rounds]: readonly string[]): Promise<void> {
  const running: Running = { size: size === 'full' ? 'full' : 'small', rounds: Number(rounds) }
  const standings = await runTrials(
    trials.filter((trial) => trial.name === name),
    running,
  )
  process.send?.(standings)
  process.disconnect()
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) await runAsChild(process.argv.slice(2))
