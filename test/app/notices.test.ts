import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor, type MailboxOption } from 'coppice'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulatedWithoutStore } from '../support/simulated-app.ts'

const full = ['reject', 'dropOldest', 'dropNewest', 'wait'] as const

/** Watches one, is busy for a second when it is told to, and keeps what it learns. */
const started = async (mailbox: MailboxOption) => {
  const clock = createVirtualClock()
  const Watcher = actor('watcher', {
    initial: () => ({ learned: [] as readonly string[] }),
    handlers: ({ call, cast }) => ({
      watch: call(message<string>(), ({ input, ctx }) => {
        ctx.monitor(input)
        return { reply: true }
      }),
      watchName: call(message<string>(), ({ input, ctx }) => {
        ctx.monitor({ name: input })
        return { reply: true }
      }),
      busy: cast(async () => {
        await new Promise<void>((resolve) => void clock.setTimer(1_000, resolve))
      }),
      note: cast(({ state }) => ({ learned: [...state.learned, 'note'] })),
      learned: call(({ state }) => ({ reply: state.learned })),
    }),
    info: ({ state, message: news }) => ({
      learned: [...state.learned, 'reason' in news ? `${news.type} ${news.reason.type}` : news.type],
    }),
  })
  const tree = supervisor({}, { w: child(Watcher, { mailbox }), a: child(Counter, { restart: 'temporary' }) })
  return simulatedWithoutStore(tree, { clock })
}

describe('the notice of an end', () => {
  it.each(full)('gets past the bound of a full mailbox (%s), and pushes nothing out', async (way) => {
    const { tree, settle, advance, until, events } = await started({ max: 1, full: way })
    await until(tree.w.call.watch('a'))
    void tree.w.cast.busy()
    await settle()
    void tree.w.cast.note()
    await settle()
    void tree.a.cast.crash('boom')
    await advance('2s')
    expect(await until(tree.w.call.learned())).toEqual(['note', 'down error'])
    expect(eventsOf(events, 'dead letter').filter(({ id }) => id === 'w')).toEqual([])
  })

  it.each(full)('takes no place from a message, and is pushed out by none (%s)', async (way) => {
    const { tree, settle, advance, until } = await started({ max: 1, full: way })
    await until(tree.w.call.watch('a'))
    void tree.w.cast.busy()
    await settle()
    void tree.a.cast.crash('boom')
    await settle()
    for (let note = 0; note < 2; note += 1) void tree.w.cast.note()
    await advance('2s')
    const notes = way === 'wait' ? ['note', 'note'] : ['note']
    expect(await until(tree.w.call.learned())).toEqual(['down error', ...notes])
  })

  it('comes at once from one that is dead already, and one who has its name since is somebody else', async () => {
    const { app, tree, settle, until } = await started({})
    const first = await until(app.spawn(Counter, 'first', undefined, { name: 'clerk' }))
    await until(first.stop())
    await settle()
    await until(tree.w.call.watch(first.id))
    await until(tree.w.call.watchName('clerk'))
    expect(await until(tree.w.call.learned())).toEqual(['down noproc', 'down noproc'])
    const second = await until(app.spawn(Counter, 'second', undefined, { name: 'clerk' }))
    await until(tree.w.call.watchName('clerk'))
    expect(await until(tree.w.call.learned())).toHaveLength(2)
    void second.cast.crash('boom')
    await settle()
    expect(await until(tree.w.call.learned())).toEqual(['down noproc', 'down noproc', 'down error'])
  })
})
