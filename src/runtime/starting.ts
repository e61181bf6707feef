import { ConfigurationError } from '../protocol/errors.ts'
import { crash, killed, normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { Cell, Life } from './anatomy.ts'
import type { Beginning } from './beginning.ts'
import type { Behavior, Hooks, StartCause, StartPlan, StateSource } from './behavior.ts'
import { DurableTurns, largestGroup, unknownOutcome } from './durable-turns.ts'
import { ExitError, IgnoreError, reasonOfThrown, StateUnreadableError } from './errors.ts'
import { deepFreeze } from '../protocol/freeze.ts'
import { Incarnation } from './incarnation.ts'
import { LiveContext } from './live-context.ts'
import { loadElsewhere } from './load-elsewhere.ts'
import { messageOf, type Message } from './message.ts'
import { describeName } from './names.ts'
import type { Revived } from './persistence.ts'
import { openForStart, recoverDown } from './ladder.ts'
import { behaviorNamed, fromMemory, restore, type Recovered } from './recovery.ts'
import { overrideHooks, startingHook } from './start-plan.ts'
import { resume, StartingContext } from './starting-context.ts'
import { isThenable } from './thenable.ts'
import { VolatileTurns } from './volatile-turns.ts'

/** Who starts an actor, and why. */
export interface StartOrigin {
  readonly cause: StartCause
  /** Why the incarnation before ended, if the supervisor knows. */
  readonly reason: ExitReason | undefined
  readonly parent: Life | undefined
  /** The hook that was asked for; which one runs depends on the incarnation if not given. */
  readonly hook?: 'init' | 'restart'
  /** Ties the new incarnation to others before anything of it runs. */
  readonly bind?: ((life: Life) => void) | undefined
}

/** What came of a start. */
export type Started =
  | { readonly status: 'started'; readonly incarnation: number; readonly beginning: Beginning }
  | { readonly status: 'ignored' }
  | { readonly status: 'failed'; readonly reason: ExitReason }

/** What there is to go on from. */
interface Found {
  readonly recovered: Recovered | undefined
  /** What the store knows; nothing of an actor that keeps nothing there. */
  readonly revived: Revived | undefined
}

/** The first state of an incarnation. */
interface FirstState {
  readonly state: unknown
  readonly behavior: Behavior
  readonly frontier: number
  readonly source: StateSource
  /** The number of the checkpoint that it was made of. */
  readonly checkpoint: number | undefined
}

/**
 * Starts the next incarnation of an actor: recover, ask the hook, build the state, and publish last. At once where nothing has
 * to be waited for. Nothing of it is left when it fails.
 */
export function startActor(cell: Cell, origin: StartOrigin): Started | Promise<Started> {
  const attempt = cell.starts
  cell.starts += 1
  if (cell.spec.mode !== 'volatile') return startFromStore(cell, origin, attempt)
  const life = conceive(cell, cell.incarnation + 1, origin)
  life.turns = new VolatileTurns(life)
  if (!life.isActive) return fail(cell, life, life.endReason ?? killed)
  try {
    const found = { recovered: fromMemory(cell), revived: undefined }
    const plan = askHook(life, origin, attempt, found)
    const first = isThenable(plan) ? carryOutLater(plan, life, found) : carryOut(plan, life, found)
    return isThenable(first) ? publishLater(life, origin, first) : publish(life, origin, first)
  } catch (error) {
    return failed(cell, life, error)
  }
}

// Apart, because most starts need no closures.

async function carryOutLater(plan: Promise<StartPlan>, life: Incarnation, found: Found): Promise<FirstState> {
  return carryOut(await plan, life, found)
}

async function publishLater(life: Incarnation, origin: StartOrigin, first: Promise<FirstState>): Promise<Started> {
  try {
    return publish(life, origin, await unlessEnded(life, first))
  } catch (error) {
    return failed(life.cell, life, error)
  }
}

/** Who is killed while it starts does not come up, however long its code goes on. */
function unlessEnded<T>(life: Incarnation, promise: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (reason: ExitReason): void => reject(new ExitError(reason))
    life.whenEnded(ended)
    // Whoever may still be told keeps the promise, and with it the state with which the actor began.
    void promise.then(resolve, reject).then(() => life.tellNoMore(ended))
  })
}

