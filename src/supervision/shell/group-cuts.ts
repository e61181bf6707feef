import type { ActorId } from '../../protocol/actor-id.ts'
import type { Cut, CutGroup, CutOrder, CutResult, NoCut } from '../../runtime/cuts/cut.ts'
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
  /** What came of that; nothing before it was tried. */
  #outcome: 'back' | NoCut | undefined = undefined
  readonly #tell: (problem: NoCut) => void

  /** `tell` learns of a group that goes by cuts, and could not go back to its last one. */
  constructor(id: ActorId, { starter, kept, tell }: { starter: Starter; kept: KeptCut; tell: (problem: NoCut) => void }) {
    this.#id = id
    this.#starter = starter
    this.#kept = kept
    this.#tell = tell
  }

  /** True while a call has the group go back: what becomes of its members is in the cut. */
  get isGoingBack(): boolean {
    return this.#wanted !== undefined
  }

  /** Those whom a dynamic supervisor is to have when it has gone back. */
  get membersWanted(): CutGroup['members'] {
    return this.#wanted?.groups.find(({ supervisor }) => supervisor === this.#id)?.members ?? []
  }

  /** False if the group was to go back, and has not. */
  get hasGoneBack(): boolean {
    return this.#outcome === undefined || this.#outcome === 'back'
  }

  /** True if a first cut is to be taken, so that there is one to go back to. */
  get needsFirst(): boolean {
    return this.#kept.groupRestore === 'cut' && this.#kept.last === undefined
  }

  /** Nothing if all is well. */
  async takeFirst(): Promise<NoCut | undefined> {
    if (!this.needsFirst) return undefined
    const result = await this.#take({ withinMs: firstWithinMs, drains: false })
    return result.status === 'taken' ? undefined : result
  }

  /** What a question about cuts is answered with; what the machine is to be asked; nothing if it is about something else. */
  answer(question: Question): SupervisorRequest | SupervisorReply | Promise<SupervisorReply> | undefined {
    if (question.type === 'cut') return this.#take(question).then((result) => replyTo(this.#id, result))
    if (question.type !== 'restoreCut') return undefined
    const { cut } = question
    const problem = this.#starter.problemWithCut(cut)
    if (problem !== undefined) return replyTo(this.#id, problem)
    this.#wanted = cut
    return { type: 'restartAll' }
  }

  /** Children are about to be started: what they are to begin with is put in place, if it is the whole group. */
  beforeStart({ state, strategy }: Standing): Promise<void> | undefined {
    if (this.#wanted !== undefined) return this.putBack()
    const { groupRestore, last } = this.#kept
    const isGroup = strategy === 'one_for_all' && state !== 'startingChild'
    return groupRestore === 'cut' && isGroup && last !== undefined ? this.#goBack(last) : undefined
  }

  /** Puts what the call asks for in place, unless that has been done. */
  async putBack(): Promise<void> {
    if (this.#wanted !== undefined && this.#outcome === undefined)
      this.#outcome = (await this.#starter.goBackTo(this.#wanted)) ?? 'back'
  }

  /** The step is done: what became of going back, if that was asked for. */
  afterStep(reply: SupervisorReply | undefined): SupervisorReply | undefined {
    const cut = this.#wanted
    if (cut === undefined) return reply
    const outcome = this.#outcome
    this.#wanted = this.#outcome = undefined
    if (outcome !== 'back' && outcome !== undefined) return replyTo(this.#id, outcome)
    this.#kept.last = cut
    if (reply?.status === 'error') return reply
    // What the machine says of the last child is not what was asked.
    const missing = this.#starter.missingOf(cut)
    return missing.length === 0 ? { status: 'ok' } : replyTo(this.#id, { status: 'failed', problem: 'missing', actors: missing })
  }

  async #goBack(cut: Cut): Promise<void> {
    const problem = await this.#starter.goBackTo(cut)
    if (problem !== undefined) this.#tell(problem)
  }

  async #take(order: CutOrder): Promise<CutResult> {
    const result = await this.#starter.cut(order)
    if (result.status === 'taken') this.#kept.last = result.cut
    return result
  }
}

function replyTo(id: ActorId, result: CutResult): SupervisorReply {
  if (result.status === 'taken') return { status: 'cut', cut: result.cut }
  const { problem, actors, cause } = result
  return { status: 'error', error: { type: 'no_cut', id, problem, actors, cause } }
}
