import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { SupervisorCase } from '../conformance/supervisor-case.ts'
import { differencesInRealTime } from '../conformance/supervisors.ts'

const file = fileURLToPath(new URL('../../../shared/otp-conformance/cases/named.json', import.meta.url))

/** Cases of each kind that take no long time. */
const chosen = [
  'start_in_order_stop_in_reverse', 'one_for_all_order', 'rest_for_one_order', 'kill_root_orphans_die',
  'shutdown_supervisor_timeout', 'failed_restart_retried', 'simple_terminate_by_pid', 'burst_one_for_all_two_crashes', 'child_administration',
]

describe('recorded supervisors on the real clock', () => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{ "cases": [] }'
  const { cases } = JSON.parse(text) as { readonly cases: readonly SupervisorCase[] }

  it.skipIf(cases.length === 0)(`do what they do on the virtual one (skipped where ${file} is missing)`, { timeout: 60_000 }, async () => {
    const wanted = cases.filter(({ name }) => chosen.includes(name))
    expect(wanted.length).toBeGreaterThan(5)
    for (const scenario of wanted) {
      const { name } = scenario
      expect({ name, different: await differencesInRealTime(scenario) }).toEqual({ name, different: [] })
    }
  })
})