async function startFromStore(cell: Cell, origin: StartOrigin, attempt: number): Promise<Started> {
  let life: Incarnation | undefined
  try {
    if (cell.spec.mode === 'durable') cell.journal.isOpening = true
    const opened = await openForStart(cell)
    tellOfRecovery(cell, opened)
    // The process before has had no time to say what ended it: it may have been what this actor handled.
    if (attempt === 0 && opened.lastExit?.type === 'noconnection')
      cell.journal.suspectsTo = opened.backlog.slice(0, largestGroup).at(-1)?.seq ?? 0
    // Who asked for it may be gone by now, and another start may have been quicker.
    if (cell.life !== undefined || origin.parent?.isActive === false) return fail(cell, undefined, killed)
    life = conceive(cell, opened.incarnation, origin)
    if (cell.spec.mode === 'durable') cell.journal.isOpening = false
    life.turns = new VolatileTurns(life)
    const found = await recoverDown(cell, life, opened)
    const plan = await unlessEnded(life, Promise.resolve(askHook(life, origin, attempt, found)))
    const first = await unlessEnded(life, Promise.resolve(carryOut(plan, life, found)))
    const checkpoint = await secure(life, first, plan, found)
    if (cell.spec.mode === 'durable') life.turns = new DurableTurns(life, checkpoint)
    const { revived } = found
    const started = publish(life, origin, first, { revived, plan })
    if (revived.expired !== undefined) life.turns.tellExpired?.(revived.expired)
    return started
  } catch (error) {
    return failed(cell, life, error)
  }
}

function conceive(cell: Cell, number: number, { parent, bind }: StartOrigin): Incarnation {
  const life = new Incarnation(cell, { number, behavior: cell.spec.behavior, parent })
  life.context = new LiveContext(life)
  cell.life = life
  cell.incarnation = number
  cell.supervisor = parent?.id
  bind?.(life)
  return life
}

function askHook(
  life: Incarnation,
  origin: StartOrigin,
  attempt: number,
  { recovered, revived }: Found,
): StartPlan | Promise<StartPlan> {
  const { cell } = life
  const name = hookOf(cell, life.number, origin)
  const hook = name === 'none' ? undefined : hooksOf(cell)[name]
  if (hook === undefined) return origin.hook === 'init' ? { type: 'fresh' } : resume
  const context = new StartingContext(life, {
    attempt,
    cause: causeOf(life, origin, revived),
    reason: origin.reason ?? cell.lastExit ?? revived?.lastExit,
    offered: recovered?.offered,
    checkpoints: revived?.checkpoints ?? [],
  })
  return askInScope(life, hook, context)
}

function askInScope(
  life: Incarnation,
  hook: NonNullable<Hooks<unknown, unknown>['init']>,
  context: StartingContext,
): StartPlan | Promise<StartPlan> {
  const plan = life.cell.world.attribution.run(life, () => hook(context))
  return isThenable(plan) ? Promise.resolve(plan).then((late) => late ?? resume) : (plan ?? resume)
}

/** Why it starts: a supervisor that starts itself calls every child's start its first, though the child may have lived before. */
function causeOf(life: Incarnation, { cause }: StartOrigin, revived: Revived | undefined): StartCause {
  if (life.number === 1) return 'first'
  if (cause !== 'first') return cause
  return revived !== undefined && life.cell.starts === 1 ? 'process' : 'exit'
}

function carryOut(plan: StartPlan, life: Incarnation, found: Found): FirstState | Promise<FirstState> {
  const { cell } = life
  switch (plan.type) {
    case 'resume':
      return resumed(found.recovered) ?? firstState(life, cell.spec.args, frontierOf(found))
    case 'fresh':
      return firstState(life, plan.args === undefined ? cell.spec.args : plan.args.value, frontierOf(found))
    case 'become':
      // A stored state must be able to find its behavior again.
      cell.world.catalogue.add(plan.behavior)
      return { state: plan.state, behavior: plan.behavior, frontier: frontierOf(found), source: 'given', checkpoint: undefined }
    case 'from':
      return fromCheckpoint(life, plan.checkpoint, frontierOf(found))
  }
}

