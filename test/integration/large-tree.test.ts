import { expect, it } from 'vitest'
import { start } from '../../src/app/start.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'

/** How often the event loop has its turn until `work` is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isDone = false
  const count = (): void => {
    turns += 1
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await work()
  isDone = true
  return turns
}

it('lets the event loop have its turn while a large tree starts and stops', async () => {
  const children = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`c${index}`, child(Counter)]))
  let app: Awaited<ReturnType<typeof start>> | undefined
  const starting = await turnsDuring(async () => {
    app = await start(supervisor({}, { many: supervisor({}, children) }))
  })
  expect(app?.running()).toHaveLength(20_002)
  const stopping = await turnsDuring(async () => app?.stop())
  expect(app?.running()).toEqual([])
  // Without it there is one turn in all.
  expect(starting).toBeGreaterThan(3)
  expect(stopping).toBeGreaterThan(3)
})

it('stops the members of a dynamic supervisor with room for others in between', async () => {
  const app = await start(supervisor({}, { many: dynamicSupervisor(Counter) }))
  await Promise.all(Array.from({ length: 20_000 }, (_, index) => app.tree.many.start(`c${index}`)))
  const stopping = await turnsDuring(async () => app.stop())
  expect(app.running()).toEqual([])
  expect(stopping).toBeGreaterThan(3)
})
