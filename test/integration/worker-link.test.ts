import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { start } from '../../src/app/start.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { run } from '../support/program.ts'
import { Counter } from '../support/scripted.ts'
import { checkpointOf, inDirectory, message, openIn, rejection, turn, turns, type OpenStore } from '../support/store-fixtures.ts'
import { watchThreads, type StoreThreads } from '../support/store-threads.ts'

/** Runs `use` with a store on a thread, and the threads that it starts. */
async function inThread(use: (opened: OpenStore, threads: StoreThreads, path: string) => Promise<void>): Promise<void> {
  await inDirectory(async (directory) => {
    const path = join(directory, 'store.db')
    const threads = watchThreads()
    const opened = await openIn(sqlite(path, { link: 'worker' }))
    try {
      await use(opened, threads, path)
    } finally {
      threads.unwatch()
      await opened.persistence.close()
    }
  })
}

/** The thread dies with the next group, which it does not write. */
function dieBeforeWriting(thread: Worker): void {
  const post = thread.postMessage.bind(thread)
  thread.postMessage = (word: { readonly type: string }) => {
    if (word.type === 'write') void thread.terminate()
    else post(word)
  }
}

/** The thread dies when it has written the next group, which nobody hears. */
function dieAfterWriting(thread: Worker): void {
  const emit = thread.emit.bind(thread) as (event: string, ...values: unknown[]) => boolean
  thread.emit = ((event: string, word: unknown, ...rest: unknown[]) => {
    const isWritten = event === 'message' && (word as { readonly type: string }).type === 'written'
    if (!isWritten) return emit(event, word, ...rest)
    void thread.terminate()
    return true
  }) as typeof thread.emit
}

function newest(threads: StoreThreads): Worker {
  if (threads.newest === undefined) throw new Error('no thread was started')
  return threads.newest
}

