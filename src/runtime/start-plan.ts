import type { Beginning } from './beginning.ts'
import type { Hooks } from './behavior.ts'

/**
 * Which hook runs at a start: `restart` from the second incarnation on, else `init`, else none. `wanted` is what was asked for:
 * by `init` there is no `restart`.
 */
export function startingHook(
  hooks: Hooks<unknown, unknown>,
  incarnation: number,
  wanted?: 'init' | 'restart',
): Beginning['hook'] {
  if ((wanted === undefined ? incarnation > 1 : wanted === 'restart') && hooks.restart !== undefined) return 'restart'
  return hooks.init === undefined ? 'none' : 'init'
}

/** The hooks of a behavior with those of a child spec put over them, one by one. */
export function overrideHooks(own: Hooks<unknown, unknown>, over: Hooks<unknown, unknown> | undefined): Hooks<unknown, unknown> {
  return over === undefined ? own : { ...own, ...over }
}
