import type { CoppiceEvent, Context } from '../../src/index.ts'
import type { Behaviour, CaseEvent, Term } from './supervisor-case.ts'
import { termOf } from './supervisor-terms.ts'

/** One attempt to start something, and what became of it. */
export interface Process {
  readonly name: string
  /** Of the case. */
  readonly id: string
  /** Where it lives in the tree. */
  readonly at: string
  /** Who has started it; nothing for the root. */
  readonly parent: Process | undefined
  readonly isMember: boolean
  readonly behaviour: Behaviour
  status: 'starting' | 'ignored' | 'failed' | 'alive' | 'dead'
  /** The extra information that its start gave. */
  extra: Term | undefined
  /** What it acts by itself through; nothing for a supervisor. */
  ctx: Context | undefined
  /** It will end by itself after a while. */
  hasTimer: boolean
}

/** What an attempt belongs to. */
export interface Place {
  readonly id: string
  readonly at: string
  readonly isMember: boolean
  readonly isSupervisor: boolean
  readonly behaviour: Behaviour
}

/** The table of names: all attempts by the names of the case, and what has happened to them since it was last taken down. */
export class Processes {
  readonly #attempts = new Map<string, number>()
  readonly #newest = new Map<string, Process>()
  readonly #newestAt = new Map<string, Process>()
  readonly #starting = new Map<string, Process>()
  readonly #lives = new Map<string, Process>()
  readonly #supervisors = new Set<string>()
  #events: { readonly event: CaseEvent; readonly process: Process }[] = []
  #orphans: CaseEvent[] = []
  /** Grows with everything that happens. */
  changes = 0
  /** Why the root has ended. */
  exit: Term = null

  /** A start function is called: the attempt, and its number. */
  begin(place: Place): { readonly process: Process; readonly attempt: number } {
    const { id, at, isMember, behaviour } = place
    const attempt = (this.#attempts.get(id) ?? 0) + 1
    this.#attempts.set(id, attempt)
    const above = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : ''
    const parent = at === '' ? undefined : (this.#starting.get(`at ${above}`) ?? this.#newestAt.get(above))
    const process: Process = {
      name: `${id}#${attempt}`,
      id,
      at,
      parent,
      isMember,
      behaviour,
      status: 'starting',
      extra: undefined,
      ctx: undefined,
      hasTimer: false,
    }
    this.#starting.set(id, process)
    this.#starting.set(`at ${at}`, process)
    if (place.isSupervisor) this.#supervisors.add(id)
    return { process, attempt }
  }

  /** The newest process of an id, if it lives. */
  alive(id: string | undefined): Process | undefined {
    const process = id === undefined ? undefined : this.#newest.get(id)
    return process?.status === 'alive' ? process : undefined
  }

  /** The newest attempt of an id. */
  newest(id: string): Process | undefined {
    return this.#starting.get(id) ?? this.#newest.get(id)
  }

  named(name: string): { readonly process: Process; readonly incarnation: number } | undefined {
    for (const [life, process] of this.#lives)
      if (process.name === name) return { process, incarnation: Number(life.slice(life.lastIndexOf('#') + 1)) }
    return undefined
  }

  nameOf(at: string, incarnation: number | undefined): string {
    return this.life(at, incarnation)?.name ?? `unknown ${at}#${incarnation}`
  }

  life(at: string, incarnation: number | undefined): Process | undefined {
    return this.#lives.get(`${at}#${incarnation}`)
  }

  /** All supervisors that have ever been up. */
  supervisors(): readonly string[] {
    return [...this.#supervisors].filter((id) => this.#newest.has(id)).sort()
  }

  everyone(): readonly Process[] {
    return [...this.#lives.values()]
  }

  /** Those that live although their supervisor does not. */
  orphans(): readonly Process[] {
    return this.everyone().filter((process) => process.status === 'alive' && hasDeadAncestor(process))
  }

  hear(event: CoppiceEvent): void {
    this.changes += 1
    // The one through which the case acts from outside lives beside the tree.
    if (!('id' in event) || event.id.startsWith('~')) return
    switch (event.type) {
      case 'started': {
        const process = this.#settled(event.id, 'alive')
        if (process === undefined) return
        this.#newest.set(process.id, process)
        this.#newestAt.set(event.id, process)
        this.#lives.set(`${event.id}#${event.incarnation}`, process)
        this.#note(process, ['started', process.name])
        return
      }
      case 'start ignored': {
        const process = this.#settled(event.id, 'ignored')
        if (process !== undefined) this.#note(process, ['ignored', process.name])
        return
      }
      case 'start failed': {
        const process = this.#settled(event.id, 'failed')
        // Whoever has called it is dead, and says nothing of it.
        if (process === undefined || hasDeadAncestor(process)) return
        this.#note(process, ['start_failed', process.name, termOf(event.reason)])
        return
      }
      case 'exited': {
        const process = this.life(event.id, event.incarnation)
        if (process === undefined) return
        process.status = 'dead'
        const reason = termOf(event.reason)
        if (process.parent === undefined) this.exit = reason
        this.#note(process, ['terminated', process.name, reason])
      }
    }
  }

  /** A definition was refused before anything of it was started. */
  refused(id: string, reason: Term): void {
    const { process } = this.begin({ id, at: '', isMember: false, isSupervisor: true, behaviour: {} })
    this.#events.push({ event: ['start_failed', process.name, reason], process })
  }

  /** What has happened since the last time, in normal form. */
  takeDown(): { readonly events: readonly CaseEvent[]; readonly orphans?: readonly CaseEvent[] } {
    const events = sortedRuns(this.#events)
    const orphans = this.#orphans.toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    this.#events = []
    this.#orphans = []
    return orphans.length === 0 ? { events } : { events, orphans }
  }

  #settled(at: string, status: Process['status']): Process | undefined {
    const process = this.#starting.get(`at ${at}`)
    if (process === undefined) return undefined
    process.status = status
    this.#starting.delete(`at ${at}`)
    if (status === 'alive') this.#starting.delete(process.id)
    return process
  }

  #note(process: Process, event: CaseEvent): void {
    if (hasDeadAncestor(process)) this.#orphans.push(event)
    else this.#events.push({ event, process })
  }
}

function hasDeadAncestor({ parent }: Process): boolean {
  for (let above = parent; above !== undefined; above = above.parent)
    if (above.status === 'dead' || above.status === 'failed') return true
  return false
}

/** Terminations under one dynamic supervisor that follow each other have no order. */
function sortedRuns(events: readonly { readonly event: CaseEvent; readonly process: Process }[]): CaseEvent[] {
  const sorted: CaseEvent[] = []
  for (let at = 0; at < events.length;) {
    const first = events[at]
    const isSame = (other: (typeof events)[number] | undefined): boolean => {
      if (other?.event[0] !== 'terminated' || !other.process.isMember) return false
      return other.process.parent === first?.process.parent
    }
    let end = at
    while (isSame(events[end])) end += 1
    const run = events.slice(at, Math.max(end, at + 1)).map(({ event }) => event)
    sorted.push(...run.sort((a, b) => (run.length === 1 ? 0 : compare(a[1], b[1]))))
    at += run.length
  }
  return sorted
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
