import { createMachine } from 'xstate'
import { describe, expect, it } from 'vitest'
import { drawnStates, machineCode, machineDiagram, type DrawableState } from '../../src/supervision/telling/machine-diagram.ts'
import { supervisorMachine } from '../../src/supervision/machine/supervisor-machine.ts'

const door: DrawableState = {
  id: 'door',
  initial: 'shut',
  states: {
    shut: {
      on: {
        open: [{ guard: { type: 'isLocked' } }, { target: 'ajar', actions: ['creak', { type: 'log' }] }],
        burn: 'gone',
        flood: { guard: 'isDeep', target: 'gone' },
      },
    },
    ajar: {
      entry: 'ring',
      exit: [{ type: 'hush' }],
      always: { guard: 'isWindy', target: 'shut' },
      on: { burn: { target: 'gone' } },
    },
    gone: { type: 'final' },
  },
}

describe('machineDiagram', () => {
  it('draws states and transitions with event, guard and actions', () => {
    expect(machineDiagram(door).split('\n')).toEqual([
      'stateDiagram-v2',
      '  [*] --> shut',
      '  shut: shut',
      '  shut: open 1 [isLocked]',
      '  shut --> ajar: open 2 / creak, log',
      '  shut --> gone: burn<br>flood [isDeep]',
      '  ajar: ajar',
      '  ajar: entry / ring',
      '  ajar: exit / hush',
      '  ajar --> shut: [isWindy]',
      '  ajar --> gone: burn',
      '  gone --> [*]',
    ])
  })

  it('changes with the machine', () => {
    const { states } = supervisorMachine.config
    const waiting = { on: { due: { guard: 'isWanted', target: 'running', actions: 'goOn' } } }
    const changed = { ...supervisorMachine.config, states: { ...states, waiting } }
    const [before, after] = [supervisorMachine.config, changed].map((machine) => machineDiagram(machine).split('\n'))
    expect(after).toEqual([...(before ?? []), '  waiting --> running: due [isWanted] / goOn'])
  })

  it('draws every transition of the machine of a supervisor', () => {
    const drawn = drawnStates(supervisorMachine.config)
    const nodes = supervisorMachine.root.states as Readonly<Record<string, (typeof supervisorMachine)['root']>>
    expect(drawn.map(({ name }) => name)).toEqual(Object.keys(nodes))
    for (const { name, transitions } of drawn) {
      const known = [...(nodes[name]?.transitions.values() ?? [])].flat().length + (nodes[name]?.always?.length ?? 0)
      expect({ name, transitions: transitions.length }).toEqual({ name, transitions: known })
    }
  })
})

describe('machineCode', () => {
  it('is a call of createMachine that makes a machine with the same drawing', () => {
    for (const machine of [door, supervisorMachine.config]) {
      const code = /^import \{ createMachine \} from 'xstate'\n\nexport const machine = createMachine\((\{[^]*\})\)\n$/
      const [, config = ''] = code.exec(machineCode(machine)) ?? []
      const made = createMachine(JSON.parse(config) as Parameters<typeof createMachine>[0])
      expect(machineDiagram(made.config)).toBe(machineDiagram(machine))
      expect(Object.keys(made.states)).toEqual(Object.keys(machine.states as object))
    }
  })
})
