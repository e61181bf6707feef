import { crash, describeReason, killed, type ExitReason } from '../protocol/exit-reason.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import { carryOut } from './after-commit.ts'
import { nothingAsked } from './asked.ts'
import type { Life } from './anatomy.ts'
import { checkBecoming } from './becoming.ts'
import type { Behavior, Step } from './behavior.ts'
import { CrashedError, DurableTurnError, FencedError, reasonOfThrown, StoreError, UnavailableError } from './errors.ts'
import type { EarlierTurns } from './effects/effects-of-turn.ts'
import { deepFreeze } from '../protocol/freeze.ts'
import { messageInfo, messageOf, type Message } from './message.ts'
import { migrateState } from './migration.ts'
import { passing } from './passing.ts'
import type { Commit, Committed, Outcome, TurnRecord } from './persistence.ts'
import type { Received } from './receiving/received.ts'
import { isCheckpointRequest, tellTaken } from './requested-checkpoint.ts'
import { endAskedBy } from './requested-end.ts'
import type { Runnable } from './scheduler.ts'
import { isThenable } from './thenable.ts'
import { TurnContext } from './turn-context.ts'
import type { Turns } from './turns.ts'

/** The most turns that one transaction commits. */
export const largestGroup = 512

/** Of a longer queue it is not noted what is being handled: that costs as much as a fast handler does. */
const longestNoted = 15

/** A group that has taken so long is closed at the end of the slice: who waits for its first reply does not wait for all of it. */
const longestGroupMs = 2

/** The reply is part of the commit: it cannot come later. */
const noAnswer: Outcome = Object.freeze({
  status: 'crashed',
  message: 'a durable handler must reply in its turn; it was handled',
})

const adviceOnSize =
  'all of it is written with every turn: keep what grows in a keyedMap(), of which only the entries that have changed are ' +
  "written, or in actors of its own, or use state: 'checkpointed'"

interface Turn {
  readonly message: Message
  readonly context: TurnContext
  readonly outcome: Outcome | undefined
  readonly dead: string | undefined
  readonly after: (() => void) | undefined
}

/** What a group has come to, and how it is written. */
interface GroupOutcome {
  readonly state: unknown
  readonly behavior: Behavior
  readonly frontier: number
  readonly commit: Commit
}

/**
 * The turns of an actor with a journal. A group of messages is handled on a tentative state; one transaction commits them all,
 * and only then replies, sends and timers leave. If one of a group throws, nothing of the group has left: it is dropped, those
 * before it are handled again, and it is handled alone, so that only the message that throws is to blame.
 *
 * A group goes on over several slices of the scheduler while messages wait and none of them takes long.
 */
export class DurableTurns implements Turns, EarlierTurns {
  current: Message | undefined = undefined
  blamed: number | undefined = undefined
  readonly #life: Life
  #group: Turn[] = []
  /** What the group has made of the committed state so far. */
  #tentative: { state: unknown; behavior: Behavior }
  /** So many messages are to be handled one by one, because a group of them failed. */
  #singly = 0
  /** So many messages are to be handled before the one that made a group of them fail. */
  #before = 0
  /** When the group was begun; nothing of one that ends with its slice. */
  #begunMs: number | undefined = undefined
  #isLeftOpen = false
  readonly #further: Runnable
  #stop: ExitReason | undefined = undefined
  /** The context of the turn that is under way. */
  #running: TurnContext | undefined = undefined
  /** Settles, and never rejects, when it is known what came of the commit of the turns before the one under way. */
  #committing: Promise<boolean> | undefined = undefined
  /** A message that begins when it is in the store that it does. */
  #beginning: Message | undefined = undefined
  /** The message whose attempt was counted before it began. */
  #counted = 0
  /** The number of the checkpoint that holds the committed state. */
  #checkpoint: number | undefined
  #hasToldLarge = false
  /** The group waits for room in an outbox. */
  #awaitsRoom = false
  /** Where it is noted which message is being handled, if it is. */
  #noted: number | undefined = undefined

