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
  /** Counts the decisions of this supervisor in this process; 1 is the first. */
  readonly number: number
  /** Who it is about, from the root of the tree. */
  readonly id: ActorId
  /** When it was decided: wall clock, milliseconds since 1970. */
  readonly atMs: number
  /** Who was started for it, in order; empty until that has happened, and where nobody comes back. */
  readonly back: readonly Comeback[]
}

/** How many decisions of each supervisor are kept, and what time they are given: milliseconds since 1970. */
export interface LogSettings {
  readonly keep: number
  readonly wallNow: () => number
}

/** The last decisions of one supervisor, of all its incarnations in this process. */
export class DecisionLog {
  readonly #supervisor: ActorId
  readonly #keep: number
  readonly #wallNow: () => number
  readonly #kept: Kept[] = []
  #count = 0
  /** The child for whose sake starts are done now. */
  #about: string | undefined = undefined

  constructor(supervisor: ActorId, { keep, wallNow }: LogSettings) {
    this.#supervisor = supervisor
    this.#keep = keep
    this.#wallNow = wallNow
  }

  /** The decisions, oldest first; a list that does not change any more. */
  get records(): readonly DecisionRecord[] {
    const supervisor = this.#supervisor
    return this.#kept.map(({ occasion, results, ...rest }) => ({
      supervisor,
      ...rest,
      id: childId(supervisor, occasion.spec.id),
      ...explain(occasion),
      back: results.map((result) => comebackOf(supervisor, result)),
    }))
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
    this.#kept.push({ supervisorIncarnation, number: this.#count, atMs: this.#wallNow(), occasion, results: [] })
    if (this.#kept.length > this.#keep) this.#kept.shift()
  }

  /** Writes what came of a restart to the decision that it was done for; starts on nobody's account are no news. */
  cameBack(results: readonly StartResult[]): void {
    const about = this.#about
    this.#about = undefined
    const kept = about === undefined ? undefined : this.#kept.findLast(({ occasion }) => occasion.spec.id === about)
    if (kept === undefined) return
    const decided = outcomeOf(kept.occasion.verdict)
    if (decided === 'restart' || decided === 'retry') kept.results = results
  }
}

/** A decision as it waits to be read: a supervisor in a storm decides more often than anybody looks. */
interface Kept {
  readonly supervisorIncarnation: number
  readonly number: number
  readonly atMs: number
  readonly occasion: Occasion
  results: readonly StartResult[]
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

  /** What a supervisor decided last, oldest first; nothing if there never was one of this id. */
  read(supervisor: ActorId): readonly DecisionRecord[] {
    return this.#logs.get(supervisor)?.records ?? []
  }
}
