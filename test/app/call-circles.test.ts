import { describe, expect, it } from 'vitest'
import { actor, type ActorDefinition } from '../../src/behaviors/actor.ts'
import type { CallHandler } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulatedWithoutStore } from '../support/simulated-app.ts'

type Route = readonly string[]
type Handlers = {
  readonly pass: CallHandler<Route, string>
  readonly sleep: CallHandler<Route, string>
  readonly forget: CallHandler<Route, string>
  readonly answer: CallHandler<void, string>
}

const caught = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    String,
    (error: Error & { code: string; path?: readonly string[] }) => `${error.code} ${error.path?.join(' > ') ?? ''}`,
  )

/** Passes a call along a route; what comes of it is the reply. */
const Hop: ActorDefinition<unknown, object, Handlers> = actor('hop', {
  initial: () => ({}),
  handlers: ({ call }): Handlers => ({
    pass: call(message<Route>(), async ({ input: [next, ...route], ctx }) => {
      if (next === undefined) return { reply: `${ctx.id} is the end` }
      return { reply: await caught(ctx.ref(Hop, next).call.pass(route)) }
    }),
    sleep: call(message<Route>(), async ({ input: [next, ...route], ctx }) => {
      await ctx.ref(Hop, 'slow').call.answer()
      return { reply: await caught(ctx.ref(Hop, next ?? '').call.pass(route)) }
    }),
    forget: call(message<Route>(), ({ input: [next, ...route], ctx }) => {
      void ctx
        .ref(Hop, next ?? '')
        .call.pass(route)
        .catch(() => undefined)
      return { reply: 'gone on' }
    }),
    answer: call(() => ({ reply: 'here' })),
  }),
})

const ring = () => simulatedWithoutStore(supervisor({}, { a: child(Hop), b: child(Hop), c: child(Hop), slow: child(Hop) }))

describe('calls in a circle', () => {
  it.each([
    [['b', 'a'], 'call-circle b > a > b'],
    [['b', 'c', 'a'], 'call-circle c > a > b > c'],
    [['b', 'c', 'b'], 'call-circle c > b > c'],
    [['b', 'c'], 'c is the end'],
  ])('are named at once: a calls %j', async (route, reply) => {
    const { tree, until, clock } = await ring()
    const before = clock.now()
    expect(await until(tree.a.call.pass(route))).toBe(reply)
    expect(clock.now()).toBe(before)
    expect(await until(tree.a.call.answer())).toBe('here')
  })

  it('are found too where two calls cross, and one of them is still queued', async () => {
    const { tree, until, settle } = await ring()
    const answers = Promise.all([tree.a.call.sleep(['b']), tree.b.call.sleep(['a'])])
    await settle()
    expect((await until(answers)).filter((answer) => answer.startsWith('call-circle'))).toHaveLength(1)
  })

  it('are none where the target is only busy, or has gone on', async () => {
    const { tree, until } = await ring()
    const both = Promise.all([tree.b.call.sleep(['c']), tree.a.call.pass(['b'])])
    expect(await until(both)).toEqual(['c is the end', 'b is the end'])
    expect(await until(tree.a.call.forget(['b', 'a']))).toBe('gone on')
    expect(await until(tree.b.call.pass(['a']))).toBe('a is the end')
  })

  it('wait for their own timeouts, as in OTP, where nested calls are independent', async () => {
    const tree = supervisor({}, { a: child(Hop), b: child(Hop) })
    const { tree: hops, until, clock, advance } = await simulatedWithoutStore(tree, { nestedCalls: 'independent' })
    const answer = hops.a.call.pass(['b', 'a'], { timeout: '20s' })
    await advance('5s')
    expect(await until(answer)).toBe('timeout ')
    expect(clock.now()).toBe(5_000)
  })
})
