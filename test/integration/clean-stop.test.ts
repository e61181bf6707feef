import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'

const fixture = fileURLToPath(new URL('fixtures/clean-stop.ts', import.meta.url))

describe('a process whose tree has been stopped', () => {
  it.each(['in-process', 'worker'])(
    'has no timer and no handle left, and ends by itself (store on the thread: %s)',
    async (link) => {
      const folder = mkdtempSync(join(tmpdir(), 'coppice-clean-'))
      try {
        const { code, said } = await run(fixture, [join(folder, 'app.db'), link]).end()
        expect({ code, said }).toMatchObject({ code: 0, said: [{ left: [] }, { afterMs: expect.any(Number) }] })
        // Measured: a few milliseconds. A machine that is busy takes longer, a time-out that was forgotten for ever.
        expect((said[1] as { afterMs: number }).afterMs).toBeLessThan(1_000)
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
    30_000,
  )
})
