import type { OwnHandle } from '../../src/persistence/sqlite-handle.ts'
import type { Opening } from '../../src/persistence/sqlite-opening.ts'
import type { Sync } from '../../src/persistence/sqlite-settings.ts'
import { seededRandom, type Random } from '../../src/runtime/random.ts'
import { settlePromises } from '../../src/simulation/settle.ts'
import { links } from '../support/links.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { chainTree } from './chain-tree.ts'
import { Disk } from './disk.ts'
import { give, planOrders, type ChainApp, type Placed } from './orders.ts'
import { storeFile, type RecordedHandle, type RecordedSqlite } from './recorded-sqlite.ts'
import type { Told } from './verdict.ts'

/** What somebody outside was told, and how many steps the disk had taken then. */
export interface Acknowledgement {
  readonly order: Placed
  readonly told: Told
  readonly at: number
}

/** A run of the tree in several lives, with every step of its disk. */
export interface Recording {
  readonly disk: Disk
  readonly orders: readonly Placed[]
  /** In the order in which they were given out. */
  readonly acknowledged: readonly Acknowledgement[]
  readonly openings: readonly { readonly epoch: number; readonly at: number }[]
  /** What the clock said at the end. */
  readonly clock: ChainApp['clock']
}

export interface RecordingOptions {
  readonly sqlite: RecordedSqlite
  readonly seed: number
  readonly sync: Sync
  readonly link: keyof typeof links
  /** A disk that does not sync has nothing for certain. */
  readonly syncs: boolean
}

const lives = 3
const ordersPerRun = 12

/** Runs the tree until all is done; it is killed twice at a random step before. */
export async function record({ sqlite, seed, sync, link, syncs }: RecordingOptions): Promise<Recording> {
  const random = seededRandom(seed)
  const disk = new Disk({ syncs })
  const orders = planOrders(ordersPerRun, random)
  const known = new Map<Placed, Told>()
  const acknowledged: Acknowledgement[] = []
  const openings: { epoch: number; at: number }[] = []
  let clock: ChainApp['clock'] | undefined
  for (let life = 1; ; life += 1) {
    const opening = recordedOpening({ sqlite, disk, random, sync })
    const app = await simulatedSystem(chainTree(10_000), {
      allowReal: true,
      store: links[link](opening),
      seed: random.integer(1e9),
      ...(clock && { clock }),
    })
    clock = app.clock
    openings.push({ epoch: app.app.store?.epoch ?? 0, at: disk.steps.length })
    // One after the other: what is given at once is committed at once, and few commits have few moments to look at.
    const waiting = [...orders]
    const giveNext = (): boolean => {
      const order = waiting.shift()
      if (order === undefined) return false
      give(app, order).then(
        (told) => {
          if (known.has(order)) return
          known.set(order, told)
          acknowledged.push({ order, told, at: disk.steps.length })
        },
        // It died with its process, and is given again in the next.
        () => undefined,
      )
      return true
    }
    const isLast = life === lives
    await runSteps(app, { steps: isLast ? Infinity : 3 + random.integer(50), random, giveNext })
    opening.newest?.die()
    if (isLast) return { disk, orders, acknowledged, openings, clock }
  }
}

interface Steps {
  readonly steps: number
  readonly random: Random
  /** False if there is nothing more to give. */
  readonly giveNext: () => boolean
}

async function runSteps({ scheduler, clock }: ChainApp, { steps, random, giveNext }: Steps): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    if (random.integer(3) === 0) giveNext()
    await settlePromises()
    if (!scheduler.isIdle) scheduler.step()
    else if (!giveNext() && !clock.runNext()) break
  }
  await settlePromises()
}

export interface RecordedOpening extends Opening<OwnHandle> {
  readonly newest: RecordedHandle | undefined
}

/** The file of a disk, as a store opens it. */
export function recordedOpening({
  sqlite,
  disk,
  random,
  sync,
  logPages = 24,
}: {
  readonly sqlite: RecordedSqlite
  readonly disk: Disk
  readonly random: Random
  readonly sync: Sync
  /** Few, so that runs are not long before SQLite brings its log into the database. */
  readonly logPages?: number
}): RecordedOpening {
  let newest: RecordedHandle | undefined
  return {
    location: storeFile,
    connect: () => (newest = sqlite.connect(disk, random, logPages)),
    disconnect: (handle) => handle.close(),
    sync,
    canReopen: true,
    get newest() {
      return newest
    },
  }
}
