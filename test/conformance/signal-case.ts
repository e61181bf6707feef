/** A term of a recorded case: atoms are strings, tuples are lists. */
export type Term = string | number | boolean | null | readonly Term[]

export interface Proc {
  readonly id: string
  readonly kind?: 'plain' | 'server'
  readonly trap_exit?: boolean
  readonly name?: string
  readonly init?: string | Readonly<Record<string, Term>>
  readonly on_terminate?: {
    readonly send?: readonly [string, Term]
    readonly sleep?: number
    readonly exit?: Term
    readonly raise?: Term
  }
  readonly by?: string
  readonly how?: 'spawn' | 'link' | 'monitor' | 'link_monitor'
  readonly ref?: string
}

/** One operation; which keys it has depends on `op`. */
export interface Operation {
  readonly op: string
  readonly by?: string
  readonly to?: string
  readonly name?: string
  readonly ref?: string
  readonly reason?: Term
  readonly msg?: Term
  readonly do?: readonly unknown[]
  readonly timeout?: number
  readonly how?: Proc['how']
  readonly proc?: Proc
  readonly trap_exit?: boolean
  readonly flush?: boolean
  readonly info?: boolean
  readonly key?: string
  readonly value?: Term
  readonly ms?: number
  readonly timers?: boolean
}

/** What a process noted, or several things whose order is not guaranteed. */
export type Item = readonly Term[]

export interface SignalRecord {
  readonly result: Term
  readonly returned?: readonly (readonly [number, Term])[]
  readonly seen?: Readonly<Record<string, readonly Item[]>>
  readonly exits?: Readonly<Record<string, Term>>
  readonly alive: readonly string[]
}

export interface SignalCase {
  readonly name: string
  readonly tags: readonly string[]
  readonly procs: readonly Proc[]
  readonly steps: readonly Operation[]
  readonly expect: { readonly start: SignalRecord; readonly steps: readonly SignalRecord[] }
}
