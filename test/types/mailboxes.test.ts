import { describe, it } from 'vitest'
import { actor, child, dynamicSupervisor, type ActorRef, type App, type Context } from 'coppice'

const Plain = actor('plain', { initial: () => ({}), handlers: () => ({}) })

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

describe('the types of mailboxes', () => {
  it('refuse what cannot work', () => {
    uncalled(() => {
      child(Plain, { mailbox: { max: 10, full: 'wait', onRestart: 'drop', stash: 5 } })
      dynamicSupervisor(Plain, { mailbox: { max: 10, full: 'dropOldest' } })
      // @ts-expect-error -- no such policy
      child(Plain, { mailbox: { max: 10, full: 'block' } })
      // @ts-expect-error -- a number
      child(Plain, { mailbox: { max: '10' } })
      // @ts-expect-error -- a misspelt name
      child(Plain, { mailbox: { mx: 10 } })
      // @ts-expect-error -- not what happens at a restart
      child(Plain, { mailbox: { onRestart: 'keep' } })
    })
  })

  it('know what is asked of an app and a context', () => {
    uncalled(async () => {
      const app = undefined as unknown as App<{ a: ActorRef<object> }>
      for (const letter of app.deadLetters()) await app.replay(letter)
      // @ts-expect-error -- a letter, not an input
      await app.replay('work')
      const late: number | undefined = app.overload().loopDelayMs
      const ctx = undefined as unknown as Context
      ctx.stash()
      ctx.unstashAll()
      return late
    })
  })
})
