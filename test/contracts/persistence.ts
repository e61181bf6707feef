import { afterEach, describe, expect, it } from 'vitest'
import { crash, killed, normal } from '../../src/protocol/exit-reason.ts'
import type { Commit, ExitNote, Journaled, Store } from '../../src/runtime/persistence.ts'
import { checkpointOf, message, openIn, rejection, snapshot, turn, turns, type OpenStore } from '../support/store-fixtures.ts'
import { goingBackContract } from './going-back.ts'

/** A store under test. What is in it outlives `close` until it is disposed of. */
export interface StoreUnderTest {
  readonly store: Store
  dispose(): void
}

const seqs = (messages: readonly Journaled[]): readonly number[] => messages.map(({ seq }) => seq)

function note(supervisor: string, number: number, more: Partial<ExitNote> = {}): ExitNote {
  const told = { child: 'a', incarnation: 1, reason: 'crash: boom', decided: 'restart', why: '"a" crashed' }
  return { supervisor, epoch: 1, number, atMs: 1_000 + number, ...told, details: null, ...more }
}

/** The notes of each supervisor in order, as epoch and number. */
function ofEach(notes: readonly ExitNote[]): Record<string, string[]> {
  const numbers: Record<string, string[]> = {}
  for (const { supervisor, epoch, number } of notes) (numbers[supervisor] ??= []).push(`${epoch}.${number}`)
  return numbers
}

