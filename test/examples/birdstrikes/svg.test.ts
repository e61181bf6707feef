import { describe, expect, it } from 'vitest'
import { svgOf } from '../../../examples/birdstrikes/svg.ts'

describe('svgOf', () => {
  it('has every line, escaped, and marks what is told of by its kind', () => {
    const svg = svgOf(
      [
        { atMs: 0, text: 'a < b & c' },
        { atMs: 10, text: '   0.01 s  kill     number 1' },
      ],
      'a run',
    )
    expect(svg).toContain('>a &lt; b &amp; c</text>')
    expect(svg).toContain('class="kill">   0.01 s  kill     number 1</text>')
    expect(svg).toContain('<title>a run</title>')
  })

  it('shortens what is too wide', () => {
    expect(svgOf([{ atMs: 0, text: 'x'.repeat(200) }], 'a run')).toContain(`>${'x'.repeat(127)}…<`)
  })
})