  constructor(life: Life, checkpoint: number | undefined) {
    this.#life = life
    this.#checkpoint = checkpoint
    this.#tentative = { state: undefined, behavior: life.behavior }
    this.#further = { id: life.id, run: (budget) => this.#goOn(budget) }
  }

  get uncounted(): number | undefined {
    return this.blamed === this.#counted ? undefined : this.blamed
  }

  find(seq: number): Message | undefined {
    if (this.#beginning?.seq === seq) return this.#beginning
    return this.current?.seq === seq ? this.current : this.#group.find((turn) => turn.message.seq === seq)?.message
  }

  putAside(): void {
    throw new DurableTurnError(
      `${this.#life.cell.label}: stash: a durable turn cannot put its message aside, because messages are applied in the order ` +
        'of the journal. Keep what it says in the state, and deal with it later; nothing was done',
    )
  }

  receive(): Promise<Received> {
    const error = new DurableTurnError(
      `${this.#life.cell.label}: receive: a durable turn cannot take another message, because messages are applied in the order of ` +
        'the journal. Ask with ctx.request, whose answer is a message, and keep in the state what you wait for; nothing was taken',
    )
    return Promise.reject(error)
  }

  /** Everything has been written with every turn already. */
  wantCheckpoint(): void {}

  run(budget: number): boolean {
    const life = this.#life
    this.#tentative = { state: life.state, behavior: life.behavior }
    const { mailbox, world } = life.cell
    this.#begunMs = mailbox.size > budget ? world.clock.now() : undefined
    life.status = 'busy'
    return this.#take(budget)
  }

  /** Takes as many more into the group; true if the incarnation is idle with more to do. */
  #take(budget: number): boolean {
    const life = this.#life
    const size = this.#groupSize()
    const upTo = Math.min(size, this.#group.length + budget)
    while (this.#group.length < size && this.#stop === undefined) {
      if (this.#group.length >= upTo) {
        if (!this.#mayGoOn()) break
        this.#isLeftOpen = true
        life.cell.world.scheduler.ready(this.#further)
        return false
      }
      const message = life.cell.mailbox.shift()
      if (message === undefined) break
      if (this.#isStale(message)) continue
      if (this.#group.length > 0 && (isOfRuntime(message) || this.#isSuspect(message))) {
        life.cell.mailbox.putBack(message)
        break
      }
      // Everything before it is committed, and nothing is without a checkpoint.
      if (isCheckpointRequest(message)) {
        tellTaken(message, this.#checkpoint ?? 0)
        continue
      }
      const asked = endAskedBy(life, message)
      if (asked !== undefined) {
        life.stopReason ??= asked
        break
      }
      if (this.#isSuspect(message)) {
        this.#countFirst(message)
        return false
      }
      const begun = this.#begin(message)
      if (begun === 'waiting' || begun === 'failed') return false
    }
    return this.#closeGroup()
  }

  #groupSize(): number {
    if (this.#before > 0) return this.#before
    return this.#singly > 0 ? 1 : largestGroup
  }

  /** At the end of a slice: whether the group is to go on in another one, when others have had their turn. */
  #mayGoOn(): boolean {
    const { mailbox, isHeld, world } = this.#life.cell
    if (this.#begunMs === undefined || isHeld || mailbox.size === 0) return false
    return world.clock.now() - this.#begunMs < longestGroupMs
  }

  /** Another slice for a group that was left open. */
  #goOn(budget: number): boolean {
    const life = this.#life
    const { cell } = life
    if (!this.#isLeftOpen || life.status !== 'busy') return false
    this.#isLeftOpen = false
    const isOver = cell.isHeld || life.stopReason !== undefined
    const more = (): boolean => (isOver ? this.#closeGroup() : this.#take(budget))
    if (cell.world.attribution.run(life, more)) cell.wake()
    return false
  }

  /** The group goes back to where it came from, for the next incarnation. */
  abandon(reason?: ExitReason): void {
    const { mailbox } = this.#life.cell
    this.#running?.close()
    this.#running = undefined
    this.#isLeftOpen = false
    this.#endNote()
    const taken = this.#group.map(({ message, dead }) => ({ message, begun: dead === undefined }))
    if (this.current !== undefined) taken.push({ message: this.current, begun: true })
    if (this.#beginning !== undefined) taken.push({ message: this.#beginning, begun: false })
    this.current = undefined
    this.#beginning = undefined
    this.#group = []
    for (const { message, begun } of taken.reverse()) {
      // Only a crash on this very message counts as an attempt.
      if (begun && message.seq !== this.blamed) message.attempt -= 1
      // A notice means something to this incarnation only, which goes on when only its group was dropped.
      if (message.seq > 0 || this.#life.status === 'busy') mailbox.putBack(message)
      else message.caller?.fail(new CrashedError(this.#life.id, message.name, reason ?? killed))
    }
  }

  #isStale(message: Message): boolean {
    if (message.seq > 0) return message.seq <= this.#life.frontier
    return message.incarnation !== 0 && message.incarnation !== this.#life.number
  }

  /** It may have ended the process before, and may do so again: then somebody has to know. */
  #isSuspect({ seq, attempt }: Message): boolean {
    const { journal, spec } = this.#life.cell
    return seq > 0 && seq <= journal.suspectsTo && attempt < spec.maxAttempts && seq !== journal.setAside
  }

  /** Handles a message alone, when it is in the store that this has been begun. */
  #countFirst(message: Message): void {
    const { cell, id, number } = this.#life
    this.#beginning = message
    cell.store.commit(id, number, { turns: [], attempted: message.seq }).then(
      () => {
        if (this.#life.status !== 'busy') return
        this.#beginning = undefined
        this.#counted = message.seq
        const handle = (): boolean => this.#begin(message) === 'done' && this.#closeGroup()
        if (cell.world.attribution.run(this.#life, handle)) cell.wake()
      },
      (error: unknown) => {
        if (this.#life.status === 'busy') this.#life.end(crash(error), 'orderly')
      },
    )
  }

  #begin(message: Message): 'done' | 'waiting' | 'failed' {
    const life = this.#life
    const { cell } = life
    message.attempt += 1
    this.current = message
    message.renewInput()
    const context = new TurnContext(life, message, this)
    this.#running = context
    if (message.seq > 0 && (message.attempt > cell.spec.maxAttempts || message.seq === cell.journal.setAside)) {
      this.#giveUp(message, context)
      return 'done'
    }
    if (message.seq > 0 && message.seq !== this.#counted) this.#note(message.seq)
    let step: Step<unknown> | PromiseLike<Step<unknown>>
    try {
      const { state, behavior } = this.#tentative
      const { middleware } = cell.world
      step =
        middleware === undefined
          ? behavior.handle(state, message, context)
          : middleware.handle({ behavior, state, message, ctx: context })
    } catch (error) {
      if (life.status === 'busy') this.#threw(error)
      return 'failed'
    }
    if (isThenable(step)) {
      step.then(
        (late) => {
          this.#resume(context, () => {
            if (this.#add(message, context, late) && this.#closeGroup()) cell.wake()
          })
        },
        (error: unknown) => this.#resume(context, () => this.#threw(error)),
      )
      return 'waiting'
    }
    if (life.status !== 'busy') return 'failed'
    return this.#add(message, context, step) ? 'done' : 'failed'
  }

  #note(seq: number): void {
    const { cell, id } = this.#life
    const { turns } = cell.store
    const isFirst = this.#group.length === 0
    if (turns === undefined || (this.#noted === undefined && (!isFirst || cell.mailbox.size > longestNoted))) return
    this.#noted = turns.begin(id, seq, this.#noted)
  }

  /** Nothing is being handled at this moment. */
  #endNote(): void {
    if (this.#noted === undefined) return
    this.#life.cell.store.turns?.end(this.#noted)
    this.#noted = undefined
  }

  /** A handler that took its time is over: goes on with its turn, unless that was dropped meanwhile. */
  #resume(context: TurnContext, goOn: () => void): void {
    if (this.#life.status !== 'busy' || this.#running !== context) return
    if (this.#committing === undefined) goOn()
    else void this.#committing.then(() => this.#resume(context, goOn))
  }

  async commitEarlier(): Promise<void> {
    if (this.#group.length === 0) return
    const isCommitted = await (this.#committing ??= this.#commitGroup())
    if (!isCommitted) throw new DurableTurnError(`${this.#life.cell.label}: the turn was dropped; it is handled again`)
  }

  /** True when the group so far is committed, and the turn under way is the first of the next. */
  async #commitGroup(): Promise<boolean> {
    const group = this.#group
    const now = this.#outcomeOf(group)
    try {
      let committed = await this.#life.cell.store.commit(this.#life.id, this.#life.number, now.commit)
      while (committed.full !== undefined) {
        await this.#life.cell.world.links?.whenRoom(committed.full)
        committed = await this.#life.cell.store.commit(this.#life.id, this.#life.number, now.commit)
      }
      this.#committing = undefined
      return this.#keep(group, now, committed)
    } catch (error) {
      this.#committing = undefined
      this.#refusedByStore(group, error)
      return false
    }
  }

  /** False if what the turn has come to cannot be kept: it counts as thrown. */
  #add(message: Message, context: TurnContext, step: Step<unknown>): boolean {
    let { state, outcome } = step
    try {
      context.leaveEffects()
      checkBecoming(this.#life.cell, step.behavior)
      // What it gives may throw where it is looked into.
      if (this.#life.cell.world.freezesStates) state = deepFreeze(state)
      if (message.kind === 'call' && outcome === undefined) outcome = noAnswer
      else if (outcome !== undefined) outcome = passing(this.#life, outcome)
    } catch (error) {
      this.#threw(error)
      return false
    }
    context.close()
    this.#tentative = { state, behavior: step.behavior ?? this.#tentative.behavior }
    this.#stop = step.stop ?? context.stopWanted
    if (outcome !== undefined) context.answerRequest(outcome)
    this.#group.push({ message, context, outcome, dead: undefined, after: step.after })
    this.current = undefined
    this.#running = undefined
    return true
  }

  /** A message that has crashed its actor too often, or was set aside, is dealt with by not handling it. */
  #giveUp(message: Message, context: TurnContext): void {
    context.close()
    message.attempt -= 1
    const isSetAside = message.seq === this.#life.cell.journal.setAside
    const why = isSetAside ? 'its supervisor has set it aside' : `handling it ended in a crash ${message.attempt} times`
    const outcome: Outcome = { status: 'crashed', message: `${why}; it is a dead letter now` }
    context.answerRequest(outcome)
    this.#group.push({ message, context, outcome, dead: 'crashed', after: undefined })
    this.current = undefined
  }

  /** True if the incarnation is idle with more to do. */
  #closeGroup(): boolean {
    this.#endNote()
    const life = this.#life
    const { cell } = life
    if (this.#group.length === 0) return life.goesOn() && cell.mailbox.size > 0
    const group = this.#group
    this.#write(group, this.#outcomeOf(group))
    return false
  }

  #write(group: readonly Turn[], now: GroupOutcome): void {
    const { cell, number } = this.#life
    cell.store.commit(cell.id, number, now.commit).then(
      (committed) => {
        if (committed.full === undefined) this.#committed(group, now, committed)
        else this.#waitForRoom(group, now, committed.full)
      },
      (error: unknown) => this.#refusedByStore(group, error),
    )
  }

  /** Nothing is lost for want of room in an outbox: the group waits for it, and whoever sends to this actor waits with it. */
  #waitForRoom(group: readonly Turn[], now: GroupOutcome, links: readonly string[]): void {
    const life = this.#life
    if (life.status !== 'busy') return
    this.#awaitsRoom = true
    const counted = this.#counted
    // It has run to its end: if the process dies while it waits, it is not to blame.
    if (counted > 0 && group.some(({ message }) => message.seq === counted))
      life.cell.store.commit(life.id, life.number, { turns: [], spared: counted }).catch(() => undefined)
    this.#counted = 0
    if (life.stopReason !== undefined) return this.hurry()
    void life.cell.world.links?.whenRoom(links).then(() => {
      if (!this.#awaitsRoom || life.status !== 'busy') return
      this.#awaitsRoom = false
      this.#write(group, now)
    })
  }

  hurry(): void {
    if (!this.#awaitsRoom) return
    this.#awaitsRoom = false
    this.abandon()
    this.#stop = undefined
    this.#life.goesOn()
  }

  #outcomeOf(group: readonly Turn[]): GroupOutcome {
    const { state, behavior } = this.#tentative
    const turns = group.map(recordOf).filter((turn) => turn !== undefined)
    const frontier = turns.findLast(({ seq }) => seq > 0)?.seq ?? this.#life.frontier
    const snapshot = { behavior: behavior.name, version: behavior.version, state, frontier }
    return {
      state,
      behavior,
      frontier,
      commit: { turns, checkpoint: { snapshot, cause: 'turn', limits: this.#life.cell.spec.checkpoints } },
    }
  }

  #committed(group: readonly Turn[], now: GroupOutcome, committed: Committed): void {
    const life = this.#life
    if (!this.#keep(group, now, committed)) return
    const stop = this.#stop
    this.#stop = undefined
    if (stop !== undefined) life.stopReason ??= stop
    if (life.goesOn()) life.cell.wake()
  }

  /** False if the incarnation does not go on. */
  #keep(group: readonly Turn[], now: GroupOutcome, committed: Committed): boolean {
    const life = this.#life
    const { cell } = life
    const { world } = cell
    world.emit({ type: 'committed', id: cell.id, incarnation: life.number, frontier: now.frontier, turns: group.length })
    if (life.status === 'busy' || life.status === 'ending') {
      life.state = now.state
      life.behavior = now.behavior
      life.frontier = now.frontier
      this.#group = []
    }
    this.#checkpoint = committed.checkpoint
    this.#countKept(group.length)
    if (committed.largeBytes !== undefined) this.#tellLarge(committed.largeBytes)
    release(life, group, committed)
    for (const { after } of group) if (after !== undefined && !carryOut(life, after)) return false
    return life.isActive
  }

  #countKept(turns: number): void {
    if (this.#before === 0) this.#singly = Math.max(0, this.#singly - turns)
    else {
      this.#before = Math.max(0, this.#before - turns)
      if (this.#before === 0) this.#singly = 1
    }
  }

  #tellLarge(bytes: number): void {
    if (this.#hasToldLarge) return
    this.#hasToldLarge = true
    const { cell, number, id } = this.#life
    cell.world.emit({ type: 'large state', id, incarnation: number, bytes, advice: adviceOnSize })
  }

  /** A handler threw. Alone, its message is to blame; in a group, nothing has left yet and all of it can be done again singly. */
  #threw(error: unknown): void {
    this.#endNote()
    const life = this.#life
    const { current } = this
    if (this.#group.length > 0) {
      this.#before = this.#group.length
      this.#singly = 0
      this.#dropGroup(error)
    } else {
      if (current !== undefined && current.seq > 0) this.blamed = current.seq
      life.end(reasonOfThrown(error), 'orderly')
    }
  }

  #dropGroup(error: unknown): void {
    const life = this.#life
    const { cell } = life
    const size = this.#group.length + (this.current === undefined ? 0 : 1)
    cell.world.emit({ type: 'group dropped', id: cell.id, incarnation: life.number, turns: size, error })
    this.abandon()
    this.#stop = undefined
    // The handlers may have changed the state in place: only the store knows for sure what was committed.
    this.#reload().then(
      (state) => {
        if (life.status !== 'busy') return
        life.state = state
        if (life.goesOn()) cell.wake()
      },
      (problem: unknown) => {
        if (life.status === 'busy') life.end(crash(problem), 'orderly')
      },
    )
  }

  async #reload(): Promise<unknown> {
    const life = this.#life
    const { cell } = life
    if (cell.world.freezesStates || this.#checkpoint === undefined) return life.state
    const checkpoint = await cell.store.read(cell.id, this.#checkpoint)
    return checkpoint === undefined ? life.state : migrateState(life.behavior, checkpoint)
  }

  #refusedByStore(group: readonly Turn[], error: unknown): void {
    const life = this.#life
    if (life.status !== 'busy') return
    this.#stop = undefined
    if (error instanceof StoreError || error instanceof FencedError) {
      life.end(crash(error), 'orderly')
      return
    }
    // The store is well, but something in this group cannot be stored.
    if (group.length > 1) {
      this.#before = 0
      this.#singly = group.length
      this.#dropGroup(error)
      return
    }
    this.blamed = group[0]?.message.seq
    life.end(crash(error), 'orderly')
  }
}

/** What the runtime may answer itself, and therefore in no group. */
function isOfRuntime(message: Message): boolean {
  const { kind, name } = message
  return (kind === 'info' && name === 'stop') || isCheckpointRequest(message)
}

function recordOf({ message, context, outcome, dead }: Turn): TurnRecord | undefined {
  const { sends, timersSet, timersCancelled, members } = context.asked ?? nothingAsked
  const hasEffects = sends.length + timersSet.length + timersCancelled.length + members.length > 0
  // What came from outside the journal (a notice that a monitored actor ended) has no number to advance to.
  if (message.seq === 0 && !hasEffects) return undefined
  const record = { seq: message.seq, outcome, sends, timersSet, timersCancelled, members }
  return dead === undefined ? record : { ...record, dead }
}

/** What is committed leaves, whatever has become of the incarnation since. */
function release(life: Life, group: readonly Turn[], committed: Committed): void {
  const { cell } = life
  const { world } = cell
  for (const { message, outcome, dead } of group) {
    if (outcome !== undefined) message.caller?.settle(outcome)
    if (outcome?.status === 'refused')
      world.emit({ type: 'refused', id: cell.id, message: messageInfo(message), refusal: outcome.refusal })
    if (dead !== undefined) world.deadLetter(cell.id, message, 'crashed')
  }
  for (const { context } of group) {
    const { asked } = context
    if (asked === undefined) continue
    for (const member of asked.members) world.router.startMember(member, { isSaved: true })
    for (const leave of asked.unjournaled) leave()
    for (const timer of asked.timersCancelled) life.cancelTimer(timer)
    if (!life.isActive) continue
    for (const timer of asked.timersSet) world.armTimer(life, timer)
    for (const bond of asked.bonds) bond()
  }
  for (const { to, message } of committed.deliveries) world.router.deliverJournaled(to, messageOf(message))
  if (committed.posted !== undefined) for (const link of committed.posted) world.links?.posted(link)
}

/** What a caller is told whose message was applied by a commit that reported a failure. */
export function unknownOutcome(id: ActorId, message: Message, reason: ExitReason | undefined): UnavailableError {
  const why = reason === undefined ? '' : ` (${describeReason(reason)})`
  return new UnavailableError(id, message.name, `the store failed while the reply was on its way${why}; it was handled`)
}
