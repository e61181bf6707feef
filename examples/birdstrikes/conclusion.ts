import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import type { Beside } from './beside.ts'
import { bothPrograms, type Contender } from './both.ts'
import { compare, type Comparison } from './comparison.ts'
import type { LifeEnd } from './life.ts'
import { killMoments } from './kill-plan.ts'
import { counted, grouped, type Narrator } from './narrator.ts'
import type { RunRecord } from './run-record.ts'

/** What goes wrong in one place is often wrong in many. */
const mostProblems = 10

/** What is known when a job has ended. */
export interface Ended {
  readonly end: Extract<LifeEnd, { readonly type: 'done' | 'failed' }>
  readonly file: string
  readonly database: string
  readonly narrator: Narrator
  /** How long the job took, without the twin. */
  readonly seconds: string
  readonly kills: RunRecord['kills']
  /** How many kills were asked for. */
  readonly killsWanted: number
  /** The plain twin, or why there is none. */
  readonly twin: Beside
}

/** Checks the database and says how the run went; the last line says whether it is exact, and so does what is returned. */
export async function conclude(ended: Ended): Promise<boolean> {
  const { end, file, database, narrator, kills } = ended
  const comparison = await compareIfThere({ database, file })
  const problems = [...(end.type === 'failed' ? [end.why] : []), ...narrator.troubles, ...comparison.differences]
  printCounts(ended, comparison)
  printWhere(database)
  printBoth(ended, comparison)
  for (const problem of problems.slice(0, mostProblems)) console.log(`wrong      ${problem}`)
  if (problems.length > mostProblems) console.log(`wrong      … and ${problems.length - mostProblems} more; check.ts shows all`)
  const isExact = problems.length === 0 && comparison.appliedOnce === comparison.rows
  const { rows, appliedOnce, lost, twice } = comparison
  const numbers = `${rows} rows, ${appliedOnce} applied once, ${lost} lost, ${twice} twice, ${kills.length} kills`
  console.log(`${isExact ? 'exact' : 'NOT exact'}: ${numbers}`)
  return isExact
}

async function compareIfThere(parts: { readonly database: string; readonly file: string }): Promise<Comparison> {
  const nothing = { rows: 0, operators: 0, appliedOnce: 0, lost: 0, twice: 0 }
  if (!existsSync(parts.database)) return { ...nothing, differences: ['there is no database to check'] }
  try {
    return await compare(parts)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { ...nothing, differences: [`the database cannot be checked: ${why}`] }
  }
}

function printCounts({ narrator, seconds, kills, killsWanted }: Ended, { rows, operators, differences }: Comparison): void {
  const { crashes, surprises, restarts, starts } = narrator
  const planned = kills.filter(({ moment }) => moment !== 'outside').length
  const missed = killsWanted > planned ? `; ${killsWanted - planned} more found no moment before everything was done` : ''
  console.log()
  console.log(`kills      ${kills.length}${killsByMoment(kills)}${missed}`)
  const unexpected = surprises === 0 ? '' : ` (${grouped(surprises)} not by the bug)`
  console.log(`crashes    ${grouped(crashes)} of actors${unexpected}, and ${counted(restarts, 'restart')}`)
  console.log(`workers    ${grouped(starts)} in ${seconds} s`)
  const pass = `one pass over ${counted(rows, 'row')} gives`
  const whole = `${counted(operators, 'ledger')}, notices, statistics and reader hold what ${pass}`
  const different = `${counted(differences.length, 'difference')} between database and file`
  console.log(`check      ${differences.length === 0 ? whole : different}`)
}

function killsByMoment(kills: RunRecord['kills']): string {
  const counts = Object.entries({ ...killMoments, outside: 'by somebody else' })
    .map(([moment, words]) => ({ words, count: kills.filter((kill) => kill.moment === moment).length }))
    .filter(({ count }) => count > 0)
  return counts.length === 0 ? '' : `: ${counts.map(({ words, count }) => `${count} ${words}`).join(', ')}`
}

function printWhere(database: string): void {
  const path = relative('', database)
  const query = "SELECT actor, state ->> '$.json.reports' AS reports FROM actors_now ORDER BY 2 DESC LIMIT 5"
  console.log(`database   ${path} (the next start with this file and seed removes it)`)
  console.log(`look       sqlite3 '${path}' "${query}"`)
}

function printBoth({ narrator: { crashes, outages }, kills, twin }: Ended, tally: Comparison): void {
  const coppice: Contender = { name: 'coppice', rows: tally.rows, tally, crashes, kills: kills.length, outages }
  console.log()
  for (const line of bothPrograms('problem' in twin ? [coppice] : [coppice, twin])) console.log(line)
  if ('problem' in twin) console.log(`plain twin  ${twin.problem}`)
  console.log()
}
