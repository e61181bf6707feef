import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CoppiceError } from '../../src/protocol/errors.ts'
import { seededRandom } from '../../src/runtime/random.ts'
import { links } from '../support/links.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { chainTree } from './chain-tree.ts'
import { checkImage } from './check-image.ts'
import { Disk, Rerun, type DiskStepType } from './disk.ts'
import { giveAll, isSame, NotGivenError, planOrders, type ChainApp } from './orders.ts'
import { loadRecordedSqlite, type RecordedSqlite } from './recorded-sqlite.ts'
import { recordedOpening, type Acknowledgement } from './recording.ts'
import { idOf, Verdict, type Told } from './verdict.ts'

/** What a disk fails with: the result codes of SQLite for EIO and ENOSPC. */
const faults: readonly { readonly type: DiskStepType; readonly code: number; readonly name: string }[] = [
  { type: 'sync', code: 1034, name: 'SQLITE_IOERR_FSYNC' },
  { type: 'write', code: 778, name: 'SQLITE_IOERR_WRITE' },
  { type: 'write', code: 13, name: 'SQLITE_FULL' },
  { type: 'truncate', code: 1546, name: 'SQLITE_IOERR_TRUNCATE' },
]

/** One moment in which a disk goes wrong. */
interface Fault {
  readonly type: DiskStepType
  readonly code: number
  readonly name: string
  /** Which of the steps of this type. */
  readonly nth: number
  /** So many of them in a row. */
  readonly times: number
  readonly link: keyof typeof links
  readonly logPages: number
}

/** With a long log, what is written stays in it to the end. */
const variants = [
  ['in-process', 1000],
  ['in-process', 24],
  ['worker', 24],
] as const

export interface FaultsOptions {
  /** About so many, spread over all there are; all if not given. */
  readonly most?: number
  readonly seed: number
  readonly stopsAtFirst?: boolean
  readonly tell?: (problem: string) => void
}

export interface FaultsOutcome {
  readonly faults: number
  readonly lost: number
  readonly doubled: number
  /** Out of order, or an error that is none of ours. */
  readonly wrong: number
}

/** Lets every write, sync and truncate of a run fail, once and for ever, and syncs also two and three times in a row. */
export async function failEverything({ most = Infinity, seed, stopsAtFirst, tell }: FaultsOptions): Promise<FaultsOutcome> {
  const sqlite = await loadRecordedSqlite()
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'coppice-faults-'))
  const total = { faults: 0, lost: 0, doubled: 0, wrong: 0 }
  try {
    const all = await allFaults(sqlite, seed)
    const stride = Math.max(1, all.length / most)
    for (let i = 0; i < all.length; i += stride) {
      const fault = all[Math.floor(i)]
      if (fault === undefined) break
      const verdict = await withFault({ sqlite, seed, root }, fault)
      total.faults += 1
      total.lost += verdict.lost
      total.doubled += verdict.doubled
      total.wrong += verdict.outOfOrder
      if (verdict.isClean) continue
      const { name, nth, times, link } = fault
      const what = `${name} at ${fault.type} ${nth}, ${times} times (${link}, seed ${seed})`
      tell?.(`${what}:\n  ${verdict.problems.slice(0, 5).join('\n  ')}`)
      if (stopsAtFirst === true) break
    }
    return total
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function allFaults(sqlite: RecordedSqlite, seed: number): Promise<readonly Fault[]> {
  const all: Fault[] = []
  for (const [link, logPages] of variants) {
    const run = newRun(sqlite, seed, logPages)
    const counts = countSteps(run.disk)
    await giveAll(await begin(run, link), run.orders, { mayRefuse: true })
    run.opening.newest?.die()
    for (const { type, code, name } of faults)
      for (let nth = 1; nth <= (counts.get(type) ?? 0); nth += 1)
        for (const times of inARow(type)) all.push({ type, code, name, nth, times, link, logPages })
  }
  return all
}

/** A failed sync is followed by another when the file is closed, and by one when it is opened again. */
function inARow(type: DiskStepType): readonly number[] {
  return type === 'sync' ? [1, 2, 3, Infinity] : [1, Infinity]
}

function countSteps(disk: Disk): ReadonlyMap<DiskStepType, number> {
  const counts = new Map<DiskStepType, number>()
  disk.fault = (type) => void counts.set(type, (counts.get(type) ?? 0) + 1)
  return counts
}

function newRun(sqlite: RecordedSqlite, seed: number, logPages: number) {
  const random = seededRandom(seed)
  const disk = new Disk()
  return { disk, orders: planOrders(12, random), opening: recordedOpening({ sqlite, disk, random, sync: 'full', logPages }) }
}

type Run = ReturnType<typeof newRun>

/** The tree gives up after a few restarts on a disk that does not come back. */
function begin({ opening }: Run, link: keyof typeof links): Promise<ChainApp> {
  return simulatedSystem(chainTree(20), { allowReal: true, store: links[link](opening), seed: 5 })
}

interface Bench {
  readonly sqlite: RecordedSqlite
  readonly seed: number
  /** Where images are laid out. */
  readonly root: string
}

async function withFault({ sqlite, seed, root }: Bench, fault: Fault): Promise<Verdict> {
  const verdict = new Verdict()
  const run = newRun(sqlite, seed, fault.logPages)
  const { disk, orders, opening } = run
  let seen = 0
  disk.fault = (type) => {
    if (type !== fault.type) return undefined
    seen += 1
    return seen >= fault.nth && seen < fault.nth + fault.times ? fault.code : undefined
  }
  const acknowledged: Acknowledgement[] = []
  let epoch = 0
  const note = (answers: readonly (Told | Error)[]): void =>
    answers.forEach((told, i) => {
      const order = orders[i]
      if (order === undefined) return
      if (told instanceof Error) {
        const isOurs = told instanceof CoppiceError || told instanceof NotGivenError
        if (!isOurs) verdict.add('outOfOrder', `${idOf(order)}: an error of others: ${told.message}`)
        return
      }
      const before = acknowledged.find((one) => one.order === order)
      if (before === undefined) acknowledged.push({ order, told, at: 0 })
      else if (!isSame(before.told, told)) verdict.add('doubled', `${idOf(order)} was answered differently`)
    })
  try {
    const app = await begin(run, fault.link)
    epoch = app.app.store?.epoch ?? 0
    note(await giveAll(app, orders, { mayRefuse: true }))
    // The disk is well again; whoever is still there goes on.
    if (fault.times < Infinity) {
      const again = await giveAll(app, orders, { mayRefuse: true })
      // When a commit failed, and then the reopening that would say what became of it, the store ends.
      const refused = fault.times > 1 ? [] : again.filter((told) => told instanceof Error)
      for (const error of refused) verdict.add('outOfOrder', `refused after the disk is well: ${error.message}`)
      note(again)
    }
  } catch (error) {
    if (!(error instanceof CoppiceError)) verdict.add('outOfOrder', `an error of others: ${String(error)}`)
  }
  opening.newest?.die()
  const promised = { orders, acknowledged, epoch, mayForget: false, damagesCheckpoints: false }
  const rerun = new Rerun()
  for (const step of disk.steps) rerun.take(step)
  await checkImage(root, rerun.afterKill(), promised, verdict)
  await checkImage(
    root,
    rerun.afterPowerLoss(() => false),
    promised,
    verdict,
  )
  return verdict
}
