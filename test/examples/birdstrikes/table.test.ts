import { describe, expect, it } from 'vitest'
import { tableOf } from '../../../examples/birdstrikes/table.ts'

describe('tableOf', () => {
  it('begins the first column at the left and ends the others at the right', () => {
    expect(
      tableOf([
        ['', 'rows', 'lost'],
        ['coppice', '10,000', '0'],
        ['a', '1', '12'],
      ]),
    ).toEqual(['           rows  lost', 'coppice  10,000     0', 'a             1    12'])
  })

  it('leaves no blanks at the end of a line, and takes cells that are absent for empty ones', () => {
    expect(tableOf([['a', 'b'], ['long']])).toEqual(['a     b', 'long'])
    expect(tableOf([])).toEqual([])
  })
})
