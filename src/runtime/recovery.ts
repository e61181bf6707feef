import type { Cell, Life } from './anatomy.ts'
import type { Behavior, Offered } from './behavior.ts'
import { StateUnreadableError } from './errors.ts'
import { messageOf } from './message.ts'
import { migrateState } from './migration.ts'
import type { Checkpoint, Journaled, Revived } from './persistence.ts'
import { TurnContext } from './turn-context.ts'

/** The state that a new incarnation may go on from, with the behavior that it belongs to. */
export interface Recovered {
  readonly behavior: Behavior
  readonly offered: Offered<unknown>
}

/** The last state in memory, if there is one. */
export function fromMemory({ memory }: Cell): Recovered | undefined {
  if (memory === undefined) return undefined
  const { behavior, state, frontier } = memory
  return { behavior, offered: { state, behavior: behavior.name, source: 'memory', checkpoint: undefined, frontier } }
}

/** The newest state there is: of memory and store the one that has come further. A journal is in the store only. */
export async function recover(cell: Cell, life: Life, revived: Revived): Promise<Recovered | undefined> {
  for (const { number, problem } of revived.damaged) cell.world.emit({ type: 'checkpoint damaged', id: cell.id, number, problem })
  const memory = cell.spec.mode === 'durable' ? undefined : fromMemory(cell)
  const { offered } = revived
  const isAhead = memory !== undefined && memory.offered.frontier >= (offered?.frontier ?? 0)
  if (!isAhead && cell.spec.checkpoints?.onLoadFailure === 'fail') refuseToFallBack(cell, revived)
  if (offered === undefined) {
    if (memory === undefined) refuseToForget(cell, revived)
    return memory
  }
  if (isAhead) return memory
  const restored = restore(cell, offered)
  const state = await replay(life, restored, revived.replay)
  const frontier = revived.replay.at(-1)?.seq ?? offered.frontier
  return { behavior: state.behavior, offered: { ...restored.offered, state: state.state, frontier } }
}

/** The state of one checkpoint, brought up to the version of the code. */
export function restore(cell: Cell, checkpoint: Checkpoint): Recovered {
  const behavior = behaviorNamed(cell, checkpoint.behavior)
  const { number, frontier } = checkpoint
  const state = migrateState(behavior, checkpoint)
  return { behavior, offered: { state, behavior: behavior.name, source: 'checkpoint', checkpoint: number, frontier } }
}

/** Runs messages again that had been applied after the checkpoint; what they sent has left long ago. */
async function replay(
  life: Life,
  from: Recovered,
  messages: readonly Journaled[],
): Promise<{ state: unknown; behavior: Behavior }> {
  let [state, { behavior }] = [from.offered.state, from]
  for (const journaled of messages) {
    const message = messageOf(journaled)
    message.attempt += 1
    const ctx = new TurnContext(life, message)
    const { middleware } = life.cell.world
    const handling = { behavior, state, message, ctx, isReplay: true }
    const step = await (middleware === undefined ? behavior.handle(state, message, ctx) : middleware.handle(handling))
    state = step.state
    behavior = step.behavior ?? behavior
  }
  return { state, behavior }
}

function behaviorNamed(cell: Cell, name: string): Behavior {
  if (cell.spec.behavior.name === name) return cell.spec.behavior
  const known = cell.world.catalogue.find(name)
  if (known !== undefined) return known
  throw new StateUnreadableError(
    cell.id,
    `its last behavior was "${name}", which this program does not have; give it to start(tree, { behaviors: [...] })`,
  )
}

/** What is not wanted back is no loss: only what is newer than the one that can be read. */
function refuseToFallBack(cell: Cell, { damaged, offered }: Revived): void {
  const [newest] = damaged
  if (newest === undefined || newest.number < (offered?.number ?? 0)) return
  const { number, problem } = newest
  throw new StateUnreadableError(cell.id, `checkpoint ${number} cannot be read (${problem}), and onLoadFailure is "fail"`)
}

function refuseToForget(cell: Cell, { damaged }: Revived): void {
  if (damaged.length === 0) return
  const list = damaged.map(({ number, problem }) => `${number} (${problem})`).join(', ')
  throw new StateUnreadableError(cell.id, `none of its checkpoints can be read: ${list}`)
}
