import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { start, supervisor } from 'coppice'
import { describe, expect, it } from 'vitest'
import { Counter } from '../support/scripted.ts'

describe('an actor whose reference nobody has any more', () => {
  it('[H13] goes on: its life does not hang on garbage collection', async () => {
    setFlagsFromString('--expose_gc')
    const collect = runInNewContext('gc') as () => void
    const app = await start(supervisor({}, {}))
    const id = '~/lonely'
    const forgotten = await (async () => new WeakRef(await app.spawn(Counter, 'lonely', { from: 1 })))()
    for (let round = 0; round < 100 && forgotten.deref() !== undefined; round += 1) {
      await turn()
      collect()
    }
    expect(forgotten.deref()).toBeUndefined()
    expect(app.running()).toContain(id)
    expect(app.inspect(id)?.status).toBe('running')
    await app.stop()
  })
})
