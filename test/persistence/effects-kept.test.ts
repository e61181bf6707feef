import { expect, it } from 'vitest'
import { memory } from '../../src/persistence/memory-store.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { message, openIn, turns } from '../support/store-fixtures.ts'

it.each([
  ['memory', () => memory()],
  ['sqlite', () => sqlite(':memory:')],
])('what came of effects is known for the newest 10,000 messages of an actor, and not for ever (%s)', async (_, make) => {
  const { persistence, settled } = await openIn(make())
  await settled(persistence.open('a', 0))
  const pay = { seq: 1, name: 'pay' }
  const known = async () => (await settled(persistence.beginEffect('a', 1, { ...pay, key: 'k' }))).status
  const handle = async (from: number, to: number): Promise<void> => {
    const seqs = Array.from({ length: to - from + 1 }, (_item, i) => from + i)
    await settled(Promise.all(seqs.map((seq) => persistence.accept('a', message(seq)))))
    // Two of them, since what the older checkpoint has not applied is kept in any case.
    await settled(persistence.commit('a', 1, turns(seqs.slice(0, -1), to)))
    await settled(persistence.commit('a', 1, turns(seqs.slice(-1), to)))
  }
  await settled(persistence.accept('a', message(1)))
  expect(await known()).toBe('begun')
  await settled(persistence.settleEffect('a', 1, pay, { status: 'done', value: 1 }))
  await settled(persistence.commit('a', 1, turns([1], 1)))
  await handle(2, 9_000)
  expect(await known()).toBe('settled')
  await handle(9_001, 12_000)
  expect(await known()).toBe('applied')
  await persistence.close()
})
