import type { ExitReason } from '../protocol/exit-reason.ts'
import type { TermContext } from './behavior.ts'
import type { Life, Manner } from './anatomy.ts'
import type { Port } from './context.ts'
import { reasonOfThrown } from './errors.ts'
import type { LastWill, Snapshot } from './persistence.ts'
import { saveElsewhere } from './save-elsewhere.ts'
import { sleep } from './sleep.ts'

/** What `term` wants to be kept: a state, or none. */
interface Wish {
  readonly state: { readonly value: unknown } | undefined
}

/**
 * The end of an incarnation that has something to leave behind: `term`, then the last checkpoint, both within the time that
 * the child spec allows. The exit is reported after that, also when it fails.
 */
export async function leave(life: Life, reason: ExitReason, manner: Manner): Promise<void> {
  const hook = manner === 'orderly' ? life.hooks.term : undefined
  const told = hook === undefined ? undefined : await runTerm(life, reason, hook)
  if (!isEnding(life)) return
  const wish = told?.wish
  const final = told?.reason ?? reason
  await seal(life, final, wish)
  // What `term` made is what comes back, from memory as from the store.
  if (wish?.state !== undefined && isEnding(life)) life.state = wish.state.value
  life.finish(final)
}

/** Gives no wish if `term` fails, only its reason: what it wanted is not known for sure, and the committed state is always right. */
async function runTerm(
  life: Life,
  reason: ExitReason,
  hook: NonNullable<Life['hooks']['term']>,
): Promise<{ readonly wish?: Wish; readonly reason?: ExitReason }> {
  const abort = new AbortController()
  let state: Wish['state']
  const context: TermContext<unknown> = {
    id: life.id,
    incarnation: life.number,
    reason,
    state: life.state,
    signal: abort.signal,
    sleep: (time) => sleep(life.cell.world.clock, time, abort.signal),
    ref: (definition, path) => definition.reference(portOf(life), path),
    checkpoint: (...given) => {
      state = { value: given.length === 0 ? life.state : given[0] }
    },
  }
  try {
    await withinLimit(life, abort, () => life.cell.world.attribution.run(life, async () => hook(context)))
    return { wish: { state } }
  } catch (error) {
    life.cell.world.emit({ type: 'term failed', id: life.id, incarnation: life.number, error })
    // As in OTP: what `term` ends with takes the place of the reason; that it took too long is known by the limit alone.
    return error instanceof TermLimitError ? {} : { reason: reasonOfThrown(error) }
  }
}

async function withinLimit(life: Life, abort: AbortController, run: () => Promise<void>): Promise<void> {
  const limitMs = life.cell.spec.termLimitMs
  await new Promise<void>((resolve, reject) => {
    const timer =
      limitMs === Infinity
        ? undefined
        : life.cell.world.clock.setTimer(limitMs, () => {
            const late = new TermLimitError(`term took longer than ${limitMs} ms`)
            abort.abort(late)
            reject(late)
          })
    // Who is killed meanwhile waits for nothing any more, and leaves no timer behind.
    let isOver = false
    life.whenEnded(() => {
      timer?.cancel()
      if (isOver) return
      const cut = new TermLimitError('the incarnation was killed before its term ended')
      abort.abort(cut)
      reject(cut)
    })
    run()
      .then(resolve, reject)
      .finally(() => {
        isOver = true
        timer?.cancel()
      })
  })
}

async function seal(life: Life, reason: ExitReason, wish: Wish | undefined): Promise<void> {
  const { cell } = life
  const { persistence } = cell.world
  if (cell.spec.mode === 'volatile' || persistence === undefined) return
  const will = { reason, crashedOn: life.turns.uncounted, limits: cell.spec.checkpoints }
  try {
    const last = await lastCheckpoint(life, snapshotOf(life, wish))
    if (!isEnding(life)) return
    const number = await persistence.seal(life.id, life.number, { ...will, ...last })
    if (number !== undefined)
      cell.world.emit({ type: 'checkpointed', id: life.id, incarnation: life.number, number, cause: 'term' })
  } catch (error) {
    if (!isEnding(life)) return
    cell.world.emit({ type: 'checkpoint failed', id: life.id, error })
    // The state cannot be stored, or the store is not to be had: at least the exit itself is told to the store.
    await persistence.seal(life.id, life.number, { ...will, snapshot: undefined }).catch(() => undefined)
  }
}

/** What is kept elsewhere is saved there first, within the time for the end; and what is under way is done before. */
async function lastCheckpoint(life: Life, snapshot: Snapshot | undefined): Promise<Pick<LastWill, 'snapshot' | 'number'>> {
  const { checkpointable } = life.behavior
  if (checkpointable === undefined) return { snapshot }
  const abort = new AbortController()
  let last: Pick<LastWill, 'snapshot' | 'number'> = { snapshot: undefined }
  await withinLimit(life, abort, async () => {
    await life.turns.settled?.()
    if (snapshot === undefined) return
    last = await saveElsewhere(life, checkpointable, { state: snapshot.state, cause: 'term', signal: abort.signal })
  })
  return { snapshot: last.snapshot, number: last.number }
}

/** A durable actor has committed its state with its last turn: only a state that `term` made is news. */
function snapshotOf(life: Life, wish: Wish | undefined): Snapshot | undefined {
  // Without a hook, after one that failed, and after a signal, the default: the committed state, as it is by now.
  const state = wish === undefined ? { value: life.state } : wish.state
  if (state === undefined || (life.cell.spec.mode === 'durable' && state.value === life.state)) return undefined
  return { behavior: life.behavior.name, version: life.behavior.version, state: state.value, frontier: life.frontier }
}

/** An actor that ends has a context no more, and may still say goodbye. */
function portOf({ id, cell }: Life): Port {
  const { world } = cell
  const { router } = world
  return {
    call: (to, name, input, options) => router.call(to, { name, input, sender: id }, options),
    cast: (to, name, input, options) => router.cast(to, { name, input, sender: id }, options),
    stream: (to, name, input, options) => router.stream(to, { name, input, sender: id }, options),
    stopActor: (to, reason, options) => router.stop(to, reason, options),
    whenUp: (to, options) => world.whenUp(to, options),
    checkpointActor: (to, options) => router.checkpoint(to, options),
    isJournaled: (to) => router.isJournaled(to),
    sleep: (time, signal) => sleep(world.clock, time, signal),
    nextNumber: () => world.nextNumber(),
  }
}

/** What is reported when `term` is not waited for any longer. */
class TermLimitError extends Error {}

/** A kill may have come first, at any moment. */
function isEnding(life: Life): boolean {
  return life.status === 'ending'
}
