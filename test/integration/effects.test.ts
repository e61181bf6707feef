import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'
import { inDirectory } from '../support/store-fixtures.ts'

const program = fileURLToPath(new URL('fixtures/paying.ts', import.meta.url))

type Way = 'tell' | 'probe' | 'run'

/** Pays in a process that is killed at a point, as often as is said; then in one that is not. */
async function paid(point: string, { way, link = 'in-process', kills = 1 }: { way: Way; link?: string; kills?: number }) {
  const outcome = { status: '', keys: [] as readonly string[] }
  await inDirectory(async (directory) => {
    const [file, outside] = [join(directory, 'shop.db'), join(directory, 'payments')]
    for (let kill = 0; kill < kills; kill += 1) {
      const dying = run(program, [file, outside, point, way, link])
      await dying.hear((value) => (value as { frozen?: string }).frozen === point)
      await dying.kill9()
    }
    const { code, said } = await run(program, [file, outside, '', way, link]).end()
    expect(code).toBe(0)
    const [{ reply }, { noted }] = said as [{ reply: string }, { noted: readonly string[] }]
    // It was applied once, and who asks again gets what was noted.
    expect(noted).toEqual([reply])
    outcome.status = reply
    outcome.keys = existsSync(outside) ? readFileSync(outside, 'utf8').trim().split('\n') : []
  })
  return { status: outcome.status, payments: outcome.keys.length, keys: new Set(outcome.keys).size }
}

describe('an effect whose process is killed with SIGKILL', () => {
  it.each(['in-process', 'worker'])(
    'happens once at most, and is unknown where that was not written (store: %s)',
    async (link) => {
      expect(await paid('effect begun', { way: 'tell', link })).toEqual({ status: 'unknown', payments: 0, keys: 0 })
      expect(await paid('before the payment', { way: 'tell', link })).toEqual({ status: 'unknown', payments: 0, keys: 0 })
      expect(await paid('after the payment', { way: 'tell', link })).toEqual({ status: 'unknown', payments: 1, keys: 1 })
      expect(await paid('effect done', { way: 'tell', link })).toEqual({ status: 'done', payments: 1, keys: 1 })
      expect(await paid('after the record', { way: 'tell', link })).toEqual({ status: 'done', payments: 1, keys: 1 })
      expect(await paid('committed', { way: 'tell', link })).toEqual({ status: 'done', payments: 1, keys: 1 })
    },
    60_000,
  )

  it('happens exactly once where the outside can be asked', async () => {
    for (const point of ['effect begun', 'before the payment', 'after the payment', 'after the record'])
      expect(await paid(point, { way: 'probe' })).toEqual({ status: 'done', payments: 1, keys: 1 })
  }, 60_000)

  it('happens again with the same key, which the outside can see, only where the handler has chosen that', async () => {
    expect(await paid('before the payment', { way: 'run' })).toEqual({ status: 'done', payments: 1, keys: 1 })
    expect(await paid('after the payment', { way: 'run', kills: 2 })).toEqual({ status: 'done', payments: 3, keys: 1 })
    expect(await paid('after the record', { way: 'run' })).toEqual({ status: 'done', payments: 1, keys: 1 })
  }, 60_000)
})
