import { childId, type ActorId } from '../../protocol/actor-id.ts'
import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { Beginning } from '../../runtime/beginning.ts'
import type { Decision } from '../machine/commands.ts'
import { explain, outcomeOf } from '../machine/explain.ts'
import type { Occasion } from '../machine/occasion.ts'
import type { Fact, StartResult } from '../machine/facts.ts'

/** What came of starting one child again. */
export type Comeback =
  | { readonly id: ActorId; readonly status: 'started'; readonly incarnation: number; readonly beginning: Beginning | undefined }
  | { readonly id: ActorId; readonly status: 'ignored' }
  | { readonly id: ActorId; readonly status: 'failed'; readonly reason: ExitReason }

/** A decision of a supervisor as it is kept: what happened, what was decided and why, and what came of it. */
export interface DecisionRecord extends Decision {
  readonly supervisor: ActorId
  readonly supervisorIncarnation: number
  /** Counts the decisions of this supervisor in its process; 1 is the first. */
  readonly number: number
  /** That of the store when the process began which decided it: another one in each process. Nothing without a store. */
  readonly epoch: number | undefined
  /** A process before this one decided it, and it comes from the store. */
  readonly isEarlier: boolean
  /** Who it is about, from the root of the tree. */
  readonly id: ActorId
  /** When it was decided: wall clock, milliseconds since 1970. */
  readonly atMs: number
  /** Who was started for it, in order; empty until that has happened, and where nobody comes back. */
  readonly back: readonly Comeback[]
}

/** What the logs of one tree are made with. */
export interface LogSettings {
  /** How many decisions of each supervisor are kept. */
  readonly keep: number
  /** What time they are given: milliseconds since 1970. */
  readonly wallNow: () => number
  /** That of the store, where there is one. */
  readonly epoch: number | undefined
  /** Told when a log has news for the store, once until they are taken. */
  readonly changed: (log: DecisionLog) => void
}

/** The last decisions of one supervisor, of all its incarnations in this process, behind those of the processes before. */
export class DecisionLog {
  readonly supervisor: ActorId
  readonly #settings: LogSettings
  #earlier: readonly DecisionRecord[] = []
  readonly #kept: Kept[] = []
  #count = 0
  /** It was told that there is news. */
  #isTold = false
  /** The child for whose sake starts are done now. */
  #about: string | undefined = undefined

  constructor(supervisor: ActorId, settings: LogSettings) {
    this.supervisor = supervisor
    this.#settings = settings
  }

  /** The decisions, oldest first; a list that does not change any more. */
  get records(): readonly DecisionRecord[] {
    return [...this.#earlier, ...this.#kept.map((kept) => this.#recordOf(kept))].slice(-this.#settings.keep)
  }

  /** Puts those of the processes before in front, oldest first. */
  recall(records: readonly DecisionRecord[]): void {
    this.#earlier = records.slice(-this.#settings.keep)
  }

  /** Of how many decisions the store has not been told. */
  get newsCount(): number {
    return this.#kept.reduce((count, { isNews }) => (isNews ? count + 1 : count), 0)
  }

  /** What the store has not been told of the decisions that are still here; it counts as told from now on. */
  takeNews(): readonly DecisionRecord[] {
    this.#isTold = false
    const news = this.#kept.filter(({ isNews }) => isNews)
    for (const kept of news) kept.isNews = false
    return news.map((kept) => this.#recordOf(kept))
  }

  /** The store could not be told. */
  putBack(records: readonly DecisionRecord[]): void {
    const numbers = new Set(records.map(({ number }) => number))
    for (const kept of this.#kept) if (numbers.has(kept.number)) kept.isNews = true
  }

  /** An incarnation of the supervisor begins: what the one before was about is over. */
  begin(): void {
    this.#about = undefined
  }

  /** Notes on whose account the next starts are, before the machine is told. */
  follow(fact: Fact): void {
    if ('id' in fact) this.#about = fact.id
    else if (fact.type === 'asked' || fact.type === 'shutdown') this.#about = undefined
  }

  add(supervisorIncarnation: number, occasion: Occasion): void {
    this.#count += 1
    const atMs = this.#settings.wallNow()
    this.#kept.push({ supervisorIncarnation, number: this.#count, atMs, occasion, results: [], isNews: true })
    if (this.#kept.length > this.#settings.keep) this.#kept.shift()
    if (!this.#isTold) this.#tell()
  }

  /** Writes what came of a restart to the decision that it was done for; starts on nobody's account are no news. */
  cameBack(results: readonly StartResult[]): void {
    const about = this.#about
    this.#about = undefined
    const kept = about === undefined ? undefined : this.#kept.findLast(({ occasion }) => occasion.spec.id === about)
    if (kept === undefined) return
    const decided = outcomeOf(kept.occasion.verdict)
    if (decided !== 'restart' && decided !== 'retry') return
    kept.results = results
    kept.isNews = true
    if (!this.#isTold) this.#tell()
  }

  #tell(): void {
    this.#isTold = true
    this.#settings.changed(this)
  }

  #recordOf({ supervisorIncarnation, number, atMs, occasion, results }: Kept): DecisionRecord {
    const { supervisor } = this
    return {
      supervisor,
      supervisorIncarnation,
      number,
      epoch: this.#settings.epoch,
      isEarlier: false,
      id: childId(supervisor, occasion.spec.id),
      atMs,
      ...explain(occasion),
      back: results.map((result) => comebackOf(supervisor, result)),
    }
  }
}

/** A decision as it waits to be read: a supervisor in a storm decides more often than anybody looks. */
interface Kept {
  readonly supervisorIncarnation: number
  readonly number: number
  readonly atMs: number
  readonly occasion: Occasion
  results: readonly StartResult[]
  /** The store has not been told of it as it is now. */
  isNews: boolean
}

function comebackOf(supervisor: ActorId, { id: key, ...result }: StartResult): Comeback {
  const id = childId(supervisor, key)
  if (result.status !== 'started') return { id, ...result }
  return { id, status: 'started', incarnation: result.incarnation, beginning: result.beginning }
}

/** The logs of all supervisors of one tree; each is made when it is first asked for, and outlives its supervisor. */
export class DecisionLogs {
  readonly #settings: LogSettings
  readonly #logs = new Map<ActorId, DecisionLog>()

  constructor(settings: LogSettings) {
    this.#settings = settings
  }

  of(supervisor: ActorId): DecisionLog {
    const known = this.#logs.get(supervisor)
    if (known !== undefined) return known
    const log = new DecisionLog(supervisor, this.#settings)
    this.#logs.set(supervisor, log)
    return log
  }

  /** Remembers what the processes before have decided, each supervisor's oldest first. */
  recall(records: readonly DecisionRecord[]): void {
    const supervisors = new Map<ActorId, DecisionRecord[]>()
    for (const record of records) {
      const own = supervisors.get(record.supervisor)
      if (own === undefined) supervisors.set(record.supervisor, [record])
      else own.push(record)
    }
    for (const [supervisor, own] of supervisors) this.of(supervisor).recall(own)
  }

  /** What a supervisor decided last, oldest first; nothing if there never was one of this id. */
  read(supervisor: ActorId): readonly DecisionRecord[] {
    return this.#logs.get(supervisor)?.records ?? []
  }
}
