import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { SignalCase } from './signal-case.ts'

/** The recorded cases that show a rule of signals alone; those of `test/app/signal-rules.test.ts` have none, or need more. */
const shownBy: Readonly<Record<number, readonly string[]>> = {
  50: ['link_is_symmetric', 'link_twice_is_one_link', 'unlink_from_the_other_side'],
  51: ['link_chain_same_reason', 'link_chain_normal_stops_at_once', 'link_normal_exit_is_seen_when_trapping'],
  52: ['unlink_keeps_queued_exit'],
  53: ['link_dead_not_trapping'],
  54: ['trapping_is_not_inherited', 'spawn_does_not_link'],
  55: ['order_busy_not_trapping_dies_with_its_mailbox'],
  56: ['exit_signal_kill', 'exit_signal_killed_is_ordinary', 'quit_kill_is_an_ordinary_reason'],
  57: ['exit_signal_normal_is_ignored', 'exit_self_normal_trapping'],
  58: ['exit_self_trapping', 'exit_self_kill'],
  59: ['exit_signal_does_not_unlink'],
  60: ['flag_of_busy_process_counts_at_arrival'],
  61: ['order_messages_around_exit_signal'],
  62: ['monitor_down', 'monitor_twice'],
  63: ['monitor_dead'],
  64: ['demonitor_keeps_queued_down', 'demonitor_flush', 'demonitor_info'],
  65: ['monitor_name', 'monitor_name_moved'],
  66: [],
  67: ['name_taken', 'name_only_one_per_process', 'name_freed_at_exit'],
  68: ['name_send_unknown', 'send_to_dead', 'cast_dead', 'call_dead', 'call_name'],
  69: ['call_deferred_server_dies'],
  70: ['call_reply_then_crash', 'call_timeout', 'call_timeout_request_stays'],
  71: ['call_linked_trapping'],
  72: ['call_waiting_caller_keeps_messages'],
  73: ['call_nested_crash'],
  74: [],
  75: ['stop_normal', 'stop_from_cast', 'terminate_not_on_exit_signal', 'terminate_not_on_kill'],
  76: ['terminate_on_parent_normal_exit', 'exit_signal_from_parent', 'exit_signal_from_stranger'],
  77: ['start_monitor_makes_a_parent', 'started_without_link_has_no_parent'],
  78: ['terminate_message_before_exit'],
  79: ['stop_waits_its_turn', 'stop_timeout'],
  80: ['stop_by_linked_not_trapping'],
  81: ['init_stop_link_trapping', 'init_stop_link_not_trapping', 'start_timeout'],
  82: ['start_name_taken'],
  83: ['continue_after_reply', 'continue_before_queued'],
  84: ['idle_fires_once', 'idle_zero_after_queue'],
}

const textOf = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')

describe('the rules of signals', () => {
  const { cases } = JSON.parse(textOf('cases/signals-named.json')) as { readonly cases: readonly SignalCase[] }
  const names = new Set(cases.map(({ name }) => name))
  const tests = textOf('../app/signal-rules.test.ts')

  it.each(Array.from({ length: 35 }, (_, index) => 50 + index))('%i is shown by a recorded case or a test of its own', (rule) => {
    const recorded = shownBy[rule] ?? []
    expect(recorded.filter((name) => !names.has(name))).toEqual([])
    expect(recorded.length > 0 || tests.includes(`'rule ${rule}: `)).toBe(true)
  })
})
