import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { Beginning } from '../../runtime/beginning.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Wish } from '../specs/decide.ts'
import type { Strategy } from '../specs/strategy.ts'

/** What came of starting one child. */
export type StartResult =
  /** `beginning` is for the record: nothing is decided by it. */
  | { readonly id: string; readonly status: 'started'; readonly incarnation: number; readonly beginning?: Beginning }
  | { readonly id: string; readonly status: 'ignored' }
  | { readonly id: string; readonly status: 'failed'; readonly reason: ExitReason }

/** What a supervisor is asked by a call. */
export type SupervisorRequest =
  /** `isPromised`: it is part of what a turn has committed; it stays if it cannot be started, and is tried again. */
  | { readonly type: 'startChild'; readonly spec: ChildSpec; readonly isPromised?: boolean; readonly cause?: 'monitor' }
  | { readonly type: 'terminateChild'; readonly id: string }
  /** A member, by its address: only this incarnation, if one is named; it is fine if that is gone already. */
  | { readonly type: 'terminateMember'; readonly id: string; readonly incarnation: number | undefined }
  | { readonly type: 'restartChild'; readonly id: string; readonly cause?: 'monitor' }
  | { readonly type: 'deleteChild'; readonly id: string }
  | { readonly type: 'getChildSpec'; readonly id: string }
  | { readonly type: 'whichChildren' }
  | { readonly type: 'countChildren' }
  | { readonly type: 'setStrategy'; readonly strategy: Strategy }
  /** All children as one group, whatever the strategy. */
  | { readonly type: 'restartAll' }

/**
 * What a supervisor's machine learns, in the order in which it happens. `exited`, `retry`, `due`, `health`, `asked` and
 * `shutdown` come from the supervisor's mailbox, and only while the machine is `running`; `started` and `stopped` answer the
 * one `start` or `stop` command that is being carried out.
 */
export type Fact =
  /** A child ended by itself. Stale if the incarnation is not the current one: ignored. */
  | {
      readonly type: 'exited'
      readonly id: string
      readonly incarnation: number
      readonly reason: ExitReason
      /** What the child's `decide` said, with its failure if it failed; the restart type decides if nothing. */
      readonly wish?: Wish
      readonly problem?: ExitReason
      /** What it was handling, for the record: nothing is decided by it. */
      readonly message?: MessageInfo | undefined
      readonly nowMs: number
    }
  /** The `start` command is done: one result a child, in its order, up to the first failure and those started with it. */
  | { readonly type: 'started'; readonly results: readonly StartResult[]; readonly nowMs: number }
  /** The `stop` command is done: none of its children lives. */
  | { readonly type: 'stopped'; readonly nowMs: number }
  /** A message that the machine sent to itself by the command `retry` has reached the head of the queue. */
  | { readonly type: 'retry'; readonly id: string; readonly nowMs: number }
  /** The delay of this round is over. Stale if the child does not wait for it: ignored. */
  | { readonly type: 'due'; readonly id: string; readonly round: number; readonly nowMs: number }
  /** A child has said whether it is well. Stale if the incarnation is not the current one: ignored. */
  | {
      readonly type: 'health'
      readonly id: string
      readonly incarnation: number
      readonly isHealthy: boolean
      readonly nowMs: number
    }
  /** A call; `ticket` names the caller in the reply. */
  | { readonly type: 'asked'; readonly ticket: number; readonly request: SupervisorRequest; readonly nowMs: number }
  /** The supervisor was asked to stop. */
  | { readonly type: 'shutdown'; readonly reason: ExitReason; readonly nowMs: number }
