import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ownPrograms, realTime, realTimeIn } from './support/architecture/real-time.ts'

const root = fileURLToPath(new URL('.', import.meta.url))

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('guides/.generated/') && !ownPrograms.test(path))

const found = new Map(files.map((path) => [path, realTimeIn(path, readFileSync(`${root}${path}`, 'utf8'))]))

describe('the tests', () => {
  it('wait for no real time, but for those that say why', () => {
    const known = new Set(realTime.flatMap(({ file, uses }) => uses.map((what) => `${file} ${what}`)))
    const unknown = [...found].flatMap(([file, uses]) =>
      uses.filter(({ what }) => !known.has(`${file} ${what}`)).map(({ what, line }) => `test/${file}:${line}: ${what}`),
    )
    expect(unknown).toEqual([])
  })

  it('are listed with what they use, and no more', () => {
    const used = realTime.map(({ file }) => ({ file, uses: [...new Set(found.get(file)?.map(({ what }) => what))].sort() }))
    expect(realTime.map(({ file, uses }) => ({ file, uses }))).toEqual(used)
  })
})

describe('the check finds', () => {
  it.each([
    ['await new Promise((resolve) => setTimeout(resolve, 5))', 'setTimeout'],
    ["import { setTimeout as sleep } from 'node:timers/promises'", 'node:timers/promises'],
    ["const { setTimeout } = await import('timers/promises')", 'timers/promises'],
    ['Atomics.wait(cell, 0, 0, 20)', 'Atomics.wait'],
    ['while (!isThere) await new Promise((resolve) => setImmediate(resolve))', 'setImmediate'],
    ['await vi.waitFor(() => isThere)', 'vi.waitFor'],
    ['await expect.poll(() => count).toBe(1)', 'expect.poll'],
    ['const endsAt = Date.now() + 20', 'Date.now'],
    ['const at = new Date()', 'new Date()'],
    ['AbortSignal.timeout(5)', 'AbortSignal.timeout'],
  ])('%s', (line, what) => {
    expect(realTimeIn('a.test.ts', `\n${line}`)).toContainEqual({ what, line: 2 })
  })

  it.each(["ctx.setTimeout(tick, '1s')", 'new Date(0)', "const text = 'setTimeout(run, 5)'", 'queueMicrotask(run)'])(
    'nothing in: %s',
    (line) => {
      expect(realTimeIn('a.test.ts', line)).toEqual([])
    },
  )
})
