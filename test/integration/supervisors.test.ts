import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { SupervisorCase } from '../conformance/supervisor-case.ts'
import { differencesInRealTime } from '../conformance/supervisors.ts'

const file = fileURLToPath(new URL('../conformance/cases/named.json', import.meta.url))

/** Cases of each kind that take no long time. */
const chosen = [
  'start_in_order_stop_in_reverse',
  'one_for_all_order',
  'rest_for_one_order',
  'kill_root_orphans_die',
  'shutdown_supervisor_timeout',
  'failed_restart_retried',
  'simple_terminate_by_pid',
  'burst_one_for_all_two_crashes',
  'child_administration',
]

describe('recorded supervisors on the real clock', () => {
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly SupervisorCase[] }

  it('do what they do on the virtual one', { timeout: 60_000 }, async () => {
    const wanted = cases.filter(({ name }) => chosen.includes(name))
    expect(wanted.length).toBeGreaterThan(5)
    for (const scenario of wanted) {
      const { name } = scenario
      expect({ name, different: await differencesInRealTime(scenario) }).toEqual({ name, different: [] })
    }
  })
})
