import { keyOf, type ActorId } from '../protocol/actor-id.ts'
import { killed } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import { CrashedError } from './errors.ts'
import type { Router } from './router.ts'

/** Whom to end, and by which way its supervisor is told. */
export interface Ending {
  readonly id: ActorId
  /** The incarnation that runs or starts now. */
  readonly life: Life | undefined
  /** Nothing for one that was spawned, and for the root. */
  readonly supervisor: ActorId | undefined
}

/**
 * Ends the incarnation that runs now at once, without `term`. With `restart: false` also for good: its supervisor is not told of
 * an exit but asked to terminate the child. True if something ran.
 */
export async function kill(
  { id, life, supervisor }: Ending,
  { restart }: { readonly restart: boolean },
  router: Router,
): Promise<boolean> {
  const ran = life?.isActive === true
  if (life !== undefined && !restart) life.isAwaited = true
  life?.end(killed, 'kill')
  if (!restart && supervisor !== undefined) await letGo(id, supervisor, router)
  return ran
}

/** Has the supervisor keep a child down that has ended. Never rejects: a supervisor that is gone starts nobody. */
export async function letGo(id: ActorId, supervisor: ActorId, router: Router): Promise<void> {
  for (;;) {
    try {
      await router.call(
        supervisor,
        { name: 'terminateChild', input: { id: keyOf(id) }, sender: undefined },
        { timeout: 'infinity' },
      )
      return
    } catch (error) {
      // One that ended over this is started again with all its children, and is asked again.
      if (!(error instanceof CrashedError)) return
    }
  }
}
