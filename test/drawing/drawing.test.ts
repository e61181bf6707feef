import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawnStates } from '../../src/supervision/telling/machine-diagram.ts'
import { supervisorMachine } from '../../src/supervision/machine/supervisor-machine.ts'
import { pageFile, tableRows, withDrawing } from './page.ts'

const page = readFileSync(pageFile, 'utf8')

describe('the page of the machine', () => {
  it('shows the machine as it is; if not: npm run -s draw', () => {
    expect(page).toBe(withDrawing(page, supervisorMachine.config))
  })

  it('has a text for every state and every fact, and for nothing else', () => {
    const states = drawnStates(supervisorMachine.config)
    const events = states.flatMap(({ transitions }) => transitions.map(({ event }) => event))
    const facts = new Set(events.filter((event) => event !== undefined))
    expect(tableRows(page).toSorted()).toEqual([...states.map(({ name }) => name), ...facts].toSorted())
  })

  it('differs from one of another machine', () => {
    const other = { ...supervisorMachine.config, initial: 'running' }
    expect(withDrawing(page, other)).not.toBe(page)
    expect(() => withDrawing('# No drawing', other)).toThrow('has no place for a drawing')
  })
})