describe('a store on a thread of its own', () => {
  it('keeps what supervisors decided for the next process', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'store.db')
      const tree = supervisor({}, { a: child(Counter, { maxRestarts: 1 }) })
      for (const process of [1, 2]) {
        const app = await start(tree, { store: sqlite(path, { link: 'worker' }) })
        expect(app.decisions().map(({ epoch, isEarlier }) => [epoch, isEarlier])).toEqual(process === 1 ? [] : [[1, true]])
        await app.tree.a.call.callAndCrash('boom').catch(() => undefined)
        if (process === 1) expect(await app.tree.a.call.count()).toBe(0)
        await app.stop()
      }
      const app = await start(tree, { store: sqlite(path, { link: 'worker' }) })
      expect(app.decisions().map(({ decided }) => decided)).toEqual(['restart', 'leave'])
      await app.stop()
    }))

  it('that dies before it has written a group has it written by the next thread', () =>
    inThread(async (opened, threads) => {
      const { persistence, settled } = opened
      await settled(persistence.open('a', 0))
      dieBeforeWriting(newest(threads))
      const calls = [persistence.accept('a', message(1)), persistence.accept('a', message(2))]
      expect(await settled(Promise.all(calls))).toEqual([
        { status: 'accepted', seq: 1 },
        { status: 'accepted', seq: 2 },
      ])
      expect([threads.started, persistence.info.epoch]).toEqual([2, 2])
      expect((await settled(persistence.commit('a', 1, turns([1, 2], 'both')))).checkpoint).toBe(1)
    }))

  it('that dies when it has written a group has it acknowledged by the next thread, and not written twice', () =>
    inThread(async ({ persistence, settled }, threads) => {
      dieAfterWriting(newest(threads))
      const calls = [persistence.open('a', 0), persistence.accept('a', message(1n, { key: 'k' }))]
      expect(await settled(Promise.all(calls))).toMatchObject([{ incarnation: 1 }, { status: 'accepted', seq: 1 }])
      dieAfterWriting(newest(threads))
      const outcome = { status: 'replied', value: new Map([['sum', 5n]]) } as const
      const envelope = message('once')
      const turns = [turn(1, { outcome, sends: [{ to: 'b', envelope }] })]
      const committed = await settled(persistence.commit('a', 1, { turns }))
      expect(committed.deliveries).toEqual([{ to: 'b', message: { seq: 1, envelope, attempts: 0 } }])
      dieAfterWriting(newest(threads))
      expect(await settled(persistence.accept('a', message(1n, { key: 'k' })))).toEqual({ status: 'answered', seq: 1, outcome })
      expect((await settled(persistence.open('b', 0))).backlog.length).toBe(1)
      expect(threads.started).toBe(4)
    }))

  it('gives up a group of which three threads have died: it is not written, and who committed in it has to be opened again', () =>
    inThread(async ({ persistence, settled }, threads) => {
      await settled(Promise.all([persistence.open('a', 0), persistence.open('b', 0), persistence.accept('a', message(1))]))
      let toDie = 2
      const doom = (thread: Worker): void => {
        if (toDie-- > 0) dieBeforeWriting(thread)
      }
      process.on('worker', doom)
      dieBeforeWriting(newest(threads))
      const error = await settled(rejection(persistence.commit('a', 1, turns([1], 'lost'))))
      process.off('worker', doom)
      expect([error.code, error.problem, error.message.replace(/".*"/, '<path>')]).toEqual([
        'store',
        'io',
        'store <path> has lost 3 threads that wrote one group; nothing of this group was written',
      ])
      const late = await settled(rejection(persistence.commit('a', 1, turns([1], 'late'))))
      expect(late.message).toBe('incarnation 1 of a can commit no more: an earlier commit of it failed; nothing was written')
      expect((await settled(persistence.commit('b', 1, checkpointOf('unharmed', 1)))).checkpoint).toBe(1)
      const revived = await settled(persistence.open('a', 0))
      expect([revived.incarnation, revived.frontier, revived.backlog.length]).toEqual([2, 0, 1])
      expect((await settled(persistence.commit('a', 2, turns([1], 'now')))).checkpoint).toBe(1)
    }))

  it('knows whose commit has failed, also when its thread dies', () =>
    inThread(async ({ persistence, settled }, threads) => {
      await settled(Promise.all([persistence.open('a', 0), persistence.accept('a', message(1))]))
      let toDie = 2
      const doom = (thread: Worker): void => {
        if (toDie-- > 0) dieBeforeWriting(thread)
      }
      process.on('worker', doom)
      dieBeforeWriting(newest(threads))
      await settled(rejection(persistence.commit('a', 1, turns([1], 'lost'))))
      process.off('worker', doom)
      await newest(threads).terminate()
      expect((await settled(rejection(persistence.commit('a', 1, turns([1], 'late'))))).code).toBe('fenced')
    }))

  it('is given up when one thread after the other dies, and says of what was under way that it is not known', () =>
    inThread(async ({ persistence, settled }, threads) => {
      const doom = (thread: Worker): void => void thread.terminate()
      process.on('worker', doom)
      dieBeforeWriting(newest(threads))
      const underWay = rejection(settled(persistence.accept('a', message(1))))
      const waiting = settled(rejection(persistence.accept('a', message(2))))
      const [first, second] = [await underWay, await waiting]
      process.off('worker', doom)
      const why = 'store <path> has lost 9 threads in a row (exit code)'
      const texts = [first, second].map(({ message }) => message.replace(/".*"/, '<path>').replace(/exit code \d/, 'exit code'))
      expect(texts).toEqual([
        `${why}; it is not known whether what was asked for last was written`,
        `${why}; nothing was written. Start again to go on from what is on the disk`,
      ])
      expect(await rejection(persistence.accept('a', message(3)))).toBe(second)
    }))

  it('ends its thread when it is closed, and the file is free', () =>
    inThread(async ({ persistence }, threads, path) => {
      const thread = newest(threads)
      const ended = once(thread, 'exit')
      const taken = persistence.accept('a', message(1))
      await persistence.close()
      expect([await taken, await ended]).toEqual([{ status: 'accepted', seq: 1 }, [0]])
      const next = await openIn(sqlite(path))
      expect((await next.settled(next.persistence.open('a', 0))).backlog.length).toBe(1)
      await next.persistence.close()
    }))

  it('closes though its thread dies meanwhile', () =>
    inThread(async ({ persistence }, threads, path) => {
      dieBeforeWriting(newest(threads))
      const taken = persistence.accept('a', message(1))
      await persistence.close()
      expect(await taken).toEqual({ status: 'accepted', seq: 1 })
      await (await openIn(sqlite(path))).persistence.close()
    }))

  it('is refused a file that another owner holds, as any store is', () =>
    inThread(async (_opened, _threads, path) => {
      const error = await rejection(openIn(sqlite(path, { link: 'worker' })))
      expect([error.code, error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
        'store',
        'locked',
        'store <path> is held by another owner. Stop it, or give this one a file of its own; nothing was changed',
      ])
    }))
})

describe('a process with a store on a thread', () => {
  const program = fileURLToPath(new URL('fixtures/worker-link.ts', import.meta.url))

  it(
    'is not cut short while somebody waits for the store, and ends when nobody does',
    () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const first = await run(program, [path, 'leave open']).end()
        expect(first).toEqual({ code: 0, said: [{ reply: 1 }, { exit: 0 }] })
        const second = await run(program, [path, 'stop']).end()
        expect(second).toEqual({ code: 0, said: [{ reply: 2 }, { exit: 0 }] })
      }),
    60_000,
  )
})
