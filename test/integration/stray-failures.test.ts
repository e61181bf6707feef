import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url))

const guarantees = fileURLToPath(new URL('../../guides/guarantees.md', import.meta.url))

/** The kinds of failures in the guide, by whom they are blamed on. */
function tableOf(guide: string): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, readonly string[]>()
  for (const [, kinds = '', blamed = ''] of guide.matchAll(/^\| .* \| (`.*`) \| (the incarnation|nobody) \|$/gm))
    table.set(blamed, [...(table.get(blamed) ?? []), ...kinds.split('`, `').map((kind) => kind.replaceAll('`', ''))])
  return table
}

describe('a failure behind the back of a handler', () => {
  it('is blamed on the incarnation that caused it, in 44 of 48 kinds, and in no kind is it lost', async () => {
    const { code, said } = await run(fixture('strays'), []).end()
    const { kinds, exits, unattributed } = said[0] as { kinds: string[]; exits: string[]; unattributed: string[] }
    expect(code).toBe(0)
    expect([...exits, ...unattributed].sort()).toEqual([...kinds].sort())
    expect([exits.length, kinds.length]).toEqual([44, 48])
    const table = tableOf(readFileSync(guarantees, 'utf8'))
    expect(exits.toSorted()).toEqual(table.get('the incarnation')?.toSorted())
    expect(unattributed.toSorted()).toEqual(table.get('nobody')?.toSorted())
  }, 60_000)

  it('of an incarnation that has ended is told, and does not harm the next one', async () => {
    const { code, said } = await run(fixture('one-stray'), ['late']).end()
    expect({ code, said }).toEqual({ code: 0, said: [{ stray: 'too late', of: 1, now: 2 }] })
  })

  it('in a timer of a callback that a machine invokes is an error of that child, which the machine handles', async () => {
    const { code, said } = await run(fixture('machine-stray'), []).end()
    expect({ code, said }).toEqual({ code: 0, said: [{ heard: 'in a timer', incarnation: 1 }] })
  })

  it('in one of two trees is blamed on that one, also where it was woken by the other; they never meet', async () => {
    const { code, said } = await run(fixture('two-trees'), ['one']).end()
    const expected = [{ ended: ['second'], incarnations: [1, 2], names: ['worker', 'worker'] }, { left: 2 }]
    expect({ code, said }).toEqual({ code: 0, said: expected })
  })

  it.each(['nobody', 'thrown'])('that nobody can be blamed for ends the process also where two trees run (%s)', (how) => {
    const { status, stderr } = spawnSync(process.execPath, [fixture('two-trees'), how], { encoding: 'utf8', timeout: 20_000 })
    expect(status).toBe(1)
    expect(stderr).toContain('Error: nobody did it')
  })

  it('that nobody can be blamed for ends the process, as it does without coppice', () => {
    const { status, stderr } = spawnSync(process.execPath, [fixture('one-stray'), 'nobody'], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(status).toBe(1)
    expect(stderr).toContain('Error: nobody did it')
  })
})
