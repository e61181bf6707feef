import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as passed } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seededRandom, type Random } from '../../src/runtime/random.ts'
import { deadLetters } from './check-image.ts'
import { judge, Verdict, type Held } from './verdict.ts'
import { Witness, type FromVictim, type ToVictim } from './witness.ts'

export interface KillsOptions {
  readonly kills: number
  readonly seed: number
  readonly tell?: (line: string) => void
}

export interface KillsOutcome {
  readonly kills: number
  /** How many of them were at a named point, which the process reached. */
  readonly atPoints: number
  /** Orders and notes of which somebody outside was told that they were accepted, or applied. */
  readonly accepted: number
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
}

/** Where a process kills itself: events of the tree, and statements of the store. */
const points = [
  ...['accepted', 'committed', 'recovering', 'started', 'exited', 'dead letter', 'group dropped', 'opening'],
  ...['before COMMIT', 'after COMMIT', 'before INSERT', 'after INSERT', 'after UPDATE', 'after DELETE'],
] as const

const program = fileURLToPath(new URL('victim.ts', import.meta.url))
/** Longer than a process needs to come to any point; where it does not, it is killed there. */
const patienceMs = 800

/** Kills processes that work on one file, one after another, and compares what it holds in the end with what they said. */
export async function killProcesses({ kills, seed, tell }: KillsOptions): Promise<KillsOutcome> {
  const total = { kills: 0, atPoints: 0, accepted: 0, lost: 0, doubled: 0, outOfOrder: 0 }
  const root = mkdtempSync(join(tmpdir(), 'coppice-kills-'))
  try {
    await fillCache(root)
    // Two files at once: while one process starts, the other works.
    const share = Math.floor(kills / 2)
    const lanes = [kills - share, share].filter((count) => count > 0)
    const outcomes = await Promise.all(lanes.map((count, i) => killInTurn(root, { kills: count, seed: 2 * seed + i })))
    for (const { verdict, witness, atPoints, killed } of outcomes) {
      total.kills += killed
      total.atPoints += atPoints
      total.accepted += witness.acknowledged
      total.lost += verdict.lost
      total.doubled += verdict.doubled
      total.outOfOrder += verdict.outOfOrder
      for (const problem of verdict.problems.slice(0, 20)) tell?.(problem)
    }
    return total
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Processes start in half the time when what one has compiled is kept, which those do not do that are killed. */
async function fillCache(root: string): Promise<void> {
  const first = new Victim([join(root, 'first.db'), 'worker'], cacheIn(root), new Witness(seededRandom(0), new Verdict()))
  await first.stop()
}

const cacheIn = (root: string): string => join(root, 'compiled')

async function killInTurn(root: string, { kills, seed }: { readonly kills: number; readonly seed: number }) {
  const file = join(root, `${seed}.db`)
  const cache = cacheIn(root)
  const random = seededRandom(seed)
  const verdict = new Verdict()
  const witness = new Witness(random, verdict)
  let [killed, atPoints] = [0, 0]
  while (killed < kills) {
    const isWorker = killed % 2 === 1
    const plan = planOf(random, isWorker)
    const victim = new Victim([file, isWorker ? 'worker' : 'in-process', 'normal', plan.point, `${plan.nth}`], cache, witness)
    if (await victim.end(plan)) atPoints += 1
    killed += 1
    if (victim.isUnwell) verdict.add('lost', `process ${killed} ended by itself`)
    if (verdict.problems.length > 20) break
  }
  const last = new Victim([file, 'in-process', 'full', '', '1'], cache, witness)
  witness.close()
  await settle(last, witness, file, verdict)
  return { verdict, witness, atPoints, killed }
}

interface Plan {
  readonly point: string
  readonly nth: number
  readonly afterMs: number
  /** Counted from when it is up; otherwise from its start. */
  readonly isUp: boolean
}

/** One in three at a named point; one in six at some time while it starts, the others while it works. */
function planOf(random: Random, isWorker: boolean): Plan {
  const die = random.integer(6)
  if (die < 2) {
    // The statements of a store thread are not seen from here.
    const point = points[random.integer(isWorker ? 7 : points.length)] ?? 'committed'
    return { point, nth: 1 + random.integer(point === 'opening' ? 12 : 30), afterMs: patienceMs, isUp: true }
  }
  if (die === 2) return { point: '', nth: 0, afterMs: random.next() * 400, isUp: false }
  return { point: '', nth: 0, afterMs: 1 + random.next() * 60, isUp: true }
}

/** One process, and its talk with the witness. */
class Victim {
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  readonly #up: Promise<void>
  #held: ((held: Omit<Held, 'dead'>) => void) | undefined

  constructor(args: readonly string[], cache: string, witness: Witness) {
    const env = { ...process.env, NODE_COMPILE_CACHE: cache }
    this.#child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'], env })
    this.#closed = once(this.#child, 'close')
    // It may be gone while something is written to it.
    this.#child.stdin?.on('error', () => undefined)
    this.#up = new Promise((resolve) => {
      createInterface({ input: this.#child.stdout ?? process.stdin }).on('line', (line) => {
        const said = parsed(line)
        if (said === undefined) return
        if ('held' in said) this.#held?.(said.held)
        else if ('up' in said) {
          this.send(...witness.greeting())
          resolve()
        } else this.send(...witness.hear(said))
      })
    })
  }

  /** It ended, and nobody killed it. */
  get isUnwell(): boolean {
    return this.#child.signalCode !== 'SIGKILL'
  }

  /** Waits for its end as planned; true if it came to the point where it kills itself. */
  async end({ afterMs, isUp, point }: Plan): Promise<boolean> {
    const gone = this.#closed.then(() => true)
    if (isUp) await Promise.race([this.#up, gone])
    const abort = new AbortController()
    const late = passed(afterMs, false, { signal: abort.signal }).catch(() => false)
    const wentByItself = await Promise.race([gone, late])
    abort.abort()
    this.#child.kill('SIGKILL')
    await this.#closed
    return wentByItself && point !== ''
  }

  send(...words: readonly ToVictim[]): void {
    for (const word of words) this.#child.stdin?.write(`${JSON.stringify(word)}\n`)
  }

  /** What it holds; nothing if it has ended. */
  look(): Promise<Omit<Held, 'dead'> | undefined> {
    const held = new Promise<Omit<Held, 'dead'>>((resolve) => {
      this.#held = resolve
      this.send({ type: 'look' })
    })
    return Promise.race([held, this.#closed.then(() => undefined)])
  }

  async stop(): Promise<void> {
    this.send({ type: 'stop' })
    await this.#closed
  }
}

/** How long the last process has until everything that was brought about has happened. */
const settleMs = 20_000

async function settle(last: Victim, witness: Witness, file: string, verdict: Verdict): Promise<void> {
  const deadline = performance.now() + settleMs
  for (;;) {
    await passed(100)
    const held = await last.look()
    if (held === undefined) return verdict.add('lost', 'the last process ended by itself')
    const found = new Verdict()
    if (!witness.isDone) found.add('lost', 'orders were not answered')
    // The dead letters are in the file, which has an owner.
    const dead = witness.given.filter(({ told }) => told === 'given up').map(({ from, n }) => `${from}:${n}`)
    judge(found, witness.given, { ...held, dead })
    witness.judgeNotes(held, found)
    if (!found.isClean && performance.now() < deadline) continue
    await last.stop()
    const closed = new Verdict()
    judge(closed, witness.given, { ...held, dead: deadLetters(file) })
    witness.judgeNotes(held, closed)
    for (const name of ['lost', 'doubled', 'outOfOrder'] as const) verdict[name] += closed[name]
    verdict.problems.push(...closed.problems)
    if (!witness.isDone) verdict.add('lost', 'orders were not answered')
    return
  }
}

/** A killed process may leave half a line. */
function parsed(line: string): FromVictim | undefined {
  try {
    return JSON.parse(line) as FromVictim
  } catch {
    return undefined
  }
}
