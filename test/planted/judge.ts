import { replay, type FailureReport, type RunSize } from '../../src/testing/index.ts'
import { clear, hunt, type Hunt, type PlantedBug } from './planted.ts'

/** The most that a bug may take when it is short: decisions, items, faults and deaths together. */
const most = 6

/** What was found of a planted bug, once for each way in which it is looked for. */
export interface Verdict {
  /** What is wrong with how it was found; empty if nothing. */
  readonly problems: readonly string[]
  readonly reports: readonly FailureReport[]
}

/** Looks for a planted bug in every way that it says, and for something in the program without it. */
export async function judge(bug: PlantedBug): Promise<Verdict> {
  const problems: string[] = []
  const reports: FailureReport[] = []
  for (const by of bug.hunts) {
    await replay(bug.wrong, calmToken(bug, by)).catch(() => problems.push(`it shows without any ${bug.cause}`))
    const report = await hunt(bug.wrong, by)
    if (report === undefined) problems.push(`it was not found by ${JSON.stringify(by)}`)
    else {
      reports.push(report)
      problems.push(...(await problemsOf(bug, report)))
    }
    await clear(bug.right, by).catch((error: Error) =>
      problems.push(`the program without it fails: ${error.message.split('\n', 4).join(' ')}`),
    )
  }
  return { problems, reports }
}

/** How much there is of everything. */
export function sum({ decisions, items, faults, deaths }: RunSize): number {
  return decisions + items + faults + deaths
}

async function problemsOf(bug: PlantedBug, report: FailureReport): Promise<readonly string[]> {
  const problems: string[] = []
  const { law, detail, token, search } = report
  if (law !== bug.law) problems.push(`something else was found: "${law}": ${detail}`)
  if (search === undefined || sum(search.to) > most) problems.push(`it takes more than ${most}: ${token}`)
  if (search !== undefined && sum(search.to) >= sum(search.from)) problems.push(`it was not made shorter: ${token}`)
  const again: unknown = await replay(bug.wrong, token).catch((error: unknown) => error)
  if ((again as { report?: FailureReport }).report?.law !== law) problems.push('its token does not show it again')
  return problems
}

/** The program with all that there is but what the bug takes. */
function calmToken({ cause }: PlantedBug, by: Hunt): string {
  const order = 'explore' in by && by.explore.bounded !== undefined ? 'v1~seed=1~stepwise' : 'v1~seed=1'
  return { order, death: order, fault: `${order}~faults=`, items: `${order}~items=` }[cause]
}