async function fromCheckpoint(life: Incarnation, number: number, frontier: number): Promise<FirstState> {
  const { cell } = life
  const checkpoint = await cell.world.persistence?.read(cell.id, number)
  if (checkpoint === undefined) throw new StateUnreadableError(cell.id, `there is no readable checkpoint ${number}`)
  if (checkpoint.isElsewhere === true) {
    const behavior = behaviorNamed(cell, checkpoint.behavior)
    const loaded = await loadElsewhere({ cell, life, behavior }, [checkpoint])
    if (loaded === undefined) throw new StateUnreadableError(cell.id, `checkpoint ${number} was asked for, and load gave nothing`)
    return { state: loaded.state, behavior, frontier, source: 'checkpoint', checkpoint: number }
  }
  const { behavior, offered } = restore(cell, checkpoint)
  return { state: offered.state, behavior, frontier, source: 'checkpoint', checkpoint: number }
}

/** Whatever state it begins with, what has been applied stays applied. */
function frontierOf({ recovered, revived }: Found): number {
  return Math.max(recovered?.offered.frontier ?? 0, revived?.frontier ?? 0, revived?.checkpoints[0]?.frontier ?? 0)
}

function resumed(recovered: Recovered | undefined): FirstState | undefined {
  if (recovered === undefined) return undefined
  const { state, frontier, source, checkpoint } = recovered.offered
  return { state, behavior: recovered.behavior, frontier, source, checkpoint }
}

function firstState(life: Incarnation, args: unknown, frontier: number): FirstState | Promise<FirstState> {
  const { cell } = life
  const state = cell.world.attribution.run(life, () => cell.spec.behavior.initial(args, life.context))
  return isThenable(state) ? lateState(state, life, frontier) : initialState(state, life, frontier)
}

async function lateState(state: PromiseLike<unknown>, life: Incarnation, frontier: number): Promise<FirstState> {
  return initialState(await state, life, frontier)
}

function initialState(state: unknown, { cell }: Incarnation, frontier: number): FirstState {
  return { state, behavior: cell.spec.behavior, frontier, source: 'initial', checkpoint: undefined }
}

/** A state that the store could not give again is written before anybody relies on it; this also shows that it can be. */
async function secure(life: Incarnation, first: FirstState, plan: StartPlan, found: Found): Promise<number | undefined> {
  // Kept elsewhere is what was asked for, and no more.
  if (first.behavior.checkpointable !== undefined) return first.checkpoint
  const known = found.recovered?.offered
  // One that was rebuilt with the journal is in no checkpoint.
  if (plan.type === 'resume' && known !== undefined && found.revived?.replay.length === 0) return known.checkpoint
  const { cell } = life
  const snapshot = {
    behavior: first.behavior.name,
    version: first.behavior.version,
    state: first.state,
    frontier: first.frontier,
  }
  const order = { snapshot, cause: 'start', limits: cell.spec.checkpoints } as const
  const { checkpoint } = await cell.store.commit(cell.id, life.number, { turns: [], checkpoint: order })
  return checkpoint
}

function publish(life: Incarnation, origin: StartOrigin, first: FirstState, by?: Steps): Started {
  const { cell } = life
  const { world, spec } = cell
  const revived = by?.revived
  if (life.status !== 'starting') return fail(cell, life, life.endReason ?? killed)
  if (spec.name !== undefined && !world.names.claim(spec.name, cell.id))
    return fail(cell, life, crash(nameTaken(cell, spec.name)))
  life.behavior = first.behavior
  life.state = world.freezesStates ? deepFreeze(first.state) : first.state
  life.frontier = first.frontier
  if (revived !== undefined) takeBacklog(cell, revived)
  life.isBorn = true
  life.status = 'idle'
  cell.isRetired = false
  const cause = causeOf(life, origin, revived)
  if (hasLostState(cell, life)) world.emit({ type: 'state lost', id: cell.id, incarnation: life.number })
  world.emit({
    type: 'started',
    id: cell.id,
    incarnation: life.number,
    behavior: first.behavior.name,
    source: first.source,
    cause,
  })
  if (revived !== undefined) world.armTimers(life, revived.timers)
  life.madeFollowUps?.arm()
  begin(life)
  if (cell.mailbox.size > 0) cell.wake()
  return { status: 'started', incarnation: life.number, beginning: beginningOf(life, origin, first, by) }
}

