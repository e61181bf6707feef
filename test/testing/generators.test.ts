import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkChildSpecs, child, supervisor } from 'coppice'
import {
  acts,
  childOptions,
  childScripts,
  crashStories,
  faults,
  generatedTree,
  supervisorOptions,
  trees,
} from 'coppice/fast-check'
import { scripted, simulate, type Fault } from 'coppice/testing'

/** What a failure comes to in the end, of any value. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, isFine: (value: T) => boolean): T | undefined {
  const property = fc.property(arbitrary, (value) => isFine(value))
  return fc.check(property, { numRuns: 500, seed: 1 }).counterexample?.[0]
}

describe('the options that are generated', () => {
  it('are valid, of all kinds, and become none', () => {
    const seen = new Set<unknown>()
    const isValid = fc.property(childOptions({ significant: true }), supervisorOptions(), (ofChild, ofSupervisor) => {
      checkChildSpecs(
        { a: scripted({}, ofChild), b: child(supervisor(ofSupervisor, { c: scripted() })) },
        { autoShutdown: 'any_significant' },
      )
      for (const value of [...Object.values(ofChild), ofSupervisor.strategy, ofSupervisor.autoShutdown]) seen.add(value)
    })
    fc.assert(isValid, { numRuns: 300, seed: 1 })
    for (const value of [
      'permanent',
      'transient',
      'temporary',
      'kill',
      true,
      'one_for_all',
      'rest_for_one',
      'any_significant',
      undefined,
    ])
      expect(seen).toContain(value)
    expect(smallest(childOptions(), () => false)).toEqual({})
    expect(smallest(supervisorOptions(), ({ strategy }) => strategy !== 'one_for_all')).toEqual({ strategy: 'one_for_all' })
  })

  it('are only those that are chosen', () => {
    const options = fc.tuple(
      childOptions({ restart: ['temporary'], state: ['durable'] }),
      supervisorOptions({ restarts: [7, 7], within: ['9s'] }),
    )
    for (const [{ restart, state }, { intensity }] of fc.sample(options, 50))
      expect([restart, state, intensity]).toEqual(['temporary', 'durable', { restarts: 7, within: '9s' }])
  })
})

describe('the scripts that are generated', () => {
  it('are valid, let a tree start, and become empty', () => {
    fc.assert(fc.property(childScripts({ failsAtFirst: true }), (script) => void scripted(script)))
    for (const { lives = [] } of fc.sample(childScripts(), 200)) expect(lives[0]?.start).toBeUndefined()
    expect(smallest(childScripts(), () => false)).toEqual({})
    const second = smallest(childScripts(), ({ lives = [] }) => lives[1]?.messages?.[1] !== 'crash')
    expect(second).toEqual({ lives: [{}, { messages: ['ok', 'crash'] }] })
  })

  it('never hang where they must not', () => {
    const text = JSON.stringify(
      fc.sample(fc.tuple(acts({ hangs: false }), childScripts({ hangs: false, failsAtFirst: true })), 300),
    )
    expect(text).not.toMatch(/hang|ignores/)
    expect(text).toMatch(/takes.*crash.*exit/)
  })
})

describe('the trees that are generated', () => {
  it('start, run, and stop', async () => {
    const runs = fc.asyncProperty(trees({ dynamic: true }), async ({ node, workers }) => {
      await simulate(node, { store: false }, (sim) => {
        expect(workers.every((id) => sim.app.inspect(id)?.status === 'running')).toBe(true)
      })
    })
    await fc.assert(runs, { numRuns: 30, seed: 2 })
  })

  it('become one supervisor of one child', () => {
    expect(String(smallest(trees({ dynamic: true }), () => false))).toBe('supervisor({}, {\n  a: scripted(),\n})')
    const deep = smallest(trees(), ({ workers }) => workers.every((id) => id.split('/').length < 3))
    expect(deep?.workers).toEqual(['a/a/a'])
    const strategies = ({ spec }: { spec: { supervisor: object } }): string => JSON.stringify(spec.supervisor)
    const inner = smallest(trees(), (tree) => !/rest_for_one/.test(String(tree)))
    expect(inner && [inner.workers, strategies(inner)]).toEqual([['a'], '{"strategy":"rest_for_one"}'])
  })

  it('are as wide and as deep as they are to be, and told as code', () => {
    for (const { workers, dynamic } of fc.sample(trees({ depth: 0, children: 2 }), 50)) {
      expect(workers.length).toBeLessThanOrEqual(2)
      expect([...workers, ...dynamic].join()).not.toContain('/')
    }
    const tree = generatedTree({
      kind: 'supervisor',
      options: {},
      supervisor: { intensity: { restarts: 1, within: '1s' } },
      children: [
        { kind: 'scripted', options: { restart: 'transient' }, script: { always: { stop: { crash: "it's" } } } },
        { kind: 'dynamic', options: {}, intensity: undefined, members: { shutdown: 'kill' } },
        {
          kind: 'supervisor',
          options: { shutdown: '10ms' },
          supervisor: {},
          children: [{ kind: 'scripted', options: {}, script: {} }],
        },
      ],
    })
    expect([tree.workers, tree.dynamic]).toEqual([['a', 'c/a'], ['b']])
    expect(String(tree).split('\n')).toEqual([
      "supervisor({ intensity: { restarts: 1, within: '1s' } }, {",
      String.raw`  a: scripted({ always: { stop: { crash: 'it\'s' } } }, { restart: 'transient' }),`,
      "  b: dynamicSupervisor(Scripted, { shutdown: 'kill' }),",
      '  c: child(supervisor({}, {',
      '    a: scripted(),',
      "  }), { shutdown: '10ms' }),",
      '})',
    ])
  })
})

describe('the faults that are generated', () => {
  const tree = supervisor({}, { a: scripted(), in: child(supervisor({}, { b: scripted({}, {}) })) })
  const placeOf = (fault: Fault): string => ('actor' in fault && 'nth' in fault ? `${fault.at} ${fault.actor} ${fault.nth}` : '')

  it('are about the actors of the tree, valid, each at a point of its own, and let it start', async () => {
    for (const plan of fc.sample(faults(tree, { store: true, hangs: true }), 200)) {
      expect(new Set(plan.map(placeOf)).size).toBe(plan.length)
      expect(plan.every((fault) => 'actor' in fault && ['a', 'in/b'].includes(fault.actor ?? ''))).toBe(true)
    }
    const starts = fc.asyncProperty(faults(tree, { store: true, at: ['initial', 'init', 'message'] }), async (plan) => {
      await simulate(tree, { faults: plan, allowUnusedFaults: true }, () => undefined)
    })
    await fc.assert(starts, { numRuns: 10, seed: 1 })
    expect(smallest(faults(tree), () => false)).toEqual([])
    const one = smallest(faults(['x', 'y']), (plan) => plan.every((fault) => 'actor' in fault && fault.actor !== 'y'))
    expect(one).toEqual([{ at: 'message', actor: 'y', nth: 1, do: 'crash' }])
  })

  it('are refused where there is no actor', () => {
    for (const where of [[], supervisor({}, {}), 7 as unknown as []]) expect(() => faults(where)).toThrow('faults: where must be')
  })
})

describe('the stories that are generated', () => {
  it('are told as they are played', () => {
    const stories = fc.sample(crashStories({ tree: { dynamic: true, scripts: false }, faults: { faults: 0 }, deeds: 30 }), {
      numRuns: 40,
      seed: 3,
    })
    const told = stories.map(String).join('\n')
    for (const line of [/void sim\.tree\.a\.cast\.tell\('crash'\)/, /\.call\.ask\(/, /sim\.app\.kill\('/, /sim\.advance\(\d+\)/])
      expect(told).toMatch(line)
    expect(told).toMatch(/sim\.tree\.[\w.]+\.start\('k'\)/)
    expect(told).toMatch(/sim\.tree\.[\w.]+\.get\('[kl]'\)\.cast\.tell/)
    expect(told).not.toContain('faults')
  })

  it('are played the same way each time', async () => {
    const [story] = fc.sample(crashStories({ deeds: 20 }), { numRuns: 1, seed: 11 })
    const schedule = (): Promise<string> | undefined =>
      story &&
      simulate(story.tree.node, story.options, async (sim) => {
        await story.play(sim)
        return sim.schedule
      })
    expect(await schedule()).toBe(await schedule())
  })
})
