import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stopOnSignals } from '../../src/app/stop-on-signals.ts'
import { run, type Program } from '../support/program.ts'

const stoppable = fileURLToPath(new URL('fixtures/stoppable.ts', import.meta.url))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-stop-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const isUp = (value: unknown): boolean => (value as { up?: number }).up !== undefined
const running = async (how: string): Promise<Program> => {
  const program = run(stoppable, [join(folder, 'app.db'), how])
  await program.hear(isUp)
  return program
}

describe('a program that stops on signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops in reverse order at %s, and ends with exit code 0; the next one goes on',
    async (signal) => {
      const program = await running('quick')
      program.process.kill(signal)
      const { code, said } = await program.end()
      expect({ code, said: said.slice(1) }).toEqual({
        code: 0,
        said: [{ signal, stillRunning: [] }, { term: 'second' }, { term: 'first' }],
      })
      const next = await running('quick')
      expect(next.said[0]).toEqual({ up: 1 })
      next.process.kill('SIGTERM')
      expect((await next.end()).code).toBe(0)
    },
  )

  it('ends at its limit, and says what still ran', async () => {
    const program = await running('slow')
    program.process.kill('SIGTERM')
    const { code, said } = await program.end()
    expect(code).toBe(143)
    expect(said.at(-1)).toEqual({ signal: 'SIGTERM', stillRunning: ['', 'first'] })
  })

  it('ends at once at a second signal', async () => {
    const program = await running('slow')
    program.process.kill('SIGTERM')
    await program.hear((value) => (value as { term?: string }).term === 'first')
    program.process.kill('SIGINT')
    expect((await program.end()).code).toBe(130)
  })
})

describe('stopOnSignals', () => {
  it('refuses a signal that no process can be asked by, and a limit that is none', () => {
    expect(() => stopOnSignals({} as never, { signals: ['SIGKILL'] })).toThrow(
      'stopOnSignals: signals must be some of SIGHUP, SIGINT, SIGQUIT, SIGTERM; got "SIGKILL"',
    )
    expect(() => stopOnSignals({} as never, { limit: -1 })).toThrow('stopOnSignals: limit must be milliseconds >= 0')
  })
})
