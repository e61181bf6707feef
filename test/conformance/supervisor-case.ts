/** A term of a recorded case: atoms are strings, tuples are lists, lists are `{ list }`. */
export type Term = string | number | boolean | null | readonly Term[] | { readonly [key: string]: Term }

/** What an attempt to start does. */
export type StartEntry =
  | string
  | {
      readonly delay?: number
      readonly ok?: true
      readonly exit_after?: number
      readonly exit_reason?: Term
      readonly ok_extra?: Term
      readonly error?: Term
      readonly crash?: Term
      readonly raise?: Term
      readonly bad_return?: Term
    }

export interface Behaviour {
  readonly start?: readonly StartEntry[]
  readonly trap_exit?: boolean
  readonly on_shutdown?: string | { readonly after?: number; readonly exit?: Term }
}

/** A child; in cases of validation its values may be anything. */
export interface CaseChild {
  readonly id: string
  readonly type?: Term
  readonly restart?: Term
  readonly shutdown?: Term
  readonly significant?: Term
  readonly start?: Term
  readonly behaviour?: Behaviour
  readonly sup?: CaseSupervisor
}

/** A supervisor; in cases of validation its values may be anything. */
export interface CaseSupervisor {
  readonly strategy?: string
  readonly intensity?: Term
  readonly period?: Term
  readonly auto_shutdown?: Term
  readonly init?: readonly StartEntry[]
  readonly children: readonly CaseChild[]
}

/** One step; which keys it has depends on `op`. */
export interface CaseStep {
  readonly op: string
  readonly settle?: boolean
  readonly id?: string
  readonly sup?: string
  readonly reason?: Term
  readonly ms?: number
  readonly child?: CaseChild
  readonly key?: string
  readonly pid?: string
  readonly behaviour?: Behaviour
  readonly specs?: readonly CaseChild[]
  readonly auto_shutdown?: string
  readonly do?: readonly CaseStep[]
}

export type CaseEvent = readonly [type: string, process: string, reason?: Term]

export interface CaseRecord {
  readonly result: Term
  readonly events?: readonly CaseEvent[]
  readonly orphans?: readonly CaseEvent[]
  readonly state?: Readonly<Record<string, Term>>
}

export interface SupervisorCase {
  readonly name: string
  readonly tags: readonly string[]
  readonly root: CaseSupervisor & { readonly id: string }
  readonly steps: readonly CaseStep[]
  readonly expect: { readonly start: CaseRecord; readonly steps: readonly CaseRecord[]; readonly exit: Term }
}
