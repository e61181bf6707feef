import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'

const shop = fileURLToPath(new URL('fixtures/shop.ts', import.meta.url))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-kill-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (): string => join(folder, 'shop.db')

/** Does a step, freezes at the given point, and is killed there with SIGKILL. */
const killedAt = async (step: string, freezeAt: string): Promise<readonly unknown[]> => {
  const program = run(shop, [file(), step, freezeAt])
  await program.hear((value) => (value as { frozen?: string }).frozen === freezeAt)
  await program.kill9()
  expect(program.process.signalCode).toBe('SIGKILL')
  return program.said
}

/** Does a step in a process that ends by itself, and gives what it says first. */
const done = async (step: string): Promise<unknown> => {
  const { code, said } = await run(shop, [file(), step]).end()
  expect({ code, said }).toMatchObject({ code: 0 })
  return said[0]
}

describe('after kill -9', () => {
  it('between accept and apply, a durable actor applies the message once, and the caller who asks again gets the reply', async () => {
    const said = await killedAt('add', 'accepted durable')
    expect(said).toEqual([{ frozen: 'accepted durable' }])
    expect(await done('look')).toMatchObject({ durable: { count: 5, order: [5] }, epoch: 2 })
    expect(await done('add')).toEqual({ reply: 5 })
    expect(await done('look')).toMatchObject({ durable: { count: 5, order: [5] } })
  })

  it('between commit and reply, it is applied once, and the caller who asks again gets the reply', async () => {
    const said = await killedAt('add', 'committed durable')
    expect(said).toEqual([{ frozen: 'committed durable' }])
    expect(await done('add')).toEqual({ reply: 5 })
    expect(await done('look')).toMatchObject({ durable: { count: 5, order: [5] } })
  })

  it('during recovery, the next recovery does it all', async () => {
    await killedAt('add', 'accepted durable')
    await killedAt('look', 'recovering durable')
    await killedAt('look', 'recovering durable')
    expect(await done('look')).toMatchObject({ durable: { count: 5, order: [5] }, epoch: 4 })
  })

  it('dynamic members come back with key, arguments and state', async () => {
    await killedAt('open carts', 'the end')
    expect(await done('look')).toMatchObject({
      carts: ['b', 'a/1', '100%'].map((key) => [key, { owner: `owner of ${key}`, items: [`item of ${key}`] }]),
    })
  })

  it('[A1] [C10] a checkpointed actor comes back with what its last end wrote: here a crash, before the process was gone', async () => {
    await killedAt('crash', 'the end')
    expect(await done('look')).toMatchObject({ checkpointed: { count: 7, order: [7] } })
  })

  it('[S10] what the supervisors decided before is there in the next process', async () => {
    await killedAt('crash', 'the end')
    await killedAt('crash', 'the end')
    expect(await done('look back')).toEqual(
      [1, 2].map((epoch) => ({ epoch, isEarlier: true, id: 'checkpointed', incarnation: 2 * epoch - 1, decided: 'restart' })),
    )
  })

  it('the file is free at once, and until then it is refused to everybody else', async () => {
    const owner = run(shop, [file(), 'look', 'the end'])
    await owner.hear((value) => (value as { frozen?: string }).frozen === 'the end')
    const { code, said } = await run(shop, [file(), 'look']).end()
    expect(code).toBe(1)
    expect(said).toMatchObject([{ code: 'store' }])
    expect((said[0] as { message: string }).message).toMatch(/^store ".*shop\.db" is held by another owner/)
    await owner.kill9()
    expect(await done('look')).toMatchObject({ durable: { count: 0 } })
  })
})
