import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { barOf, screenFor } from '../../../examples/birdstrikes/screen.ts'

const escape = '\u001b['
const red = `${escape}31m`

/** What a screen writes to a stream that is a terminal, or is not. */
function written(isTTY: boolean, env: NodeJS.ProcessEnv): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 })
  const screen = screenFor(stream as unknown as NodeJS.WriteStream, env)
  screen.progress({ name: 'coppice', rows: 50, of: 100 })
  screen.line('   0.10 s  kill     number 1')
  screen.done()
  return String(stream.read() ?? '')
}

describe('screenFor', () => {
  it('writes plain lines where there is no terminal', () => {
    expect(written(false, {})).toBe('   0.10 s  kill     number 1\n')
    expect(written(true, { TERM: 'dumb' })).toBe('   0.10 s  kill     number 1\n')
  })

  it('shows a bar and colours on a terminal', () => {
    const output = written(true, { TERM: 'xterm' })
    expect(output).toContain('coppice  ██')
    expect(output).toContain(`   0.10 s  ${red}kill`)
  })

  it('shows no colour with NO_COLOR', () => {
    const output = written(true, { TERM: 'xterm', NO_COLOR: '1' })
    expect(output).toContain('coppice  ██')
    expect(output).toContain('   0.10 s  kill ')
    expect(output).not.toContain(red)
  })
})

describe('barOf', () => {
  it.each<[number, number, string]>([
    [0, 10_000, '░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    0 %  0 of 10,000 rows'],
    [5_000, 10_000, '████████████████████░░░░░░░░░░░░░░░░░░░░   50 %  5,000 of 10,000 rows'],
    [0, 0, '████████████████████████████████████████  100 %  0 of 0 rows'],
  ])('draws %i of %i rows', (rows, of, text) => {
    expect(barOf({ name: 'job', rows, of }, 100)).toBe(`job  ${text}`)
  })

  it('is no wider than the terminal', () => {
    const widthAt = (columns: number): number => barOf({ name: 'plain twin', rows: 1, of: 10_000 }, columns).length
    for (const columns of [50, 60, 80]) expect(widthAt(columns)).toBeLessThan(columns)
  })
})
