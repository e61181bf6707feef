import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../src/behaviors/line-splitter.ts'

describe('LineSplitter', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['lines in portions', ['a', 'b\nc', '\n'], ['ab', 'c']],
    ['empty lines', ['\n\n'], ['', '']],
    ['ends in the way of Windows, also in portions', ['a\r\nb\r', '\n'], ['a', 'b']],
    ['a last line without an end', ['a\nb'], ['a', 'b']],
    ['lines that are as long as may be', ['abcde\n', 'abcde\r', '\n', 'abcde'], ['abcde', 'abcde', 'abcde']],
    ['lines that are too long', ['abcdef\n', 'abc', 'def', 'ghi\nb\n', 'abcdefg'], ['abcde…', 'abcde…', 'b', 'abcde…']],
  ])('gives %s', (_, portions, lines) => {
    const splitter = new LineSplitter(5)
    expect([...portions.flatMap((portion) => splitter.push(portion)), ...splitter.flush()]).toEqual(lines)
  })

  it('holds no more than one line', () => {
    const splitter = new LineSplitter(5)
    for (let times = 0; times < 1_000; times += 1) expect(splitter.push('x'.repeat(1_000))).toEqual([])
    expect(splitter.push('\n')).toEqual(['xxxxx…'])
  })
})
