import { expect, it } from 'vitest'
import type { ActorBack, GoingBack, Store } from '../../src/runtime/persistence.ts'
import { message, rejection, snapshot, turn, turns, type OpenStore } from '../support/store-fixtures.ts'

interface Opening {
  readonly fresh: () => Store
  readonly open: (store: Store) => Promise<OpenStore>
  readonly reopened: (store: Store, opened: OpenStore) => Promise<OpenStore>
}

const order = (more: Partial<GoingBack>): GoingBack => ({ supervisor: 'group', actors: [], strangers: [], groups: [], ...more })

/** An actor that begins again with `state`. */
const back = (id: string, state: unknown, more: Partial<ActorBack> = {}): ActorBack => ({
  id,
  snapshot: snapshot(state, 0),
  journal: { mail: [], timers: [], appliedTo: 0 },
  ...more,
})

/** What a store has to keep of a group that goes back to a cut. */
export function goingBackContract({ fresh, open, reopened }: Opening): void {
  /**
   * `group/a` has applied 1 and 2, which has set a timer, and three more wait: of a sibling, of somebody else, and of somebody
   * else with a key.
   */
  async function begun(store: Store): Promise<OpenStore> {
    const opened = await open(store)
    const { persistence, settled } = opened
    await settled(persistence.open('group/a', 0))
    for (const n of [1, 2]) await settled(persistence.accept('group/a', message(n, { key: `k${n}` })))
    const outcome = { status: 'replied', value: 'done' } as const
    await settled(
      persistence.commit('group/a', 1, {
        ...turns([1, 2], 'later'),
        turns: [
          turn(1, { outcome }),
          turn(2, { outcome, timersSet: [{ id: 'since', dueAtMs: 4_000, envelope: message('too late') }] }),
        ],
      }),
    )
    await settled(persistence.accept('group/a', message('of a sibling', { sender: 'group/b' })))
    await settled(persistence.accept('group/a', message('of another', { sender: 'other' })))
    await settled(persistence.accept('group/a', message('of another', { key: 'k5' })))
    return opened
  }

  it('gives an actor another state and another mail, behind which stays what others have sent', async () => {
    const store = fresh()
    const first = await begun(store)
    const { persistence, settled } = first
    const mail = [
      { envelope: message('second again', { key: 'k2' }), seq: 2 },
      { envelope: message('of another', { key: 'k5' }), seq: 5 },
    ]
    const journal = { mail, timers: [{ id: 't', dueAtMs: 5_000, envelope: message('due') }], appliedTo: 1 }
    const renumbered = await settled(persistence.goBack(order({ actors: [back('group/a', 'earlier', { journal })] })))
    expect(renumbered).toEqual([
      {
        id: 'group/a',
        numbers: [
          [2, 6],
          [5, 7],
          [4, 8],
        ],
      },
    ])
    const { persistence: next, settled: nextSettled } = await reopened(store, first)
    const revived = await nextSettled(next.open('group/a', 0))
    expect(revived).toMatchObject({
      incarnation: 2,
      frontier: 5,
      offered: { state: 'earlier', cause: 'cut' },
      replay: [],
      damaged: [],
    })
    expect(revived.backlog.map(({ seq, envelope }) => [seq, envelope.input, envelope.key])).toEqual([
      [6, 'second again', 'k2'],
      [7, 'of another', 'k5'],
      [8, 'of another', undefined],
    ])
    expect(revived.timers).toEqual([{ id: 't', dueAtMs: 5_000, envelope: message('due') }])
    // What was answered later was never asked, what was answered before is.
    expect(await nextSettled(next.accept('group/a', message(2, { key: 'k2' })))).toEqual({ status: 'pending', seq: 6 })
    expect(await nextSettled(next.accept('group/a', message(1, { key: 'k1' })))).toMatchObject({ status: 'answered', seq: 1 })
    expect(await nextSettled(next.commit('group/a', 2, turns([6, 7, 8], 'on')))).toMatchObject({ deliveries: [] })
  })

  it('leaves two checkpoints of the state, and none that is older, however many are kept', async () => {
    const store = fresh()
    const { persistence, settled } = await begun(store)
    const limits = { keep: 9, maxBytes: 1_000 }
    await settled(persistence.goBack(order({ actors: [back('group/a', 'earlier', { limits })] })))
    const newest = await settled(persistence.open('group/a', 0))
    expect(newest.checkpoints.map(({ cause, frontier }) => [cause, frontier])).toEqual([
      ['cut', 5],
      ['cut', 5],
    ])
    const older = await settled(persistence.open('group/a', 1))
    expect(older.offered?.state).toBe('earlier')
    expect((await settled(persistence.open('group/a', 2))).offered).toBeUndefined()
  })

  it('fences the incarnations before', async () => {
    const { persistence, settled } = await begun(fresh())
    await settled(persistence.goBack(order({ actors: [back('group/a', 'earlier')] })))
    const error = await settled(rejection(persistence.commit('group/a', 1, turns([3], 'late'))))
    expect(error.code).toBe('fenced')
  })

  it('counts the attempts at a message that stays', async () => {
    const { persistence, settled } = await begun(fresh())
    await settled(persistence.commit('group/a', 1, { turns: [], attempted: 4 }))
    await settled(persistence.goBack(order({ actors: [back('group/a', 'earlier')] })))
    const { backlog } = await settled(persistence.open('group/a', 0))
    expect(backlog.map(({ attempts }) => attempts)).toEqual([1, 0])
  })

  it('writes an actor without a journal, and another that the store has never seen', async () => {
    const { persistence, settled } = await begun(fresh())
    const actors = [back('group/b', 'b', { journal: undefined, snapshot: snapshot('b', 7) }), back('group/c', 'c')]
    await settled(persistence.goBack(order({ actors })))
    expect((await settled(persistence.open('group/b', 0))).offered).toMatchObject({ state: 'b', frontier: 7 })
    expect((await settled(persistence.open('group/c', 0))).offered).toMatchObject({ state: 'c', frontier: 0 })
  })

  it('has strangers begin anew, and makes dead letters of what they had not handled', async () => {
    const { persistence, settled } = await begun(fresh())
    await settled(persistence.goBack(order({ strangers: ['group/a'] })))
    const { offered, backlog, checkpoints } = await settled(persistence.open('group/a', 0))
    expect([offered, backlog, checkpoints]).toEqual([undefined, [], []])
    expect(await settled(persistence.accept('group/a', message(1, { key: 'k1' })))).toEqual({ status: 'accepted', seq: 6 })
  })

  it('gives a dynamic supervisor exactly the members of the cut', async () => {
    const { persistence, settled } = await begun(fresh())
    for (const key of ['x', 'y']) await settled(persistence.saveMember({ supervisor: 'group', key, args: key }))
    const members = ['y', 'z'].map((key) => ({ supervisor: 'group', key, args: key }))
    await settled(persistence.goBack(order({ groups: [{ supervisor: 'group', members }] })))
    expect(await settled(persistence.members('group'))).toEqual(members)
  })

  it('refuses what cannot be stored before anything of it is written', async () => {
    const { persistence, settled } = await begun(fresh())
    const actors = [back('group/a', 'earlier'), back('group/b', () => 1)]
    expect((await settled(rejection(persistence.goBack(order({ actors }))))).code).toBe('not-storable')
    const { offered, backlog } = await settled(persistence.open('group/a', 0))
    expect([offered?.state, backlog.length]).toEqual(['later', 3])
  })
}
