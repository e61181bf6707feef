import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { storeMutants, type StoreMutant } from './store-mutants.ts'

export interface MutantsOutcome {
  readonly mutants: number
  readonly caught: number
  readonly missed: readonly string[]
}

/** Far longer than a look takes; a mutant that never ends is one that was noticed. */
const limitMs = 180_000
const program = fileURLToPath(new URL('run.ts', import.meta.url))
const mutate = new URL('mutate.ts', import.meta.url).href

/** Plants each mistake into the store, and sees whether it is noticed. */
export async function plantMutants({ tell }: { readonly tell: (line: string) => void }): Promise<MutantsOutcome> {
  for (const { edits } of storeMutants)
    for (const { file, from } of edits)
      if (readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8').split(from).length !== 2)
        throw new Error(`${file} has not exactly one place for: ${from}`)
  const missed: string[] = []
  const waiting = [...storeMutants.entries()]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [number, mutant] = next
      const found = await look(number, mutant)
      if (found === undefined) missed.push(mutant.breaks)
      const line = `${String(number).padStart(2)} ${mutant.breaks}`
      tell(found === undefined ? `MISSED ${line}` : `caught ${line} (${found})`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  return { mutants: storeMutants.length, caught: storeMutants.length - missed.length, missed }
}

const modes: Readonly<Record<StoreMutant['caughtBy'], readonly string[]>> = {
  images: ['--images', '3000', '--sync', 'full'],
  io: ['--io', '--faults', '1000'],
  links: ['--links', '20000'],
}

/** What was noticed, in a few words. */
async function look(number: number, { caughtBy }: StoreMutant): Promise<string | undefined> {
  const mode = modes[caughtBy]
  const args = ['--import', mutate, program, ...mode, '--first']
  const env = { ...process.env, STORE_MUTANT: String(number) }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  if (code === 0) return undefined
  // Whoever was looking tells what it has found in its last line; a program that could not run has noticed nothing.
  if (code !== null && !/^\{.*\}\s*$/.test(said.trim().split('\n').at(-1) ?? ''))
    throw new Error(`mutant ${number} does not run: ${said.slice(0, 1_000)}`)
  return code === null ? 'it never ended' : (/^ {2}(.*)$/m.exec(said)?.[1] ?? said.trim().split('\n')[0] ?? '').slice(0, 100)
}
