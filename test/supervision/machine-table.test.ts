import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { readTable } from '../../src/supervision/machine/machine-table.ts'
import { supervisorMachine } from '../../src/supervision/machine/supervisor-machine.ts'

describe('the table of a machine', () => {
  it('has a row for each state of the supervisor, with a way for each fact that may come', () => {
    const table = readTable(supervisorMachine)
    expect([...table.keys()]).toEqual(Object.keys(supervisorMachine.states))
    const facts = [...(table.get('running')?.on.keys() ?? [])].sort()
    expect(facts).toEqual([...(supervisorMachine.states['running']?.events ?? [])].sort())
  })

  it.each<[string, object]>([
    ['a delay', { initial: 'a', states: { a: { after: { 100: 'b' } }, b: {} } }],
    ['a nested state', { initial: 'a', states: { a: { initial: 'c', states: { c: {} } } } }],
    ['an invocation', { initial: 'a', states: { a: { invoke: { src: 'x' } } } }],
    ['an exit action', { initial: 'a', states: { a: { exit: 'x' } } }],
    ['a wildcard of the machine', { initial: 'a', on: { go: '.a' }, states: { a: {} } }],
    ['parallel states', { type: 'parallel', states: { a: {} } }],
  ])('has no place for %s, and says so', (_, config) => {
    expect(() => readTable(createMachine(config))).toThrow('the machine uses what its table has no place for')
  })

  it('names an action that follows no rule', () => {
    expect(() => readTable(createMachine({ initial: 'a', states: { a: { entry: 'dance' } } }))).toThrow(
      'the machine names an action that follows no rule',
    )
  })
})
