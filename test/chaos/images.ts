import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sync } from '../../src/persistence/sqlite-settings.ts'
import { seededRandom, type Random } from '../../src/runtime/random.ts'
import { checkImage } from './check-image.ts'
import { Rerun, type Image } from './disk.ts'
import { loadRecordedSqlite } from './recorded-sqlite.ts'
import { record, type Recording } from './recording.ts'
import { Verdict } from './verdict.ts'

export interface ImagesOptions {
  readonly images: number
  readonly seed: number
  /** `off` is a disk that never syncs: it has to break. */
  readonly sync: Sync | 'off'
  /** Ends at the first thing that is wrong. */
  readonly stopsAtFirst?: boolean
  readonly tell?: (problem: string) => void
}

export interface ImagesOutcome {
  readonly images: number
  readonly runs: number
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
  /** Images in which something acknowledged was gone that may be: only where a loss of power is not promised for. */
  readonly rolledBack: number
}

/** One image of a moment of a run, and how it came about. */
interface Moment {
  readonly image: Image
  readonly kind: 'killed' | 'damaged' | 'unplugged'
  readonly at: number
}

/** Looks at the file of a run at every step of its disk: as a killed process leaves it, and as losses of power do. */
export async function lookAtImages({ images, seed, sync, stopsAtFirst, tell }: ImagesOptions): Promise<ImagesOutcome> {
  const recorded = await loadRecordedSqlite()
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'coppice-images-'))
  const random = seededRandom(seed)
  // Few images are spread over a whole run: its first moments are those of an empty store.
  const share = Math.min(1, images / 1_000)
  const total = { images: 0, runs: 0, lost: 0, doubled: 0, outOfOrder: 0, rolledBack: 0 }
  try {
    while (total.images < images) {
      const runSeed = seed * 1_000_003 + total.runs
      const link = total.runs % 2 === 0 ? 'in-process' : 'worker'
      const made = { sqlite: recorded, seed: runSeed, sync: sync === 'off' ? 'full' : sync, syncs: sync !== 'off', link } as const
      const recording = await record(made)
      total.runs += 1
      for (const { image, kind, at } of momentsOf(recording, random)) {
        if (total.images >= images) break
        if (random.next() >= share) continue
        const verdict = new Verdict()
        const mayForget = kind === 'unplugged' && sync === 'normal'
        const promised = { ...promisedAt(recording, at), mayForget, damagesCheckpoints: kind === 'damaged' }
        const forgotten = await checkImage(root, image, promised, verdict)
        total.images += 1
        total.lost += verdict.lost
        total.doubled += verdict.doubled
        total.outOfOrder += verdict.outOfOrder
        if (forgotten > 0) total.rolledBack += 1
        if (verdict.isClean) continue
        tell?.(`run ${runSeed} (${link}), ${kind} after step ${at}:\n  ${verdict.problems.slice(0, 5).join('\n  ')}`)
        if (stopsAtFirst) return total
      }
    }
    return total
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function promisedAt({ orders, acknowledged, openings }: Recording, at: number) {
  const epochs = openings.filter((opening) => opening.at <= at).map(({ epoch }) => epoch)
  return { orders, acknowledged: acknowledged.filter((one) => one.at <= at), epoch: Math.max(0, ...epochs) }
}

function* momentsOf({ disk, openings }: Recording, random: Random): Iterable<Moment> {
  const upFrom = openings[0]?.at ?? 0
  const rerun = new Rerun()
  for (const [i, step] of disk.steps.entries()) {
    const at = i + 1
    rerun.take(step)
    // Until the first owner is up much the same happens in every run.
    if (at < upFrom && random.integer(8) > 0) continue
    // A sync changes nothing that can be seen.
    if (step.type !== 'sync') yield { image: rerun.afterKill(), kind: 'killed', at }
    if (at % 16 === 0) yield { image: rerun.afterKill(), kind: 'damaged', at }
    yield { image: rerun.afterPowerLoss(() => false), kind: 'unplugged', at }
    if (rerun.atRisk === 0) continue
    const share = random.next()
    yield { image: rerun.afterPowerLoss(() => random.next() < share), kind: 'unplugged', at }
    yield { image: rerun.afterPowerLoss(() => random.next() < 0.9), kind: 'unplugged', at }
  }
}
