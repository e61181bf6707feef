import { expect, it } from 'vitest'
import { memory } from '../../src/persistence/memory-store.ts'
import { faultyStore } from '../../src/simulation/faulty-store.ts'
import { PlannedFaults } from '../../src/simulation/planned-faults.ts'
import { manualWorld } from '../support/manual-world.ts'

it('a store with faults says of itself what the store says now, which may have been opened again', async () => {
  let epoch = 1
  const inner = await memory().open(manualWorld())
  const reopening = { ...inner, info: undefined }
  const store = {
    open: () => Promise.resolve(Object.defineProperty(reopening, 'info', { get: () => ({ ...inner.info, epoch }) })),
  }
  const faults = new PlannedFaults([{ at: 'store', operation: 'read', nth: 1, do: 'refuse' }], () => undefined)
  const faulty = await faultyStore({ store: store as never, faults, tear: () => undefined }).open(manualWorld())
  epoch = 2
  expect(faulty.info.epoch).toBe(2)
})
