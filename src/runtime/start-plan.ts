import type { Beginning } from './beginning.ts'
import type { Hooks } from './behavior.ts'

/** Which hook runs at a start: `restart` from the second incarnation on, else `init`, else none. */
export function startingHook(hooks: Hooks<unknown, unknown>, incarnation: number): Beginning['hook'] {
  if (incarnation > 1 && hooks.restart !== undefined) return 'restart'
  return hooks.init === undefined ? 'none' : 'init'
}

/** The hooks of a behavior with those of a child spec put over them, one by one. */
export function overrideHooks(own: Hooks<unknown, unknown>, over: Hooks<unknown, unknown> | undefined): Hooks<unknown, unknown> {
  return over === undefined ? own : { ...own, ...over }
}
