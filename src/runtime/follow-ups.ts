import type { FollowUps, Life } from './anatomy.ts'
import type { ClockTimer } from './clock.ts'
import type { Message } from './message.ts'

/** The follow-ups of one incarnation. */
export function followUps(life: Life): FollowUps {
  const dropped = new WeakSet<Message>()
  let continues: Message[] = []
  let idle: { readonly delayMs: number; readonly message: Message; timer: ClockTimer | undefined } | undefined

  const cancelIdle = (): void => {
    if (idle === undefined) return
    idle.timer?.cancel()
    dropped.add(idle.message)
    idle = undefined
  }

  return {
    continueWith: (message) => {
      continues.push(message)
    },
    idle: (delayMs, message) => {
      cancelIdle()
      idle = { delayMs, message, timer: undefined }
    },
    begin: (message) => {
      if (dropped.has(message)) return false
      if (idle?.message === message) idle = undefined
      cancelIdle()
      return true
    },
    arm: () => {
      const { cell } = life
      for (const message of continues.reverse()) cell.mailbox.putBack(message)
      const { length } = continues
      continues = []
      if (idle === undefined) return length
      const { delayMs, message } = idle
      if (delayMs > 0) idle.timer = cell.world.clock.setTimer(delayMs, () => cell.receive(message))
      else if (cell.mailbox.size === 0) cell.receive(message)
      return length
    },
    drop: () => {
      continues = []
      cancelIdle()
    },
  }
}
