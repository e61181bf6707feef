import type { Hooks, StartContext, StartPlan } from '../../runtime/behavior.ts'
import { isThenable } from '../../runtime/thenable.ts'

type WithStatus = { readonly status: string }
type RestartHook<State> = NonNullable<Hooks<State, unknown>['restart']>

/**
 * The hook `restart` of what can be done: one that has ended as done, and is wanted again, begins anew; one whose process died
 * before its end was known goes on to it. A hook of the user's own decides first.
 */
export function restartUnlessDone<State extends WithStatus>({ init, restart }: Hooks<State, unknown>): RestartHook<State> {
  const own = restart ?? init
  return (ctx) => {
    const plan = own?.(ctx)
    return isThenable(plan) ? Promise.resolve(plan).then((late) => late ?? planFor(ctx)) : (plan ?? planFor(ctx))
  }
}

function planFor(ctx: StartContext<WithStatus, unknown>): StartPlan | undefined {
  return ctx.offered?.state.status === 'done' && ctx.reason?.type === 'normal' ? ctx.fresh() : undefined
}