/** What every store has to keep. */
export function persistenceContract(name: string, create: () => StoreUnderTest): void {
  describe(`the contract of a store: ${name}`, () => {
    let disposals: (() => void)[] = []
    let stillOpen: OpenStore[] = []
    afterEach(async () => {
      // A store on a thread holds its file for as long as it is open.
      await Promise.all(stillOpen.map(({ persistence }) => persistence.close()))
      for (const dispose of disposals) dispose()
      stillOpen = []
      disposals = []
    })

    function fresh(): Store {
      const { store, dispose } = create()
      disposals.push(dispose)
      return store
    }

    async function open(store: Store): Promise<OpenStore> {
      const opened = await openIn(store)
      stillOpen.push(opened)
      return opened
    }

    async function opened(): Promise<OpenStore> {
      return open(fresh())
    }

    /** As the next process finds it. */
    async function reopened(store: Store, { persistence }: OpenStore): Promise<OpenStore> {
      await persistence.close()
      return open(store)
    }

    describe('info', () => {
      it('keeps its identity over openings, and raises the epoch with each', async () => {
        const store = fresh()
        const first = await open(store)
        const second = await reopened(store, first)
        expect(second.persistence.info).toEqual({ ...first.persistence.info, epoch: first.persistence.info.epoch + 1 })
        expect(first.persistence.info.storeId).not.toBe('')
      })
    })

    describe('accept', () => {
      it('numbers the messages of each actor from 1, in the order of the calls', async () => {
        const { persistence, settled } = await opened()
        const calls = [
          persistence.accept('a', message(1)),
          persistence.accept('b', message(2)),
          persistence.accept('a', message(3)),
        ]
        expect(await settled(Promise.all(calls))).toEqual([
          { status: 'accepted', seq: 1 },
          { status: 'accepted', seq: 1 },
          { status: 'accepted', seq: 2 },
        ])
      })

      it('settles nothing before the store has committed', async () => {
        const { persistence, world } = await opened()
        let isSettled = false
        const call = persistence.accept('a', message(1)).then(() => (isSettled = true))
        await Promise.resolve()
        expect([isSettled, world.deferred]).toEqual([false, ['store commit']])
        world.flush()
        await call
        expect(isSettled).toBe(true)
      })

      it('settles in the order of the calls, what is refused in its turn', async () => {
        const { persistence, settled } = await opened()
        const log: string[] = []
        const calls = [
          persistence.accept('a', message(1)).then(() => log.push('first')),
          persistence
            .accept(
              'a',
              message(() => 1),
            )
            .catch(() => log.push('refused')),
          persistence.commit('a', 7, turns([1], 0)).catch(() => log.push('fenced')),
          persistence.accept('a', message(2)).then(() => log.push('last')),
        ]
        await settled(Promise.all(calls))
        expect(log).toEqual(['first', 'refused', 'fenced', 'last'])
      })

      it('keeps the value as it was when it was called', async () => {
        const { persistence, settled } = await opened()
        const input = { amount: 1 }
        const call = persistence.accept('a', message(input))
        input.amount = 2
        await settled(call)
        const { backlog } = await settled(persistence.open('a', 0))
        expect(backlog[0]?.envelope.input).toEqual({ amount: 1 })
      })

      it('refuses a value that cannot be stored, and takes the others of the group', async () => {
        const { persistence, settled } = await opened()
        const refused = rejection(persistence.accept('a', message({ items: [1, () => 2] })))
        const taken = persistence.accept('a', message(1))
        expect(await settled(taken)).toEqual({ status: 'accepted', seq: 1 })
        const error = await refused
        expect([error.code, error.message]).toEqual([
          'not-storable',
          'message.input.items[1] cannot be stored: a function. Store data only, and keep functions in the behavior.',
        ])
      })

      it('refuses a key that a database could not tell from another', async () => {
        const { persistence, settled } = await opened()
        const error = await settled(rejection(persistence.accept('a', message(1, { key: 'half \ud800' }))))
        expect(error.message).toBe(
          'message.key cannot be stored: text with half a character (a lone surrogate) or U+0000. Use well-formed text.',
        )
      })

      it('never gives a number twice, also after the messages are gone and the store was opened again', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.open('a', 0))
        for (const seq of [1, 2, 3]) {
          await first.settled(first.persistence.accept('a', message(seq)))
          await first.settled(first.persistence.commit('a', 1, turns([seq], seq)))
        }
        const second = await reopened(store, first)
        expect(await second.settled(second.persistence.accept('a', message(4)))).toEqual({ status: 'accepted', seq: 4 })
      })
    })

    describe('keys', () => {
      it('tell a repeated message that waits from a new one', async () => {
        const { persistence, settled } = await opened()
        const calls = [persistence.accept('a', message(1, { key: 'k' })), persistence.accept('a', message(1, { key: 'k' }))]
        expect(await settled(Promise.all(calls))).toEqual([
          { status: 'accepted', seq: 1 },
          { status: 'pending', seq: 1 },
        ])
      })

      it('give the answer to whoever asks again, also after the store was opened again', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.open('a', 0))
        await first.settled(first.persistence.accept('a', message(1, { key: 'k' })))
        const outcome = { status: 'replied', value: new Map([['sum', 5n]]) } as const
        await first.settled(first.persistence.commit('a', 1, { turns: [turn(1, { outcome })] }))
        const second = await reopened(store, first)
        const again = second.persistence.accept('a', message(1, { key: 'k' }))
        expect(await second.settled(again)).toEqual({ status: 'answered', seq: 1, outcome })
      })

      it('are answered for messages that were accepted in a process before', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.accept('a', message(1, { key: 'k' })))
        const second = await reopened(store, first)
        await second.settled(second.persistence.open('a', 0))
        const outcome = { status: 'crashed', message: 'no' } as const
        await second.settled(second.persistence.commit('a', 1, { turns: [turn(1, { outcome })] }))
        const again = second.persistence.accept('a', message(1, { key: 'k' }))
        expect(await second.settled(again)).toEqual({ status: 'answered', seq: 1, outcome })
      })

      it('belong to one actor: another one may use the same', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.accept('a', message(1, { key: 'k' })))
        expect(await settled(persistence.accept('b', message(1, { key: 'k' })))).toEqual({ status: 'accepted', seq: 1 })
      })
    })

    describe('commit', () => {
      it('puts sends into the journals of their receivers, and gives their numbers in the order sent', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(
          Promise.all([
            persistence.accept('b', message(0)),
            persistence.accept('a', message(0)),
            persistence.accept('a', message(1)),
          ]),
        )
        const [x, y, z] = [message('x', { sender: 'a' }), message('y', { sender: 'a' }), message('z', { sender: 'a' })]
        const committed = await settled(
          persistence.commit('a', 1, {
            turns: [
              turn(1, {
                sends: [
                  { to: 'b', envelope: x },
                  { to: 'a', envelope: y },
                ],
              }),
              turn(2, { sends: [{ to: 'b', envelope: z }] }),
            ],
          }),
        )
        expect(committed).toEqual({
          checkpoint: undefined,
          deliveries: [
            { to: 'b', message: { seq: 2, envelope: x, attempts: 0 } },
            { to: 'a', message: { seq: 3, envelope: y, attempts: 0 } },
            { to: 'b', message: { seq: 3, envelope: z, attempts: 0 } },
          ],
        })
        const { backlog } = await settled(persistence.open('b', 0))
        expect(backlog.map(({ envelope }) => envelope.input)).toEqual([0, 'x', 'z'])
      })

      it('delivers a send with a key once, however often it is sent', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([persistence.accept('a', message(0)), persistence.accept('a', message(1))]))
        const send = { to: 'b', envelope: message('x', { key: 'k' }) }
        const committed = await settled(
          persistence.commit('a', 1, {
            turns: [turn(1, { sends: [send] }), turn(2, { sends: [send] })],
          }),
        )
        expect(committed.deliveries.map(({ message: { seq } }) => seq)).toEqual([1])
      })

      it('writes nothing if a part of it cannot be stored', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(persistence.accept('a', message(0)))
        const sending = turn(1, { sends: [{ to: 'b', envelope: message('x') }] })
        const bad = { turns: [sending], checkpoint: { snapshot: snapshot({ s: Symbol('s') }, 1), cause: 'turn' } } as const
        const error = await settled(rejection(persistence.commit('a', 1, bad)))
        expect(error.message).toBe('state.s cannot be stored: a symbol. Store a string in its place.')
        expect((await settled(persistence.open('b', 0))).backlog).toEqual([])
        expect((await settled(persistence.open('a', 0))).frontier).toBe(0)
      })

      it('refuses a turn that leaves a message out, which would be lost', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([persistence.accept('a', message(1)), persistence.accept('a', message(2))]))
        const error = await settled(rejection(persistence.commit('a', 1, turns([2], 2))))
        expect(error.message).toBe(
          'internal error: turn 2 of a was to be committed where 1 comes next; this is a defect in coppice, please report it',
        )
        expect((await settled(rejection(persistence.commit('a', 1, turns([1, 2, 3], 3))))).code).toBe('internal')
        expect((await settled(persistence.commit('a', 1, turns([1, 2], 2)))).checkpoint).toBe(1)
      })

      it('takes a message that was given up into the journal again, as a new one without its key, and once', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        const headers = { trace: 't1' }
        await settled(persistence.accept('a', message({ at: new Date(5) }, { key: 'k', headers })))
        await settled(persistence.accept('a', message('other')))
        const crashed = { status: 'crashed', message: 'given up' } as const
        const dead = [turn(1, { dead: 'crashed', outcome: crashed }), turn(2, { dead: 'crashed' })]
        await settled(persistence.commit('a', 1, { turns: dead }))
        const [first, second] = await settled(persistence.deadLetters(10))
        expect(first).toMatchObject({
          id: 'a',
          seq: 1,
          attempts: 0,
          why: 'crashed',
          envelope: { input: { at: new Date(5) }, key: 'k', headers },
        })
        expect(second).toMatchObject({ seq: 2, envelope: { input: 'other' } })
        expect(await settled(persistence.deadLetters(1))).toMatchObject([{ seq: 2 }])

        const exhumed = await settled(persistence.exhume('a', 1))
        expect(exhumed).toMatchObject({ seq: 3, attempts: 0, envelope: { input: { at: new Date(5) }, key: undefined, headers } })
        expect(await settled(persistence.exhume('a', 1))).toBeUndefined()
        await settled(persistence.dropDeadLetter('a', 2))
        expect(await settled(persistence.deadLetters(10))).toEqual([])
        expect(await settled(persistence.accept('a', message('again', { key: 'k' })))).toMatchObject({ outcome: crashed })
        expect((await settled(persistence.open('a', 0))).backlog).toMatchObject([
          { seq: 3, envelope: { input: { at: new Date(5) } } },
        ])
      })

      it('sends a message that was given up to the dead letters, and counts it as dealt with', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([persistence.accept('a', message('bad')), persistence.accept('a', message('good'))]))
        await settled(persistence.commit('a', 1, { turns: [turn(1, { dead: 'it crashed 3 times' })] }))
        const revived = await settled(persistence.open('a', 0))
        expect([revived.frontier, revived.replay, seqs(revived.backlog)]).toEqual([1, [], [2]])
      })
    })

    describe('fencing', () => {
      it('lets only the newest incarnation commit and seal', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(persistence.open('a', 0))
        const commit = await settled(rejection(persistence.commit('a', 1, checkpointOf(1, 1))))
        const seal = await settled(
          rejection(
            persistence.seal('a', 1, {
              reason: normal,
              snapshot: undefined,
              crashedOn: undefined,
            }),
          ),
        )
        expect([commit.code, seal.code]).toEqual(['fenced', 'fenced'])
        expect(commit.message).toBe('incarnation 1 of a can commit no more: incarnation 2 is the newest; nothing was written')
        expect((await settled(persistence.commit('a', 2, checkpointOf(1, 1)))).checkpoint).toBe(1)
      })

      it('lets an incarnation that has left its last will commit no more, not even within the same group', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        const sealed = persistence.seal('a', 1, { reason: normal, snapshot: snapshot('end', 3), crashedOn: undefined })
        const late = rejection(persistence.commit('a', 1, checkpointOf('late', 4)))
        expect(await settled(sealed)).toBe(1)
        expect((await late).message).toBe('incarnation 1 of a can commit no more: it has ended; nothing was written')
        expect((await settled(persistence.open('a', 0))).offered?.state).toBe('end')
      })

      it('holds over openings of the store', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.open('a', 0))
        const second = await reopened(store, first)
        await second.settled(second.persistence.open('a', 0))
        expect((await second.settled(rejection(second.persistence.commit('a', 1, checkpointOf(1, 1))))).code).toBe('fenced')
      })

      it('rejects what is asked of a store that is closed', async () => {
        const { persistence } = await opened()
        const before = persistence.accept('a', message(1))
        await persistence.close()
        expect(await before).toEqual({ status: 'accepted', seq: 1 })
        const error = await rejection(persistence.accept('a', message(2)))
        expect([error.problem, error.message]).toEqual([
          'closed',
          `store ${JSON.stringify(persistence.info.location)} is closed; nothing was written`,
        ])
        await persistence.close()
      })
    })

    describe('open', () => {
      it('finds nothing of an actor that was never there', async () => {
        const { persistence, settled } = await opened()
        expect(await settled(persistence.open('a', 0))).toEqual({
          incarnation: 1,
          lastExit: undefined,
          frontier: 0,
          offered: undefined,
          checkpoints: [],
          damaged: [],
          replay: [],
          backlog: [],
          timers: [],
        })
      })

      it('finds the last state, and what was accepted and not applied', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.open('a', 0))
        const messages = [message(1), message(2, { kind: 'call', sender: 'b', key: 'k' }), message(3)]
        await first.settled(Promise.all(messages.map((each) => first.persistence.accept('a', each))))
        await first.settled(first.persistence.commit('a', 1, turns([1], { sum: 1 })))
        const second = await reopened(store, first)
        const info = {
          number: 1,
          incarnation: 1,
          behavior: 'counter',
          version: 1,
          frontier: 1,
          cause: 'turn',
          takenAtMs: 1_000_000,
        }
        expect(await second.settled(second.persistence.open('a', 0))).toEqual({
          incarnation: 2,
          lastExit: { type: 'noconnection' },
          frontier: 1,
          offered: { ...info, state: { sum: 1 } },
          checkpoints: [info],
          damaged: [],
          replay: [],
          backlog: [
            { seq: 2, envelope: messages[1], attempts: 0 },
            { seq: 3, envelope: messages[2], attempts: 0 },
          ],
          timers: [],
        })
      })

      it('gives messages that were applied after the checkpoint to be run again', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([1, 2, 3, 4].map((n) => persistence.accept('a', message(n)))))
        await settled(persistence.commit('a', 1, turns([1], 1)))
        await settled(persistence.commit('a', 1, { turns: [turn(2, { dead: 'poison' }), turn(3)] }))
        const revived = await settled(persistence.open('a', 0))
        expect([revived.offered?.state, seqs(revived.replay), seqs(revived.backlog)]).toEqual([1, [3], [4]])
      })

      it('gives the whole journal where there is no checkpoint', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([1, 2].map((n) => persistence.accept('a', message(n)))))
        await settled(persistence.commit('a', 1, { turns: [turn(1)] }))
        const revived = await settled(persistence.open('a', 0))
        expect([revived.offered, seqs(revived.replay), seqs(revived.backlog)]).toEqual([undefined, [1], [2]])
      })

      it('tells why the incarnation before ended', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(persistence.seal('a', 1, { reason: killed, snapshot: undefined, crashedOn: undefined }))
        expect((await settled(persistence.open('a', 0))).lastExit).toEqual(killed)
        expect((await settled(persistence.open('a', 0))).lastExit).toEqual({ type: 'noconnection' })
      })

      it('tells of a crash with its error, as far as that can be stored', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        const error = Object.assign(new TypeError('no such table', { cause: new Error('disk') }), { socket: () => 1 })
        await settled(persistence.seal('a', 1, { reason: crash(error), snapshot: undefined, crashedOn: undefined }))
        const { lastExit } = await settled(persistence.open('a', 0))
        expect(lastExit).toEqual(crash(new TypeError('no such table', { cause: new Error('disk') })))
      })

      it('counts an attempt for the message that the incarnation crashed on', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([persistence.accept('a', message(1)), persistence.accept('a', message(2))]))
        for (const incarnation of [1, 2]) {
          await settled(persistence.seal('a', incarnation, { reason: crash('x'), snapshot: undefined, crashedOn: 1 }))
          await settled(persistence.open('a', 0))
        }
        expect((await settled(persistence.open('a', 0))).backlog.map(({ attempts }) => attempts)).toEqual([2, 0])
      })

      it('counts an attempt that is told of before it begins', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.accept('a', message('deadly')))
        await first.settled(first.persistence.open('a', 0))
        await first.settled(first.persistence.commit('a', 1, { turns: [], attempted: 1 }))
        const { persistence, settled } = await reopened(store, first)
        expect((await settled(persistence.open('a', 0))).backlog).toMatchObject([{ seq: 1, attempts: 1 }])
      })
    })

    describe('checkpoints with their state elsewhere', () => {
      const limits = { keep: 2, maxBytes: 1_000 }
      const ofNumber = (number: number): Commit => ({
        turns: [],
        checkpoint: { snapshot: { ...snapshot(undefined, number), isElsewhere: true }, cause: 'call', limits, number },
      })
      const reserve: Commit = { turns: [], reserves: true }

      it('[R4] have a number that is set aside first; until they are written they are not there, and are to be told to be gone', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.open('a', 0))
        expect(await first.settled(first.persistence.commit('a', 1, reserve))).toEqual({ reserved: 1, deliveries: [] })
        const next = await reopened(store, first)
        const revived = await next.settled(next.persistence.open('a', 0))
        expect([revived.offered, revived.checkpoints, revived.expired]).toEqual([undefined, [], [1]])
        // Numbers are given once.
        expect((await next.settled(next.persistence.commit('a', 2, reserve))).reserved).toBe(2)
        expect((await next.settled(next.persistence.commit('a', 2, ofNumber(2)))).checkpoint).toBe(2)
        const again = await next.settled(next.persistence.open('a', 0))
        expect(again.checkpoints).toMatchObject([{ number: 2, isElsewhere: true }])
        expect(again.offered).toMatchObject({ number: 2, isElsewhere: true, state: undefined })
        expect(again.expired).toEqual([1])
      })

      it('[R10] say which are no longer kept, and remember it until that was told, also over openings', async () => {
        const store = fresh()
        const first = await open(store)
        const { persistence, settled } = first
        await settled(persistence.open('a', 0))
        const expired: unknown[] = []
        for (const n of [1, 2, 3, 4]) {
          await settled(persistence.commit('a', 1, reserve))
          expired.push((await settled(persistence.commit('a', 1, ofNumber(n)))).expired)
        }
        expect(expired).toEqual([undefined, undefined, [1], [2]])
        await settled(persistence.commit('a', 1, { turns: [], told: [1] }))
        const next = await reopened(store, first)
        expect((await next.settled(next.persistence.open('a', 0))).expired).toEqual([2])
        await next.settled(next.persistence.commit('a', 2, { turns: [], told: [2] }))
        expect((await next.settled(next.persistence.open('a', 0))).expired).toBeUndefined()
      })

      it('are not written by a number that was not set aside, nor by an incarnation that has ended', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        expect((await rejection(settled(persistence.commit('a', 1, ofNumber(1))))).message).toContain('was never reserved')
        await settled(persistence.commit('a', 1, reserve))
        await settled(persistence.open('a', 0))
        expect((await rejection(settled(persistence.commit('a', 1, ofNumber(1))))).code).toBe('fenced')
        expect((await settled(persistence.open('a', 0))).checkpoints).toEqual([])
      })

      it('are each written, however many wait, because each has a state of its own', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        for (const _ of [1, 2, 3]) await settled(persistence.commit('a', 1, reserve))
        const committed = await settled(Promise.all([1, 2, 3].map((n) => persistence.commit('a', 1, ofNumber(n)))))
        expect(committed.map(({ checkpoint }) => checkpoint)).toEqual([1, 2, 3])
      })
    })

    describe('checkpoints', () => {
      it('[R11] are kept as many at a time as was said with the newest', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        const limits = { keep: 4, maxBytes: 1_000 }
        for (let n = 1; n <= 6; n += 1)
          await settled(
            persistence.commit('a', 1, { turns: [], checkpoint: { snapshot: snapshot(n, n), cause: 'call', limits } }),
          )
        expect((await settled(persistence.open('a', 0))).checkpoints.map(({ number }) => number)).toEqual([6, 5, 4, 3])
      })

      it('[W1] are refused when they are too large, and nothing is written', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        const limits = { keep: 2, maxBytes: 20 }
        const order = { snapshot: snapshot('x'.repeat(30), 1), cause: 'call', limits } as const
        const error = await rejection(settled(persistence.commit('a', 1, { turns: [], checkpoint: order })))
        expect(error).toMatchObject({ code: 'checkpoint-too-large', bytes: 41, maxBytes: 20 })
        const sealed = persistence.seal('a', 1, { reason: normal, snapshot: order.snapshot, limits, crashedOn: undefined })
        expect((await rejection(settled(sealed))).code).toBe('checkpoint-too-large')
        expect((await settled(persistence.open('a', 0))).checkpoints).toEqual([])
      })

      it('[C1] are kept two at a time, with the journal back to the older', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([1, 2, 3, 4].map((n) => persistence.accept('a', message(n)))))
        for (const n of [1, 2, 3, 4]) expect((await settled(persistence.commit('a', 1, turns([n], n)))).checkpoint).toBe(n)
        const newest = await settled(persistence.open('a', 0))
        expect(newest.checkpoints.map(({ number }) => number)).toEqual([4, 3])
        const older = await settled(persistence.open('a', 1))
        expect([older.offered?.state, seqs(older.replay)]).toEqual([3, [4]])
      })

      it('are passed over rung by rung; past the last the actor begins anew without what led there', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(Promise.all([1, 2, 3, 4].map((n) => persistence.accept('a', message(n)))))
        for (const n of [1, 2, 3]) await settled(persistence.commit('a', 1, turns([n], n)))
        const none = await settled(persistence.open('a', 2))
        expect([none.offered, none.frontier, none.replay, seqs(none.backlog)]).toEqual([undefined, 3, [], [4]])
        expect(none.checkpoints.map(({ number }) => number)).toEqual([3, 2])
      })

      it('can be read one by one', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(persistence.commit('a', 1, checkpointOf({ at: new Date(5) }, 1)))
        const read = await settled(Promise.all([persistence.read('a', 1), persistence.read('a', 2), persistence.read('b', 1)]))
        expect(read).toEqual([
          {
            number: 1,
            incarnation: 1,
            behavior: 'counter',
            version: 1,
            frontier: 1,
            cause: 'call',
            takenAtMs: 1_000_000,
            state: { at: new Date(5) },
          },
          undefined,
          undefined,
        ])
      })

      it('of an actor without a journal count turns, and have nothing to do with its messages', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        for (const n of [10, 20, 30]) await settled(persistence.commit('a', 1, checkpointOf(n, n)))
        await settled(persistence.accept('a', message(1)))
        const revived = await settled(persistence.open('a', 0))
        expect([revived.offered?.frontier, revived.frontier, revived.replay, revived.backlog.length]).toEqual([30, 0, [], 1])
      })

      it('of the time before an actor had a journal are continued by all of the journal', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(persistence.commit('a', 1, checkpointOf('count of 500 turns', 500)))
        await settled(Promise.all([1, 2].map((n) => persistence.accept('a', message(n)))))
        await settled(persistence.commit('a', 1, turns([1, 2], 'with journal')))
        const older = await settled(persistence.open('a', 1))
        expect([older.offered?.state, seqs(older.replay)]).toEqual(['count of 500 turns', [1, 2]])
      })
    })

    describe('going back', () => goingBackContract({ fresh, open, reopened }))

    describe('timers', () => {
      it('come back until they fire or are cancelled, in the order in which they are due', async () => {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.open('a', 0))
        await first.settled(Promise.all([1, 2].map((n) => first.persistence.accept('a', message(n)))))
        const timer = (id: string, dueAtMs: number) => ({ id, dueAtMs, envelope: message({ for: id }) })
        await first.settled(
          first.persistence.commit('a', 1, {
            turns: [
              turn(1, { timersSet: [timer('late', 30.5), timer('gone', 20), timer('soon', 10)] }),
              turn(2, { timersCancelled: ['gone'], timersSet: [timer('late', 40)] }),
            ],
          }),
        )
        const second = await reopened(store, first)
        expect((await second.settled(second.persistence.open('a', 0))).timers).toEqual([timer('soon', 10), timer('late', 40)])
      })

      it('become a message when they fire, once', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(persistence.accept('a', message(1)))
        const envelope = message('due', { kind: 'info', name: 'tick' })
        await settled(persistence.commit('a', 1, { turns: [turn(1, { timersSet: [{ id: 't', dueAtMs: 1, envelope }] })] }))
        const fired = await settled(Promise.all([persistence.fire('a', 't'), persistence.fire('a', 't')]))
        expect(fired).toEqual([{ seq: 2, envelope, attempts: 0 }, undefined])
        const { timers, backlog } = await settled(persistence.open('a', 0))
        expect([timers, seqs(backlog)]).toEqual([[], [2]])
      })
    })

    describe('members', () => {
      it('come back in the order in which they were saved first', async () => {
        const store = fresh()
        const first = await open(store)
        const save = (key: string, args: unknown) => first.persistence.saveMember({ supervisor: 's', key, args })
        await first.settled(
          Promise.all([save('b', 1), save('a', 2), save('c', 3), save('b', { new: 1n }), first.persistence.dropMember('s', 'a')]),
        )
        const second = await reopened(store, first)
        expect(await second.settled(second.persistence.members('s'))).toEqual([
          { supervisor: 's', key: 'b', args: { new: 1n } },
          { supervisor: 's', key: 'c', args: 3 },
        ])
        expect(await second.settled(second.persistence.members('other'))).toEqual([])
      })

      it('that a turn starts leave alone those that are there', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.open('a', 0))
        await settled(persistence.saveMember({ supervisor: 's', key: 'x', args: 'old' }))
        await settled(persistence.accept('a', message(1)))
        const members = ['x', 'y'].map((key) => ({ supervisor: 's', key, args: 'new' }))
        await settled(persistence.commit('a', 1, { turns: [turn(1, { members })] }))
        expect(await settled(persistence.members('s'))).toEqual([
          { supervisor: 's', key: 'x', args: 'old' },
          { supervisor: 's', key: 'y', args: 'new' },
        ])
      })
    })

    describe('effects', () => {
      const pay = { seq: 1, name: 'pay' }

      async function ready() {
        const store = fresh()
        const first = await open(store)
        await first.settled(first.persistence.open('a', 0))
        await first.settled(Promise.all([first.persistence.accept('a', message(1)), first.persistence.accept('a', message(2))]))
        return { store, ...first }
      }

      it('stand there before they are done, and are open until it is written what came of them', async () => {
        const { store, ...first } = await ready()
        const { persistence, settled } = first
        expect(await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k1' }))).toEqual({ status: 'begun', key: 'k1' })
        expect(await settled(persistence.beginEffect('a', 1, { seq: 1, name: 'mail', key: 'k2' }))).toMatchObject({ key: 'k2' })
        const next = await reopened(store, first)
        await next.settled(next.persistence.open('a', 0))
        const open = next.persistence.beginEffect('a', 2, { ...pay, key: 'k3' })
        expect(await next.settled(open)).toEqual({ status: 'open', key: 'k1' })
        const result = { status: 'done', value: { at: new Date(5), of: [1n] } } as const
        expect(await next.settled(next.persistence.settleEffect('a', 2, pay, result))).toEqual(result)
        const last = await reopened(store, next)
        await last.settled(last.persistence.open('a', 0))
        const known = last.persistence.beginEffect('a', 3, { ...pay, key: 'k4' })
        expect(await last.settled(known)).toEqual({ status: 'settled', result })
      })

      it('keep the error of one that failed, whatever is in it', async () => {
        const { persistence, settled } = await ready()
        await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k' }))
        const error = Object.assign(new TypeError('declined'), { request: { send: () => 1 }, status: 402 })
        const kept = await settled(persistence.settleEffect('a', 1, pay, { status: 'failed', error }))
        expect(kept).toMatchObject({ status: 'failed', error: { name: 'TypeError', message: 'declined', status: 402 } })
        expect(await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k' }))).toEqual({ status: 'settled', result: kept })
      })

      it('of a value that cannot be stored stay open', async () => {
        const { persistence, settled } = await ready()
        await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k' }))
        const refused = persistence.settleEffect('a', 1, pay, { status: 'done', value: { send: () => 1 } })
        expect(await settled(rejection(refused))).toMatchObject({ code: 'not-storable', path: 'effect "pay".value.send' })
        expect(await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k2' }))).toEqual({ status: 'open', key: 'k' })
      })

      it('are begun and settled by the newest incarnation only', async () => {
        const { persistence, settled } = await ready()
        await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k' }))
        await settled(persistence.open('a', 0))
        const late = [
          persistence.beginEffect('a', 1, { seq: 2, name: 'pay', key: 'k' }),
          persistence.settleEffect('a', 1, pay, { status: 'done', value: 1 }),
        ]
        for (const { code } of await settled(Promise.all(late.map(rejection)))) expect(code).toBe('fenced')
        expect(await settled(persistence.beginEffect('a', 2, { ...pay, key: 'k' }))).toEqual({ status: 'open', key: 'k' })
      })

      it('are begun for no message that has been applied, and are known when it is gone', async () => {
        const { persistence, settled } = await ready()
        await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k' }))
        await settled(persistence.settleEffect('a', 1, pay, { status: 'done', value: 1 }))
        await settled(persistence.commit('a', 1, turns([1], 'one')))
        const known = persistence.beginEffect('a', 1, { ...pay, key: 'k2' })
        expect(await settled(known)).toEqual({ status: 'settled', result: { status: 'done', value: 1 } })
        const other = persistence.beginEffect('a', 1, { seq: 1, name: 'mail', key: 'k2' })
        expect(await settled(other)).toEqual({ status: 'applied', key: 'k2' })
        await settled(persistence.commit('a', 1, turns([2], 'two')))
        await settled(persistence.commit('a', 1, checkpointOf('two', 2)))
        const gone = persistence.beginEffect('a', 1, { ...pay, key: 'k2' })
        expect(await settled(gone)).toEqual({ status: 'settled', result: { status: 'done', value: 1 } })
      })
    })

    describe('counts of restarts', () => {
      it('are kept for each child of a supervisor over openings of the store, until they are forgotten', async () => {
        const store = fresh()
        const first = await open(store)
        const count = (supervisor: string, child: string, restarts: number) =>
          first.persistence.countRestarts({ supervisor, child, restarts })
        await first.settled(
          Promise.all([count('s', 'b', 1), count('s', 'a', 1), count('s', 'b', 2), count('s', 'c', 1), count('t', 'a', 5)]),
        )
        await first.settled(Promise.all([count('s', 'c', 0), count('s', 'never', 0)]))
        const second = await reopened(store, first)
        expect(await second.settled(second.persistence.restarts('s'))).toEqual([
          { supervisor: 's', child: 'a', restarts: 1 },
          { supervisor: 's', child: 'b', restarts: 2 },
        ])
        expect(await second.settled(second.persistence.restarts('nobody'))).toEqual([])
      })
    })

    describe('notes of exits', () => {
      it('come back in the next process as they were, those of each supervisor oldest first', async () => {
        const store = fresh()
        const first = await open(store)
        const error = new TypeError('boom', { cause: new Error('inner') })
        const full = note('s', 2, { incarnation: undefined, details: { reason: { type: 'error', error }, back: [{ at: 1n }] } })
        await first.settled(first.persistence.noteExits('s', [note('s', 1), full], 10))
        await first.settled(first.persistence.noteExits('r', [note('r', 1)], 10))
        const second = await reopened(store, first)
        await second.settled(second.persistence.noteExits('s', [note('s', 1, { epoch: 2 })], 10))
        const { notes, damaged } = await second.settled(second.persistence.exits())
        expect(damaged).toEqual([])
        expect(ofEach(notes)).toEqual({ r: ['1.1'], s: ['1.1', '1.2', '2.1'] })
        expect(notes.find(({ supervisor, number }) => supervisor === 's' && number === 2)).toEqual(full)
      })

      it('take the place of what was noted of the same exit before', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.noteExits('s', [note('s', 1), note('s', 2)], 10))
        await settled(persistence.noteExits('s', [note('s', 1, { details: 'more' })], 10))
        expect((await settled(persistence.exits())).notes.map(({ number, details }) => [number, details])).toEqual([
          [1, 'more'],
          [2, null],
        ])
      })

      it('are kept so many for each supervisor, the newest over all processes', async () => {
        const { persistence, settled } = await opened()
        await settled(persistence.noteExits('r', [note('r', 1)], 3))
        await settled(persistence.noteExits('s', [note('s', 1), note('s', 2), note('s', 3)], 3))
        await settled(persistence.noteExits('s', [note('s', 1, { epoch: 2 }), note('s', 2, { epoch: 2 })], 3))
        expect(ofEach((await settled(persistence.exits())).notes)).toEqual({ r: ['1.1'], s: ['1.3', '2.1', '2.2'] })
      })

      it('are kept up to 5,000 of all supervisors, so that those of names that come and go do not grow for ever', async () => {
        const { persistence, settled } = await opened()
        for (let from = 0; from < 5_200; from += 400) {
          const ids = Array.from({ length: 400 }, (_, i) => `s${from + i}`)
          await settled(Promise.all(ids.map((id) => persistence.noteExits(id, [note(id, 1)], 20))))
        }
        const { notes } = await settled(persistence.exits())
        const kept = new Set(notes.map(({ supervisor }) => supervisor))
        expect([notes.length, kept.has('s199'), kept.has('s200'), kept.has('s5199')]).toEqual([5_000, false, true, true])
      })

      it('are refused where they cannot be stored, and nothing of that call is written', async () => {
        const { persistence, settled } = await opened()
        const bad = note('s', 2, { details: { run: () => 1 } })
        expect((await settled(rejection(persistence.noteExits('s', [note('s', 1), bad], 10)))).code).toBe('not-storable')
        expect(await settled(persistence.exits())).toEqual({ notes: [], damaged: [] })
      })
    })
  })
}
