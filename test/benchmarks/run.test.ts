import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../benchmarks/options.ts'
import { tableOf } from '../../benchmarks/report.ts'
import { runTrials } from '../../benchmarks/rounds.ts'
import { ask } from '../../benchmarks/trials/ask.ts'
import { jobsTrial } from '../../benchmarks/trials/jobs.ts'
import { journaled } from '../../benchmarks/trials/journaled.ts'
import { spawn } from '../../benchmarks/trials/spawn.ts'
import { trials } from '../../benchmarks/trials.ts'

const names = trials.map(({ name }) => name)

describe('the benchmarks', () => {
  it('measure every entrant of a trial against every ceiling', { timeout: 60_000 }, async () => {
    const standings = await runTrials([ask, spawn], { size: 'small', rounds: 1 })
    expect(standings.map(({ trial, entrant, ceiling, unit }) => [trial, entrant, ceiling, unit])).toEqual([
      ['ask', 'coppice', 'bare loop', 'a second'],
      ['ask', 'coppice, freezeStates', 'bare loop', 'a second'],
      ['spawn', 'coppice', 'bare loop', 'a second'],
      ['spawn', 'coppice', 'bare loop', 'bytes each'],
    ])
    for (const { ratio, entrantFigure, ceilingFigure } of standings)
      for (const { lowest, median, highest } of [ratio, entrantFigure, ceilingFigure]) {
        expect(Number.isFinite(median)).toBe(true)
        expect(lowest).toBeLessThanOrEqual(median)
        expect(median).toBeLessThanOrEqual(highest)
      }
    expect(tableOf(standings).split('\n')).toHaveLength(2 + standings.length)
  })

  it('measure casts to durable actors against the same rows written by hand', { timeout: 60_000 }, async () => {
    const contests = journaled.contests('small').filter(({ name }) => name.endsWith('sync normal'))
    const standings = await runTrials([{ ...journaled, contests: () => contests }], { size: 'small', rounds: 1 })
    expect(standings.map(({ contest, entrant, ceiling }) => [contest, entrant, ceiling])).toEqual([
      ['groups of 64, sync normal', 'coppice', 'raw'],
      ['groups of 64, sync normal', 'coppice', 'raw, checked'],
      ['groups of 512, sync normal', 'coppice', 'raw'],
      ['groups of 512, sync normal', 'coppice', 'raw, checked'],
      ['a checkpoint every 100, no journal, sync normal', 'coppice, checkpointed', 'raw'],
    ])
    for (const { ratio } of standings) expect(ratio.median).toBeGreaterThan(0)
  })

  it('say what a trial needs that is not part of this project', () => {
    expect(jobsTrial.missing?.() ?? '').toMatch(/^$|redis-server|bullmq/)
    expect(trials.filter(({ missing }) => missing !== undefined).map(({ name }) => name)).toEqual(['jobs'])
  })

  it('take their options, and say in one sentence what is wrong with one', () => {
    const args = ['--size', 'full', '--only=ask', '--only', 'ring', '--rounds', '9']
    expect(parseOptions(args, names)).toEqual({ type: 'run', options: { size: 'full', only: ['ask', 'ring'], rounds: 9 } })
    expect(parseOptions([], names)).toEqual({ type: 'run', options: { size: 'small', only: undefined, rounds: 3 } })
    expect(parseOptions(['--help'], names)).toEqual({ type: 'help' })
    for (const [args, problem] of wrongUses) expect(parseOptions(args, names)).toEqual({ type: 'wrong', problem })
  })

  it('have a name for each trial', () => {
    expect(new Set(names).size).toBe(trials.length)
  })
})

const wrongUses: readonly (readonly [args: readonly string[], problem: string])[] = [
  [['--size', 'huge'], '--size must be small or full; got "huge"'],
  [['--only', 'asking'], `--only must be one of ${names.join(', ')}; got "asking"`],
  [['--rounds', '0'], '--rounds must be an integer from 1 to 100; got "0"'],
  [['--rounds'], '--rounds must be an integer from 1 to 100; got nothing'],
  [['fast'], '"fast" belongs to no option'],
  [['--fast'], '--fast is no option; the options are --size, --only, --rounds, --help'],
]
