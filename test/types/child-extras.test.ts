import { describe, it } from 'vitest'
import { actor, child, dynamicSupervisor } from 'coppice'

const Plain = actor('plain', { initial: () => ({}), handlers: () => ({}) })

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

describe('the types of what a child has beyond OTP', () => {
  it('refuse what cannot work', () => {
    uncalled(() => {
      child(Plain, {
        backoff: { min: '1s', max: '1m' },
        maxRestarts: Infinity,
        decide: () => 'setAside',
        gate: 'db',
        independent: true,
      })
      child(Plain, { decide: ({ error, restarts }) => (error instanceof Error && restarts > 3 ? 'escalate' : undefined) })
      // @ts-expect-error -- a longest delay is needed
      child(Plain, { backoff: { min: '1s' } })
      // @ts-expect-error -- a delay comes to an end
      child(Plain, { backoff: { min: '1s', max: 'infinity' } })
      // @ts-expect-error -- no such jitter
      child(Plain, { backoff: { min: '1s', max: '1m', jitter: 'some' } })
      // @ts-expect-error -- a number
      child(Plain, { maxRestarts: '3' })
      // @ts-expect-error -- no such wish
      child(Plain, { decide: () => 'resume' })
      // @ts-expect-error -- it must not wait
      child(Plain, { decide: async () => 'stop' })
      // @ts-expect-error -- members have no siblings to depend on
      dynamicSupervisor(Plain, { gate: 'db' })
      // @ts-expect-error -- members are independent anyway
      dynamicSupervisor(Plain, { independent: true })
    })
  })
})
