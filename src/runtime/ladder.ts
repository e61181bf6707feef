import type { Cell, Life } from './anatomy.ts'
import { StateUnreadableError, StoreError } from './errors.ts'
import { StateVersionError } from './migration.ts'
import type { Revived } from './persistence.ts'
import { recover, type Recovered } from './recovery.ts'

/** What there is to go on from, as far down as one had to go for it. */
export interface Reached {
  readonly revived: Revived
  readonly recovered: Recovered | undefined
}

/** Begins the next incarnation; where what is kept does not fit together, and its loss is allowed, without any of it. */
export async function openForStart(cell: Cell): Promise<Revived> {
  try {
    return await cell.store.open(cell.id, 0)
  } catch (error) {
    if (!isLossAllowed(cell, error)) throw error
    await giveUpState(cell, error)
    return cell.store.open(cell.id, 0)
  }
}

/**
 * Recovers the newest state. Where that cannot be loaded, migrated or rebuilt, and its loss is allowed, from the checkpoint before
 * with what the journal has since, and in the end from nothing: then the first state is made. Nothing is removed before that, and
 * what is removed then is set aside in the store.
 */
export async function recoverDown(cell: Cell, life: Life, first: Revived): Promise<Reached> {
  let revived = first
  for (let rung = 0; ; rung += 1) {
    try {
      return { revived, recovered: await recover(cell, life, revived) }
    } catch (error) {
      // What this program does not have may be in the right one.
      if (!isLossAllowed(cell, error) || (error instanceof StateUnreadableError && revived.offered !== undefined)) throw error
      const checkpoint = revived.offered?.number
      cell.world.emit({ type: 'state passed over', id: cell.id, incarnation: life.number, checkpoint, error })
      revived = (await older(cell, life, { revived, rung })) ?? (await anew(cell, life, error))
    }
  }
}

/** The same incarnation, from the checkpoint before; nothing if there is none from which one could go on. */
async function older(
  cell: Cell,
  life: Life,
  { revived, rung }: { readonly revived: Revived; readonly rung: number },
): Promise<Revived | undefined> {
  if (rung + 1 >= revived.checkpoints.length) return undefined
  try {
    return await cell.store.open(cell.id, rung + 1, life.number)
  } catch (error) {
    if (error instanceof StoreError && error.problem === 'damaged') return undefined
    throw error
  }
}

async function anew(cell: Cell, life: Life, error: unknown): Promise<Revived> {
  await giveUpState(cell, error)
  return cell.store.open(cell.id, 0, life.number)
}

async function giveUpState(cell: Cell, error: unknown): Promise<void> {
  const why = error instanceof Error ? error.message : String(error)
  const lost = await cell.store.beginAnew(cell.id, why)
  cell.world.emit({ type: 'state lost', id: cell.id, incarnation: cell.incarnation, lost: { ...lost, why } })
}

/** A disk that fails, or code of another version, is no reason to give a state up. */
function isLossAllowed({ spec }: Cell, error: unknown): boolean {
  if (spec.allowStateLoss !== true || spec.checkpoints?.onLoadFailure === 'fail') return false
  if (error instanceof StateVersionError) return false
  return error instanceof StoreError ? error.problem === 'damaged' : true
}
