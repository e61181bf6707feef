import {
  actor,
  child,
  DurableTurnError,
  ExitError,
  message,
  noReply,
  normal,
  shutdown,
  SpawnError,
  supervisor,
  type ExitReason,
} from 'coppice'
import { describe, expect, it } from 'vitest'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Worker = actor('worker', {
  initial: (args: { readonly fails?: ExitReason }) => {
    if (args.fails !== undefined) throw new ExitError(args.fails)
    return { waiting: [] as string[] }
  },
  handlers: ({ call, cast }) => ({
    later: call(message<number>(), ({ input, ctx }) => {
      const answer = ctx.defer()
      ctx.continueWith('answer', () => answer.reply(input))
      return noReply<{ waiting: string[] }>()
    }),
    answer: cast(message<() => void>(), ({ input }) => input()),
    never: call(() => noReply<{ waiting: string[] }>()),
  }),
})

describe('an actor spawned from outside the tree', () => {
  it('answers later, and stops in order', async () => {
    const { app, until } = await simulatedWithoutStore(supervisor({}, {}))
    const worker = await until(app.spawn(Worker, 'w', {}, { name: 'clerk' }))
    expect(app.whereis('clerk')).toEqual({ id: '~/w', status: 'running' })
    expect(await until(worker.call.later(7))).toBe(7)
    const waiting = worker.call.never({ timeout: 'infinity' })
    waiting.catch(() => undefined)
    await until(worker.stop(shutdown))
    await expect(waiting).rejects.toMatchObject({ code: 'crashed', reason: shutdown })
    expect(app.whereis('clerk')).toBeUndefined()
    await expect(until(worker.stop())).rejects.toMatchObject({ code: 'noproc' })
  })

  it('is told apart from one whose start failed, whose name or whose key is taken', async () => {
    const { app, until } = await simulatedWithoutStore(supervisor({}, {}))
    await expect(until(app.spawn(Worker, 'w', { fails: normal }))).rejects.toMatchObject({ problem: 'failed', reason: normal })
    await until(app.spawn(Worker, 'w', {}, { name: 'clerk' }))
    const second = until(app.spawn(Worker, 'v', {}, { name: 'clerk' }))
    await expect(second).rejects.toBeInstanceOf(SpawnError)
    await expect(second).rejects.toMatchObject({ problem: 'already-started', owner: '~/w' })
    await expect(until(app.spawn(Worker, 'w', {}))).rejects.toThrow(/spawn: key/)
  })

  it('ends with the tree', async () => {
    const { app, until } = await simulatedWithoutStore(supervisor({}, {}))
    await until(app.spawn(Worker, 'w', {}))
    await until(app.stop())
    expect(app.running()).toEqual([])
  })
})

describe('a durable turn', () => {
  it('refuses what could not be taken back', async () => {
    const refused: unknown[] = []
    const Ledger = actor('ledger', {
      initial: () => ({ n: 0 }),
      handlers: ({ call, cast }) => ({
        try: call(async ({ ctx }) => {
          const attempts: readonly (() => unknown)[] = [
            () => ctx.defer(),
            () => ctx.continueWith('next'),
            () => ctx.idleTimeout(5, 'next'),
            () => ctx.spawn(Worker, 'w', {}),
          ]
          for (const attempt of attempts)
            try {
              await attempt()
            } catch (error) {
              refused.push(error)
            }
          return { reply: true }
        }),
        next: cast(() => undefined),
      }),
    })
    const { tree, until, app } = await simulated(supervisor({}, { ledger: child(Ledger, { state: 'durable' }) }))
    await until(tree.ledger.call.try())
    expect(refused).toHaveLength(4)
    for (const error of refused) expect(error).toBeInstanceOf(DurableTurnError)
    await until(tree.ledger.stop())
    expect(app.inspect(tree.ledger)?.incarnation).toBe(2)
  })
})
