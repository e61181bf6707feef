import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './program.ts'
import { inDirectory } from './store-fixtures.ts'

/** What an actor of the program has taken: the last number of each sender, the sum, and what was out of order. */
interface Taken {
  readonly last: Readonly<Record<string, number>>
  readonly sum: number
  readonly problems: readonly string[]
}

interface Report {
  readonly acknowledged: Readonly<Record<string, number>>
  readonly wrongReplies: readonly string[]
  readonly found: readonly Taken[]
  readonly noted: Taken
  readonly counts: KillCounts
}

export interface KillCounts {
  /** Calls that were acknowledged. */
  readonly calls: number
  readonly rejected: number
  /** Exits of actors by an error. */
  readonly crashes: number
  readonly threads: number
}

export interface KillsOutcome {
  /** What is wrong: something lost, done twice or out of order; empty if nothing is. */
  readonly problems: readonly string[]
  readonly counts: KillCounts
}

const program = fileURLToPath(new URL('../integration/fixtures/store-kills.ts', import.meta.url))

/** Runs a program whose store thread is killed again and again under load, and looks at what its file holds then. */
export async function killStoreThread({ kills, seed }: { readonly kills: number; readonly seed: number }): Promise<KillsOutcome> {
  let outcome: KillsOutcome | undefined
  await inDirectory(async (directory) => {
    const { code, said } = await run(program, [join(directory, 'store.db'), `${kills}`, `${seed}`]).end()
    if (code !== 0) throw new Error(`the program ended with ${code}`)
    const report = said[0] as Report
    outcome = { problems: [...problemsOf(report), ...threadProblems(report, kills)], counts: report.counts }
  })
  if (outcome === undefined) throw new Error('the program has said nothing')
  return outcome
}

function problemsOf({ acknowledged, wrongReplies, found, noted }: Report): readonly string[] {
  const problems = [...wrongReplies, ...found.flatMap(({ problems: own }) => own), ...noted.problems]
  const kept: Record<string, number> = {}
  for (const { last } of found) Object.assign(kept, last)
  for (const [sender, n] of Object.entries(acknowledged)) {
    if (kept[sender] !== n) problems.push(`sender ${sender} was told of ${n}, and its desk has ${kept[sender] ?? 0}`)
    const inLedger = noted.last[sender] ?? 0
    if (inLedger !== n) problems.push(`sender ${sender} was told of ${n}, and the ledger has ${inLedger}`)
  }
  const sum = found.reduce((total, desk) => total + desk.sum, 0)
  if (noted.sum !== sum) problems.push(`the ledger adds up to ${noted.sum}, the desks to ${sum}`)
  return problems
}

/** One thread at first, and one more for each kill: nothing else ends them. */
function threadProblems({ counts: { threads } }: Report, kills: number): readonly string[] {
  return threads === kills + 1 ? [] : [`${threads} threads were started for ${kills} kills`]
}
