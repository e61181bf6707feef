import { describe, expect, it } from 'vitest'
import { memory } from '../../src/persistence/memory-store.ts'
import { checkpointOf, message, openIn, rejection } from '../support/store-fixtures.ts'

describe('memory', () => {
  it('opened again without being closed is what the death of a process looks like', async () => {
    const store = memory()
    const first = await openIn(store)
    await first.settled(first.persistence.open('a', 0))
    await first.settled(first.persistence.accept('a', message('committed')))
    const lost = rejection(first.persistence.accept('a', message('not committed')))

    const second = await openIn(store)
    const revived = await second.settled(second.persistence.open('a', 0))
    expect([revived.lastExit, revived.backlog.map(({ envelope }) => envelope.input)]).toEqual([
      { type: 'noconnection' },
      ['committed'],
    ])

    first.world.flush()
    expect((await lost).message).toBe(
      'store "memory" has another owner since it was opened here (epoch 2, ours is 1); nothing was written',
    )
    const late = await first.settled(rejection(first.persistence.commit('a', 1, checkpointOf('late', 1))))
    expect(late.code).toBe('fenced')
  })

  it('gives back values of its own, not those that were given', async () => {
    const { persistence, settled } = await openIn(memory())
    const state = { list: [1] }
    await settled(persistence.open('a', 0))
    await settled(persistence.commit('a', 1, checkpointOf(state, 1)))
    state.list.push(2)
    const first = (await settled(persistence.read('a', 1)))?.state
    expect(first).toEqual({ list: [1] })
    expect((await settled(persistence.read('a', 1)))?.state).not.toBe(first)
  })

  it('is apart from every other', async () => {
    const first = await openIn(memory())
    await first.settled(first.persistence.accept('a', message(1)))
    const second = await openIn(memory())
    expect((await second.settled(second.persistence.open('a', 0))).backlog).toEqual([])
  })
})
