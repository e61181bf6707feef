import type { ActorId } from '../../protocol/actor-id.ts'
import type { Cut, CutResult } from '../../runtime/cuts/cut.ts'
import type { SupervisorReply } from '../machine/commands.ts'
import type { SupervisorRequest } from '../machine/facts.ts'
import type { SupervisorState } from '../machine/machine-table.ts'
import type { GroupRestore } from '../specs/group-restore.ts'
import type { Strategy } from '../specs/strategy.ts'
import type { Starter } from '../starter.ts'
import type { Question } from './asking.ts'

/** What a supervisor keeps of cuts; outlives its incarnations. */
export interface KeptCut {
  readonly groupRestore: GroupRestore
  last: Cut | undefined
}

/** The cut that a supervisor takes at its start, if it goes by cuts, may take this long. */
const firstWithinMs = 1_000

/** Where a supervisor stands when it starts children. */
interface Standing {
  readonly state: SupervisorState
  readonly strategy: Strategy
}

/** Takes cuts of the group of one supervisor, and has it go back to one. */
export class GroupCuts {
  readonly #id: ActorId
  readonly #starter: Starter
  readonly #kept: KeptCut
  /** What the group goes back to in the step that is under way. */
  #wanted: Cut | undefined = undefined

  constructor(id: ActorId, starter: Starter, kept: KeptCut) {
    this.#id = id
    this.#starter = starter
    this.#kept = kept
  }

  /** True if a first cut is to be taken, so that there is one to go back to. */
  get needsFirst(): boolean {
    return this.#kept.groupRestore === 'cut' && this.#kept.last === undefined
  }

  /** Nothing if all is well. */
  async takeFirst(): Promise<Exclude<CutResult, { status: 'taken' }> | undefined> {
    if (!this.needsFirst) return undefined
    const result = await this.#take(firstWithinMs)
    return result.status === 'taken' ? undefined : result
  }

  /** What a question about cuts is answered with; what the machine is to be asked; nothing if it is about something else. */
  answer(question: Question): SupervisorRequest | SupervisorReply | Promise<SupervisorReply> | undefined {
    if (question.type === 'cut') return this.#take(question.withinMs).then((result) => replyTo(this.#id, result))
    if (question.type !== 'restoreCut') return undefined
    const { cut } = question
    const problem = this.#starter.problemWithCut(cut)
    if (problem !== undefined) return replyTo(this.#id, problem)
    this.#wanted = cut
    return { type: 'restartAll' }
  }

  /** Children are about to be started: what they are to begin with is put in place, if it is the whole group. */
  beforeStart({ state, strategy }: Standing): void {
    const { groupRestore, last } = this.#kept
    const isGroup = strategy === 'one_for_all' && state !== 'startingChild'
    const cut = this.#wanted ?? (groupRestore === 'cut' && isGroup ? last : undefined)
    if (cut !== undefined) this.#starter.goBackTo(cut)
  }

  /** The step is done: what became of going back, if that was asked for. */
  afterStep(reply: SupervisorReply | undefined): SupervisorReply | undefined {
    const cut = this.#wanted
    if (cut === undefined) return reply
    this.#wanted = undefined
    this.#kept.last = cut
    if (reply?.status === 'error') return reply
    // What the machine says of the last child is not what was asked.
    const missing = this.#starter.missingOf(cut)
    return missing.length === 0 ? { status: 'ok' } : replyTo(this.#id, { status: 'failed', problem: 'missing', actors: missing })
  }

  async #take(withinMs: number): Promise<CutResult> {
    const result = await this.#starter.cut(withinMs)
    if (result.status === 'taken') this.#kept.last = result.cut
    return result
  }
}

function replyTo(id: ActorId, result: CutResult): SupervisorReply {
  if (result.status === 'taken') return { status: 'cut', cut: result.cut }
  return { status: 'error', error: { type: 'no_cut', id, problem: result.problem, actors: result.actors } }
}
