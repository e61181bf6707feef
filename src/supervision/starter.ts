import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Beginning } from '../runtime/beginning.ts'
import type { Cut, CutOrder, CutResult, NoCut } from '../runtime/cuts/cut.ts'
import type { LastState } from './specs/decide.ts'
import type { StartOrder, StopOrder } from './machine/commands.ts'

/** What came of a start. */
export type StartOutcome =
  | { readonly status: 'started'; readonly incarnation: number; readonly beginning?: Beginning }
  | { readonly status: 'ignored' }
  | { readonly status: 'failed'; readonly reason: ExitReason }

/** Starts and stops the children of one supervisor; implemented where the children live. Neither method throws or rejects. */
export interface Starter {
  /** The child is reachable when this settles as `started`; nothing of it is left when it settles otherwise. */
  start(order: StartOrder): StartOutcome | Promise<StartOutcome>
  /** Settles once no code of that incarnation runs for the supervisor any more; at once if it has ended already. */
  stop(order: StopOrder): void | Promise<void>
  /** True if this incarnation runs. A number may come again when the place of a member was given up and taken again. */
  runs(id: string, incarnation: number): boolean
  /** The child will not be started again unless somebody asks for it: whoever waits for it is told. `forget` gives up its place. */
  retire(id: string, options: { readonly forget: boolean }): void
  /** The message that the child was handling when its last incarnation ended is not tried again, if it would be. */
  setAside(id: string): void
  /** A copy of the state that an incarnation has left; nothing if there is none, or a later one has been there. */
  lastOf(id: string, incarnation: number): LastState | undefined
  /** The states of all below the supervisor at one moment, with the mail between them. */
  cut(order: CutOrder): Promise<CutResult>
  /** What keeps them from going back to a cut; nothing if they can. */
  problemWithCut(cut: Cut): NoCut | undefined
  /** Has the next incarnations begin as it says, in the store too; or says why nothing was changed. */
  goBackTo(cut: Cut): Promise<NoCut | undefined>
  /** Those of a cut who do not run. */
  missingOf(cut: Cut): readonly ActorId[]
  /** Gives up whatever is left of children of an earlier incarnation of the supervisor, but for these. */
  forgetAll(options: { readonly except: readonly string[] }): void
}
