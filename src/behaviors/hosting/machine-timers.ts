import type { Life } from '../../runtime/anatomy.ts'
import { crash } from '../../protocol/exit-reason.ts'
import { timerTopic, type MachineState, type TimerRecord } from './machine-state.ts'

type Timers = MachineState['timers']

/** Makes the timers of an incarnation those of a state that was committed. */
export function setTimers(life: Life, before: Timers, now: Timers): void {
  if (before === now) return
  for (const [id, timer] of Object.entries(before)) if (now[id]?.number !== timer.number) life.cancelTimer(nameOf(timer))
  for (const [id, timer] of Object.entries(now)) if (before[id]?.number !== timer.number) arm(life, id, timer)
}

/** The deadline is in the state: an incarnation that begins later waits for what is left of the time. */
function arm(life: Life, id: string, timer: TimerRecord): void {
  const delayMs = Math.max(0, timer.dueAtMs - life.cell.world.clock.wallNow())
  life.setTimer(nameOf(timer), delayMs, () => {
    // One that cannot be brought to the journal is still in the state, and is armed again by the next incarnation.
    life.context
      .cast(life.id, timerTopic, { id, number: timer.number })
      .catch((error: unknown) => life.end(crash(error), 'orderly'))
  })
}

function nameOf({ number }: TimerRecord): string {
  return `xstate ${number}`
}
