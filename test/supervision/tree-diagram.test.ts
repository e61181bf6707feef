import { describe, expect, it } from 'vitest'
import { child, describeTree, drawTree, dynamicSupervisor, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

const tree = supervisor(
  { strategy: 'rest_for_one', autoShutdown: 'any_significant' },
  {
    db: child(Counter, { shutdown: '250ms' }),
    jobs: child(supervisor({ intensity: { restarts: 1, within: '1m' } }, { first: child(Counter, { shutdown: 'kill' }) }), {
      restart: 'transient',
      significant: true,
    }),
    carts: dynamicSupervisor(Counter, { restart: 'temporary' }),
  },
)

const description = [
  'the root: rest_for_one, 3 restarts in 5 s, ends with any_significant',
  '├─ db: actor counter, permanent, 250 ms to stop',
  '├─ jobs: one_for_one, 1 restart in 60 s, transient, all the time to stop, significant',
  '│  └─ first: actor counter, permanent, killed to stop',
  '└─ carts: members counter, each temporary, 5 s to stop; 3 restarts in 5 s, permanent, all the time to stop',
]

describe('describeTree', () => {
  it('[S12] prints the shape of the tree that runs, with strategies, budgets and restart types', async () => {
    expect(describeTree(tree).split('\n')).toEqual(description)
    await using sim = await simulatedSystem(tree, { store: false })
    // The depth of a line is the number of its ancestors; its key is what stands before the colon.
    const ids = description.slice(1).reduce<string[][]>((paths, line) => {
      const [, indent = '', key = ''] = /^((?:│ {2}| {3})*)[├└]─ ([^:]+):/.exec(line) ?? []
      return [...paths, [...(paths.at(-1) ?? []).slice(0, indent.length / 3), key]]
    }, [])
    expect(sim.app.running().toSorted()).toEqual(['', ...ids.map((path) => path.join('/'))].toSorted())
  })

  it('refuses what start would refuse', () => {
    const wrong = supervisor({}, { a: child(Counter, { shutdown: -1 }) })
    expect(() => describeTree(wrong)).toThrow(/shutdown must be milliseconds >= 0/)
  })
})

describe('drawTree', () => {
  it('draws supervisors and actors with what is declared for them', () => {
    const small = supervisor({}, { 'a "b" <c>': child(Counter), 'inner': supervisor({}, { d: child(Counter) }) })
    expect(drawTree(small).split('\n')).toEqual([
      'flowchart TD',
      '  n[["the root<br>one_for_one, 3 restarts in 5 s"]]',
      '  n --> n_0',
      '  n_0("a &quot;b&quot; &lt;c&gt;<br>actor counter, permanent, 5 s to stop")',
      '  n --> n_1',
      '  n_1[["inner<br>one_for_one, 3 restarts in 5 s, permanent, all the time to stop"]]',
      '  n_1 --> n_1_0',
      '  n_1_0("d<br>actor counter, permanent, 5 s to stop")',
    ])
  })
})
