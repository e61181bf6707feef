import { replay, type FailureReport } from '../../src/testing/index.ts'
import type { PlantedBug } from './planted.ts'

/** The most decisions that a bug may take when it is short: deaths and faults are decisions, too. */
const most = 6

/** What is wrong with how a planted bug was found; empty if nothing. */
export async function judge(
  bug: PlantedBug,
): Promise<{ readonly problems: readonly string[]; readonly decisions: number; readonly report: FailureReport | undefined }> {
  const problems: string[] = []
  const report = await bug.hunt()
  if (report === undefined) problems.push('it was not found')
  else {
    if (report.law !== bug.law) problems.push(`something else was found: "${report.law}": ${report.detail}`)
    const again: unknown = await replay(bug.scenario, report.token).catch((error: unknown) => error)
    if ((again as { report?: FailureReport }).report?.law !== report.law) problems.push('its token does not show it again')
  }
  const decisions = report === undefined ? 0 : decisionsOf(report)
  if (decisions > most) problems.push(`it takes ${decisions} decisions: ${report?.token}`)
  await bug
    .clear()
    .catch((error: Error) => problems.push(`the program without it fails: ${error.message.split('\n', 3).join(' ')}`))
  return { problems, decisions, report }
}

function decisionsOf({ decisions, token, text }: FailureReport): number {
  return decisions.length + (token.includes('~dies=') ? 1 : 0) + (text.match(/^ {2}fault {4}/gm)?.length ?? 0)
}
