import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { noReply } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const modes = ['volatile', 'checkpointed', 'durable'] as const

const caught = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: Error & { code: string; timeoutMs?: number }) => ({ code: error.code, after: error.timeoutMs }))

const Mute = actor('mute', {
  initial: () => ({ asked: 0 }),
  handlers: ({ call }) => ({
    ask: call(({ ctx, state }) => {
      ctx.defer()
      return noReply({ asked: state.asked + 1 })
    }),
    asked: call(({ state }) => ({ reply: state.asked })),
  }),
})

const Middle = actor('middle', {
  initial: () => ({ log: [] as readonly unknown[] }),
  handlers: ({ call, cast }) => ({
    relay: call(message<number | undefined>(), async ({ state, input, ctx }) => {
      const begun = ctx.now()
      const error = await caught(ctx.ref(Mute, 'mute').call.ask(input === undefined ? {} : { timeout: input }))
      return { reply: error, state: { log: [...state.log, { ...(error as object), took: ctx.now() - begun }] } }
    }),
    relayLater: cast(async ({ state, ctx }) => {
      const error = await caught(ctx.ref(Mute, 'mute').call.ask({ timeout: '8s' }))
      return { log: [...state.log, error, ctx.deadline] }
    }),
    watch: call(
      ({ state, ctx }) =>
        new Promise<{ reply: string; state: typeof state }>((resolve) => {
          const { callSignal } = ctx
          const seen = (): void =>
            resolve({ reply: 'seen', state: { log: [...state.log, (callSignal.reason as { code: string }).code] } })
          callSignal.addEventListener('abort', seen)
        }),
    ),
    left: call(({ ctx }) => ({ reply: ctx.deadline === undefined ? undefined : ctx.deadline - ctx.now() })),
    log: call(({ state }) => ({ reply: state.log })),
  }),
})

const tree = supervisor({}, { middle: child(Middle), mute: child(Mute) })

describe('[A3] the deadline of a call', () => {
  it('is that of its caller, if that is earlier, over every hop', async () => {
    const {
      tree: { middle },
      advance,
      until,
    } = await simulatedWithoutStore(tree)
    void caught(middle.call.relay(undefined, { timeout: '2s' }))
    await advance('10s')
    expect(await until(middle.call.log())).toEqual([{ code: 'timeout', after: 2_000, took: 2_000 }])
    void caught(middle.call.relay(300, { timeout: '2s' }))
    await advance('10s')
    expect(await until(middle.call.log())).toContainEqual({ code: 'timeout', after: 300, took: 300 })
  })

  it('leaves a call alone that is made for nobody who waits', async () => {
    const {
      tree: { middle },
      advance,
      until,
    } = await simulatedWithoutStore(tree)
    void middle.cast.relayLater()
    await advance('10s')
    expect(await until(middle.call.log())).toEqual([{ code: 'timeout', after: 8_000 }, undefined])
    expect(await until(middle.call.left({ timeout: 'infinity' }))).toBeUndefined()
  })

  it.each(modes)('can be read by the handler (%s)', async (state) => {
    const {
      tree: { middle },
      until,
    } = await simulated(supervisor({}, { middle: child(Middle, { state }) }))
    expect(await until(middle.call.left({ timeout: '3s' }))).toBe(3_000)
  })

  it('in the past rejects at once, and the actor never sees the message', async () => {
    const {
      tree: { mute },
      clock,
      until,
    } = await simulatedWithoutStore(tree)
    expect(await until(caught(mute.call.ask({ deadline: clock.wallNow() - 1 })))).toEqual({ code: 'timeout', after: 0 })
    expect(await until(caught(mute.call.ask({ timeout: 0 })))).toEqual({ code: 'timeout', after: 0 })
    expect(await until(mute.call.asked())).toBe(0)
    const late = caught(mute.call.ask({ deadline: clock.wallNow() + 40 }))
    expect(await until(late)).toEqual({ code: 'timeout', after: 40 })
    expect(await until(mute.call.asked())).toBe(1)
  })

  it('aborts the signal of the call, as the caller does who gives up by a signal of its own', async () => {
    const {
      tree: { middle },
      advance,
      until,
      settle,
    } = await simulatedWithoutStore(tree)
    void caught(middle.call.watch({ timeout: '1s' }))
    await advance('1s')
    const abort = new AbortController()
    void caught(middle.call.watch({ signal: abort.signal }))
    await settle()
    abort.abort()
    expect(await until(middle.call.log())).toEqual(['timeout', 'aborted'])
  })

  it('that has passed while the message waited does not keep it from being handled, unless dropExpired says so', async () => {
    const {
      tree: { middle, mute },
      advance,
      until,
      events,
    } = await simulatedWithoutStore(tree)
    void caught(middle.call.relay(undefined, { timeout: '2s' }))
    const late = caught(middle.call.relay(1, { timeout: '1s' }))
    const dropped = caught(middle.call.relay(1, { timeout: '1s', dropExpired: true }))
    await advance('10s')
    expect(await until(Promise.all([late, dropped]))).toEqual([
      { code: 'timeout', after: 1_000 },
      { code: 'timeout', after: 1_000 },
    ])
    expect(await until(middle.call.log())).toHaveLength(2)
    // Its caller was gone: what it would have asked was not sent.
    expect(await until(mute.call.asked())).toBe(1)
    expect(eventsOf(events, 'dead letter').map(({ id, why }) => [id, why])).toEqual([['middle', 'expired']])
  })
})
