import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { check, type Records } from './replays.ts'

const records = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Records

describe('a replay token', () => {
  it('gives the run again that was recorded by another process, on whichever version of Node', async () => {
    expect(await check(records)).toEqual([])
    expect(records.runs.map(({ token }) => token).join('\n')).toMatch(/~stepwise~[^]*~dies=/)
  })

  it('would not give a run that is another', async () => {
    const changed = records.runs.map((run) => ({
      ...run,
      token: run.token.replace(/seed=\d+/, 'seed=99').replace(/~\d+=.*/, ''),
    }))
    expect(await check({ ...records, runs: changed })).not.toEqual([])
  })
})
