import { setTimeout as sleep } from 'node:timers/promises'
import { tell, type Telling } from './telling.ts'
import type { Directory } from './tree.ts'

const everyMs = 25
const options = { timeout: '30s' } as const

/** Asks the actors how far they are, and tells it, until all is applied or `stopAsked`. */
export async function followUp(tree: Directory, stopAsked: AbortSignal): Promise<Telling> {
  for (;;) {
    const speeds = await tree.statistics.call.summary(options)
    const { rows, isDone } = await tree.reader.call.progress(options)
    if (isDone) return conclude(tree, rows)
    tell({ type: 'progress', rows, ...speeds })
    if (stopAsked.aborted) return { type: 'stopped', rows }
    await sleep(everyMs, undefined, { signal: stopAsked }).catch(() => undefined)
  }
}

/** A question waits behind everything that was accepted before it: whoever answers has applied it all. */
async function conclude(tree: Directory, rows: number): Promise<Telling> {
  for (const operator of await tree.ledgers.keys(options)) await tree.ledgers.get(operator).call.balance(options)
  // What the ledgers have sent is accepted by now.
  await tree.notices.call.count(options)
  tell({ type: 'progress', rows, ...(await tree.statistics.call.summary(options)) })
  return { type: 'done' }
}
