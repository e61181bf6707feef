import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import type { ChildSpec } from '../specs/child-spec.ts'

/** What a child waits for that is down and will be started again. */
export type Wait =
  /** The end of its backoff, which the fact `due` of this round tells. */
  | { readonly for: 'delay'; readonly round: number }
  /** The backoff of a sibling, with which it is started. */
  | { readonly for: 'group' }
  /** The sibling that is its gate. */
  | { readonly for: 'gate' }
  /** Its gate has opened, and a retry is in the supervisor's mailbox, which does not count. */
  | { readonly for: 'turn' }

/** What a supervisor remembers of one child; replaced as a whole, never changed. */
export interface Child {
  readonly spec: ChildSpec
  /** `restarting`: it is down and will be started again; `stopped`: it is down until somebody asks for it. */
  readonly status: 'running' | 'restarting' | 'stopped'
  /** The number of the newest incarnation; 0 if there was none yet. */
  readonly incarnation: number
  /** Why the incarnation before ended, if there was one. */
  readonly lastReason: ExitReason | undefined
  /** What it was handling then; nothing if it was stopped by its supervisor. */
  readonly lastMessage: MessageInfo | undefined
  /** Why its last attempt to start failed; only while it is `restarting`. */
  readonly failure: ExitReason | undefined
  /** What a restart tells it: it ended by itself, or it goes along with a sibling. */
  readonly nextCause: 'exit' | 'sibling'
  /** Only while it is `restarting`; nothing if it is being started, or a retry of its start is in the supervisor's mailbox. */
  readonly wait: Wait | undefined
  /** It runs and has said that it is not well. */
  readonly isUnhealthy: boolean
  /** How often it has failed in a row; counted where there is a backoff. */
  readonly failures: number
  /** How often it has been restarted in its life for a failure of its own. */
  readonly restarts: number
  /** When its newest incarnation was started; 0 for one without a backoff, where nobody asks. */
  readonly upSinceMs: number
}

/** A child that has not run yet. */
export function newChild(spec: ChildSpec, restarts = 0): Child {
  return {
    spec,
    status: 'stopped',
    incarnation: 0,
    lastReason: undefined,
    lastMessage: undefined,
    failure: undefined,
    nextCause: 'sibling',
    wait: undefined,
    isUnhealthy: false,
    failures: 0,
    restarts,
    upSinceMs: 0,
  }
}

/** The children of one supervisor in the order in which they start, to look at. */
export interface ChildrenView {
  readonly size: number
  /** How many have a running incarnation. */
  readonly active: number
  /** How many are supervisors themselves. */
  readonly supervisors: number
  /** How many significant ones are running or restarting. */
  readonly significant: number
  /** How many wait for their own backoff. */
  readonly delayed: number
  /** How many wait for the backoff of a sibling. */
  readonly grouped: number
  /** How many wait for their gate. */
  readonly held: number
  get(id: string): Child | undefined
  all(): readonly Child[]
  /** Those behind this child, in order. Costs what it returns. */
  after(id: string): readonly Child[]
}

/**
 * The table of a supervisor's children. The methods that change it return the table to go on with: the same one where it is
 * changed in place (a running supervisor), a new one where it is copied (exploration, tests). Use only what they return.
 */
export interface Children extends ChildrenView {
  /** Adds a child at the end; its id must be new. */
  add(child: Child): Children
  /** Replaces the child with the same id; it keeps its place. */
  update(child: Child): Children
  /** Removes a child; the others keep their order. */
  delete(id: string): Children
  /** A table with the same content that is not changed by changes of this one. */
  copy(): Children
}

/** True if the child has a running incarnation. */
export function isRunning(child: Child): boolean {
  return child.status === 'running'
}

/** True if automatic shutdown has to wait for this child. */
export function isSignificantAlive(child: Child): boolean {
  return child.spec.significant && child.status !== 'stopped'
}
