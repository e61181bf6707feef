import { describe, expect, it } from 'vitest'
import { actor, child, message, noReply, supervisor, type Deferred } from 'coppice'
import { lives, simulatedWithoutStore } from '../support/simulated-app.ts'

interface State {
  readonly told: readonly string[]
}

const and = (state: State, what: string): State => ({ told: [...state.told, what] })

/** Every way in which a callback of OTP's gen_server may return. */
const Server = actor('server', {
  initial: (_: undefined, ctx): State => {
    ctx.continueWith('continued', 'init')
    return { told: ['init'] }
  },
  handlers: ({ call, cast }) => {
    const waiting: Deferred[] = []
    return {
      'reply': call(({ state }) => ({ reply: 'at once', state: and(state, 'reply') })),
      'reply, unchanged': call(() => ({ reply: 'at once' })),
      'noreply': call(({ state, ctx }) => {
        waiting.push(ctx.defer())
        return noReply(and(state, 'noreply'))
      }),
      'noreply, cast': cast(({ state }) => {
        for (const caller of waiting.splice(0)) caller.reply('later')
        return and(state, 'cast')
      }),
      'stop, reply': call(({ state, ctx }) => {
        ctx.stop()
        return { reply: 'the last one', state: and(state, 'stop') }
      }),
      'stop, noreply': call(({ state, ctx }) => {
        ctx.stop()
        return noReply(and(state, 'stop'))
      }),
      'stop, cast': cast(({ ctx }) => ctx.stop()),
      'timeout': call(message<number>(), ({ state, input, ctx }) => {
        ctx.idleTimeout(input, 'timed out')
        return { reply: true, state: and(state, 'timeout') }
      }),
      'timed out': cast(({ state }) => and(state, 'timed out')),
      'continue': call(({ state, ctx }) => {
        ctx.continueWith('continued', 'call')
        return { reply: 'before it', state: and(state, 'continue') }
      }),
      'continued': cast(message<string>(), ({ state, input, ctx }) => {
        if (input === 'call') ctx.continueWith('continued', 'continue')
        return and(state, `continued after ${input}`)
      }),
      'told': call(({ state }) => ({ reply: state.told })),
    }
  },
})

const started = () => simulatedWithoutStore(supervisor({}, { s: child(Server, { restart: 'transient' }) }))
const begun = ['init', 'continued after init']

describe('a server', () => {
  it('[A8] replies: with the next state, or with the state as it is', async () => {
    const { tree, until } = await started()
    expect(await until(tree.s.call.reply())).toBe('at once')
    expect(await until(tree.s.call['reply, unchanged']())).toBe('at once')
    expect(await until(tree.s.call.told())).toEqual([...begun, 'reply'])
  })

  it('[A8] replies not yet: the caller waits, others are handled, and a later message answers', async () => {
    const { tree, settle, until } = await started()
    let answer: unknown
    const waiting = tree.s.call.noreply().then((reply) => (answer = reply))
    expect(await until(tree.s.call.told())).toEqual([...begun, 'noreply'])
    await settle()
    expect(answer).toBeUndefined()
    void tree.s.cast['noreply, cast']()
    expect(await until(waiting)).toBe('later')
    expect(await until(tree.s.call.told())).toEqual([...begun, 'noreply', 'cast'])
  })

  it.each([
    ['stop, reply', 'the last one'],
    ['stop, noreply', 'crashed'],
    ['stop, cast', undefined],
  ] as const)('[A8] stops when it says so, after its reply if it gives one (%s)', async (how, outcome) => {
    const { app, tree, settle, until, events } = await started()
    const asked = how === 'stop, cast' ? tree.s.cast[how]() : tree.s.call[how]()
    const behind = tree.s.call.reply().catch((error: unknown) => (error as { code: string }).code)
    expect(await until(asked.catch((error: unknown) => (error as { code: string }).code))).toBe(outcome)
    expect(await until(behind)).toBe('noproc')
    await settle()
    expect(lives(events).at(-1)).toBe('s#1 exited normal')
    expect(app.inspect('s')?.status).toBe('stopped')
  })

  it('[A8] times out once when nothing comes for so long, and not when something does', async () => {
    const { tree, advance, until } = await started()
    await until(tree.s.call.timeout(1_000))
    await advance(999)
    expect(await until(tree.s.call['reply, unchanged']())).toBe('at once')
    await advance('10s')
    expect(await until(tree.s.call.told())).toEqual([...begun, 'timeout'])
    await until(tree.s.call.timeout(1_000))
    await advance('10s')
    expect(await until(tree.s.call.told())).toEqual([...begun, 'timeout', 'timeout', 'timed out'])
  })

  it('[A8] times out after 0 ms when nothing waits', async () => {
    const { tree, advance, until } = await started()
    await until(tree.s.call.timeout(0))
    await advance(0)
    expect(await until(tree.s.call.told())).toEqual([...begun, 'timeout', 'timed out'])
  })

  it('[A8] continues before anything that is queued, from init, from a message and from a continuation', async () => {
    const { tree, until } = await started()
    const replies = [tree.s.call.continue(), tree.s.call.reply()]
    expect(await until(Promise.all(replies))).toEqual(['before it', 'at once'])
    const told = [...begun, 'continue', 'continued after call', 'continued after continue', 'reply']
    expect(await until(tree.s.call.told())).toEqual(told)
  })
})
