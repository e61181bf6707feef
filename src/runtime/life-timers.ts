import type { Envelope } from '../protocol/envelope.ts'
import type { Life } from './anatomy.ts'
import { reasonOfThrown } from './errors.ts'
import type { Message } from './message.ts'
import { isThenable } from './thenable.ts'

/** Runs code of an incarnation outside its turns: what it throws ends the incarnation, or is told if that has ended meanwhile. */
export function runBeside(life: Life, run: () => unknown): void {
  const { world } = life.cell
  const failed = (error: unknown): void => {
    if (life.isActive) life.end(reasonOfThrown(error), 'orderly')
    else world.emit({ type: 'stray', id: life.id, incarnation: life.number, error })
  }
  try {
    const result = world.attribution.run(life, run)
    if (isThenable(result)) result.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}

/** What comes again and again. */
export interface Repetition {
  /** Of the timer. */
  readonly id: string
  readonly everyMs: number
  /** A new one each time. */
  readonly message: () => Message
  /** Until the first one; an interval if not given. */
  readonly firstMs?: number
}

/**
 * Sends an incarnation a message at the end of each interval. The times do not drift; where one was missed, because the thread
 * was busy, it is left out. No message comes while the one before still waits in the mailbox.
 */
export function repeat(life: Life, { id, everyMs, message, firstMs = everyMs }: Repetition): void {
  const { cell } = life
  const { clock } = cell.world
  let dueMs = clock.now() + firstMs
  const kept = { envelope: envelopeOf(message()), everyMs }
  let last: Message | undefined
  const tick = (): void => {
    const missed = Math.floor((clock.now() - dueMs) / everyMs)
    dueMs += (Math.max(0, missed) + 1) * everyMs
    life.setTimer(id, Math.max(0, dueMs - clock.now()), tick, kept)
    if (last?.attempt === 0) return
    last = message()
    cell.receive(last)
  }
  life.setTimer(id, firstMs, tick, kept)
}

function envelopeOf({ kind, name, input, sender, key, headers }: Message): Envelope {
  return { kind, name, input, sender, key, headers }
}
