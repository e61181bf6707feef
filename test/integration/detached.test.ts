import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'

const program = fileURLToPath(new URL('fixtures/detached.ts', import.meta.url))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-detached-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('detached actors after kill -9', () => {
  it('[F11] are found by name with what was last kept of them, also after a process that does not know their kind', async () => {
    const file = join(folder, 'app.db')
    const first = run(program, [file, 'make', 'hang'])
    await first.hear((value) => (value as { done?: string }).done === 'make')
    await first.kill9()

    const recorded = ['durable', 'each']
    const without = await run(program, [file, 'look without']).end()
    expect(without).toEqual({
      code: 0,
      said: [{ notAdopted: 'durable' }, { notAdopted: 'each' }, { found: [null, null], counts: [null, null], recorded }],
    })

    const found = ['~system/durable', '~system/each']
    const killed = run(program, [file, 'look', 'hang'])
    expect(await killed.hear(() => true)).toEqual({ found, counts: [11, 22], recorded })
    await killed.kill9()
    expect(await run(program, [file, 'look']).end()).toEqual({ code: 0, said: [{ found, counts: [11, 22], recorded }] })
  })
})