function begin(life: Incarnation): void {
  const { behavior, cell } = life
  if (behavior.begun === undefined) return
  try {
    cell.world.attribution.run(life, () => behavior.begun?.(life.state, life.context))
  } catch (error) {
    life.end(reasonOfThrown(error), 'orderly')
  }
}

/** What a start that had to ask and to recover went by. */
interface Steps {
  readonly revived: Revived | undefined
  readonly plan: StartPlan
}

function beginningOf(life: Incarnation, origin: StartOrigin, first: FirstState, by: Steps | undefined): Beginning {
  const { source, checkpoint } = first
  const replayed = source === 'checkpoint' && by?.plan.type === 'resume' ? (by.revived?.replay.length ?? 0) : 0
  return { hook: hookOf(life.cell, life.number, origin), state: replayed > 0 ? 'journal' : source, checkpoint, replayed }
}

function hooksOf({ spec }: Cell): Hooks<unknown, unknown> {
  return overrideHooks(spec.behavior.hooks, spec.hooks)
}

function hookOf(cell: Cell, incarnation: number, { hook }: StartOrigin): Beginning['hook'] {
  return startingHook(hooksOf(cell), incarnation, hook)
}

/** A former process had this actor too, and nothing of it was kept. */
function hasLostState({ spec, starts, world }: Cell, life: Incarnation): boolean {
  return spec.mode === 'volatile' && starts === 1 && life.behavior.startsAnew !== true && (world.persistence?.info.epoch ?? 0) > 1
}

/** The journal and the mailbox of the identity made one: each message once, in the order of the journal, with who waits for it. */
function takeBacklog(cell: Cell, { frontier, backlog }: Revived): void {
  const { mailbox, id } = cell
  const queued = mailbox.takeAll()
  const bySeq = new Map(queued.filter(({ seq }) => seq > 0).map((message) => [message.seq, message]))
  for (const journaled of backlog) {
    const message = bySeq.get(journaled.seq) ?? messageOf(journaled)
    message.attempt = journaled.attempts
    cell.journal.meetEarlyCallers(message)
    mailbox.push(message)
    cell.journal.lastSeq = Math.max(cell.journal.lastSeq, journaled.seq)
    bySeq.delete(journaled.seq)
  }
  const isApplied = (message: Message): boolean => message.seq > 0 && message.seq <= frontier
  for (const message of queued) {
    if (isApplied(message)) message.caller?.fail(unknownOutcome(id, message, cell.lastExit))
    else if (message.seq === 0 || bySeq.has(message.seq)) mailbox.push(message)
  }
}

function fail(cell: Cell, life: Incarnation | undefined, reason: ExitReason): Started {
  if (cell.spec.mode === 'durable') cell.journal.isOpening = false
  life?.finish(reason)
  cell.world.emit({ type: 'start failed', id: cell.id, reason })
  return { status: 'failed', reason }
}

function failed(cell: Cell, life: Incarnation | undefined, error: unknown): Started {
  if (!(error instanceof IgnoreError)) return fail(cell, life, life?.endReason ?? reasonOfThrown(error))
  life?.finish(normal)
  cell.world.emit({ type: 'start ignored', id: cell.id })
  return { status: 'ignored' }
}

function tellOfRecovery({ world, id }: Cell, { incarnation, frontier, replay, backlog }: Revived): void {
  world.emit({ type: 'recovering', id, incarnation, frontier, replayed: replay.length, backlog: backlog.length })
}

function nameTaken(cell: Cell, name: string): ConfigurationError {
  const owner = cell.world.names.ownerOf(name)
  return new ConfigurationError({
    path: `${cell.label}: name`,
    rule: 'must not be the name of another actor',
    value: describeName(name),
    remedy: `It belongs to ${owner ?? 'another actor'}`,
  })
}

export function whenGone(life: Life): Promise<void> {
  return new Promise((resolve) => {
    life.whenEnded(() => resolve())
  })
}
