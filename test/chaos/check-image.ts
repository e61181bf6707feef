import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import type { Persistence, Store } from '../../src/runtime/persistence.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { chainTree } from './chain-tree.ts'
import type { Image } from './disk.ts'
import { giveAll, heldBy, isSame, type Placed } from './orders.ts'
import { storeFile } from './recorded-sqlite.ts'
import type { Acknowledgement } from './recording.ts'
import { idOf, judge, type Given, type Told, type Verdict } from './verdict.ts'

/** What was promised before the moment of an image. */
export interface Promised {
  readonly orders: readonly Placed[]
  readonly acknowledged: readonly Acknowledgement[]
  /** The epoch of the newest owner that was up. */
  readonly epoch: number
  /** The newest of it may be gone. That nothing older is gone shows in the chains, which would have a gap. */
  readonly mayForget: boolean
  readonly damagesCheckpoints: boolean
}

/** Later than anything in a recording, which begins in 2000: every timer of it is due, and nothing has expired. */
const laterMs = Date.UTC(2000, 0, 1, 1)

/**
 * Writes an image into a directory, opens it with the store as users have it, gives every order again, and compares what the
 * tree then holds with what was promised.
 *
 * @returns how many acknowledged orders were forgotten, as they may be
 */
export async function checkImage(directory: string, image: Image, promised: Promised, verdict: Verdict): Promise<number> {
  const path = layOut(directory, image)
  if (promised.damagesCheckpoints) damageCheckpoints(path)
  let opened: Persistence | undefined
  const inner = sqlite(path, { sync: 'normal' })
  const store: Store = { open: async (world) => (opened = await inner.open(world)) }
  try {
    const app = await simulatedSystem(chainTree(10_000), {
      allowReal: true,
      store,
      seed: 77,
      clock: createVirtualClock({ wallStartMs: laterMs }),
    })
    const epoch = app.app.store?.epoch ?? 0
    if (epoch <= promised.epoch && !promised.mayForget) verdict.add('lost', `epoch ${epoch} was given out again`)
    const answers = await giveAll(app, promised.orders)
    const held = await heldBy(app, [])
    await opened?.close()
    opened = undefined
    const given: Given[] = []
    promised.orders.forEach((order, i) => {
      const told = answers[i]
      if (told instanceof Error || told === undefined) verdict.add('lost', `${idOf(order)}: ${String(told)}`)
      else given.push({ ...order, told })
    })
    judge(verdict, given, { ...held, dead: deadLetters(path) }, { hasRerun: promised.damagesCheckpoints })
    return judgePromises(verdict, promised, given)
  } catch (error) {
    verdict.add('lost', `it cannot be opened: ${String(error)}`)
    return 0
  } finally {
    await opened?.close()
  }
}

function judgePromises(verdict: Verdict, { acknowledged, mayForget }: Promised, given: readonly Given[]): number {
  const answers = new Map<string, Told>(given.map((order) => [idOf(order), order.told]))
  let forgotten = 0
  for (const { order, told } of acknowledged) {
    const again = answers.get(idOf(order))
    const isKept = again !== undefined && isSame(again, told)
    if (!isKept) forgotten += 1
    if (!isKept && !mayForget) verdict.add('lost', `${idOf(order)} was acknowledged, and is forgotten`)
  }
  return mayForget ? forgotten : 0
}

/** The ids of the dead letters in a file that nobody has open. */
export function deadLetters(path: string): readonly string[] {
  const database = new Database(path)
  try {
    return (database.prepare('SELECT key FROM dead_letter').all() as { key: string | null }[]).map(({ key }) => key ?? '')
  } finally {
    database.close()
  }
}

function layOut(directory: string, image: Image): string {
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory)) rmSync(join(directory, name))
  for (const [name, bytes] of image) writeFileSync(join(directory, name), bytes)
  return join(directory, storeFile)
}

/** The newest checkpoint of each actor that has an older one is no longer what was written. */
function damageCheckpoints(path: string): void {
  const database = new Database(path)
  try {
    const isStore = database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'checkpoint'").get() as { n: number }
    if (isStore.n === 0) return
    database.exec(`UPDATE checkpoint SET state = state || ' ' WHERE number > 1
      AND number = (SELECT max(number) FROM checkpoint AS other WHERE other.actor = checkpoint.actor)`)
  } finally {
    database.close()
  }
}
