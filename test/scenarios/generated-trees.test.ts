import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simulate } from 'coppice/testing'
import { crashStories, crashStory, generatedTree, type CrashStory, type NodeSpec, type SupervisorSpec } from 'coppice/fast-check'
import type { SimulationEvent } from '../../src/app/simulated-system.ts'
import { forgotten, historyLaws, orphans } from './random-trees/laws.ts'
import type { NodePlan, Plan, SupervisorPlan } from './random-trees/plan.ts'

/** A generated tree in the words of the laws of random trees. */
function planOf({ supervisor, children, options }: SupervisorSpec): SupervisorPlan {
  const {
    strategy = 'one_for_one',
    intensity: { restarts, within } = { restarts: 3, within: '5s' },
    autoShutdown = 'never',
  } = supervisor
  return {
    kind: 'supervisor',
    ...ofChild(options),
    strategy,
    restarts,
    withinMs: msOf(within),
    autoShutdown,
    children: children.map(innerPlan),
  }
}

function innerPlan(spec: NodeSpec): NodePlan {
  if (spec.kind === 'supervisor') return planOf(spec)
  if (spec.kind === 'scripted') return { kind: 'worker', ...ofChild(spec.options), state: 'volatile' }
  const { restarts, within } = spec.intensity ?? { restarts: 3, within: '5s' }
  const members = { kind: 'worker', ...ofChild(spec.members), state: 'volatile' } as const
  return { kind: 'dynamic', ...ofChild(spec.options), restarts, withinMs: msOf(within), members }
}

function ofChild({
  restart = 'permanent',
  significant = false,
}: NodeSpec['options']): Pick<SupervisorPlan, 'restart' | 'shutdown' | 'significant'> {
  return { restart, significant, shutdown: 'infinity' }
}

function msOf(text: unknown): number {
  const [, number = '', unit] = /^(\d+)(ms|s)$/.exec(String(text)) ?? []
  return Number(number) * (unit === 's' ? 1_000 : 1)
}

async function problemsOf({ tree, options, play }: CrashStory): Promise<string[]> {
  const plan: Plan = { tree: planOf(tree.spec), faults: [], deeds: [], seed: 0, hasStore: false }
  const always = (events: readonly SimulationEvent[]): string[] =>
    Object.entries(historyLaws).flatMap(([law, problems]) => problems(events, plan).map((problem) => `${law}: ${problem}`))
  const told: SimulationEvent[] = []
  const calm = await simulate(tree.node, { ...options, onEvent: (event) => void told.push(event) }, async (sim) => {
    await play(sim)
    await sim.advance('10m')
    return [...always(sim.events), ...forgotten(sim.events, plan), ...orphans(sim.events)]
  })
  return [...calm, ...always(told)]
}

/**
 * Nobody is told from outside to end as a supervisor has its children end: the law of the order of stops cannot tell one from
 * the other.
 */
const stories = crashStories({ tree: { dynamic: true, root: { restarts: [0, 50] } }, kills: false }).map((story) => {
  const unlike = <T>(data: T): T => JSON.parse(JSON.stringify(data).replaceAll('{"type":"shutdown"}', '{"type":"normal"}')) as T
  return crashStory({ ...story, tree: generatedTree(unlike(story.tree.spec)), deeds: unlike(story.deeds) })
})

describe('any tree of scripted children, under any crash script,', () => {
  it('obeys the rules of OTP, stops, and leaves nothing behind', async () => {
    const obeys = fc.asyncProperty(stories, async (story) => {
      expect(await problemsOf(story)).toEqual([])
    })
    await fc.assert(obeys, { numRuns: 60, seed: 20_261_121 })
  })

  it('that breaks a law is shrunk to a tiny tree and script, told as a test to be pasted', async () => {
    // Which is not so: that is what strategies are for.
    const nobodyIsTakenAlong = fc.asyncProperty(crashStories(), async ({ tree, options, play }) => {
      await simulate(tree.node, options, async (sim) => {
        await play(sim)
        await sim.settle()
        expect(sim.events.filter((event) => event.type === 'started' && event.cause === 'sibling')).toEqual([])
      })
    })
    const { counterexample, failed } = await fc.check(nobodyIsTakenAlong, { numRuns: 200, seed: 5 })
    expect(failed).toBe(true)
    expect(counterexample?.[0]).toHaveProperty('faults', [])
    expect(String(counterexample?.[0]).trim().split('\n')).toEqual([
      "const tree = supervisor({ strategy: 'one_for_all' }, {",
      '  a: scripted(),',
      '  b: scripted(),',
      '})',
      'await simulate(tree, { seed: 0, store: false }, async (sim) => {',
      "  void sim.tree.a.cast.tell('crash')",
      '})',
    ])
  })
})
