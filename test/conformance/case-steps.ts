import {
  checkChildSpecs,
  supervisorOf,
  type App,
  type ChildInfo,
  type ChildSpec,
  type Context,
  type MembersRef,
  type OfSupervisor,
  type SupervisorRef,
} from '../../src/index.ts'
import { endBy, type CaseTree, type WorkerArgs } from './case-tree.ts'
import type { Processes } from './processes.ts'
import type { CaseStep, Term } from './supervisor-case.ts'
import { reasonOf } from './reasons.ts'
import { failure } from './supervisor-terms.ts'

/** Where the result of a step is put when it is there. */
export interface Slot {
  value: Term | undefined
}

/** What the steps of a case act on. */
export interface Stage {
  readonly processes: Processes
  readonly tree: CaseTree
  /** Nothing before the start, and if it failed. */
  readonly app: () => App<OfSupervisor> | undefined
  /** An actor beside the tree, on behalf of which is killed. */
  readonly outside: () => Context | undefined
  /** Puts what comes of a call into its slot. */
  readonly wait: (slot: Slot, answer: Promise<Term>, onError: (error: unknown) => Term) => void
}

const forEver = { timeout: 'infinity' } as const

/** Does the steps of a case through the public API, each at once: whatever it asks is sent when this returns. */
export class CaseSteps {
  readonly #processes: Processes
  readonly #tree: CaseTree
  readonly #stage: Stage
  /** What supervisors gave that were added at run time. */
  readonly #added = new Map<string, unknown>()

  constructor(stage: Stage) {
    this.#stage = stage
    this.#processes = stage.processes
    this.#tree = stage.tree
  }

  do(step: CaseStep): Slot {
    const slot: Slot = { value: undefined }
    switch (step.op) {
      case 'sleep':
        slot.value = 'ok'
        break
      case 'crash':
      case 'kill':
        slot.value = this.#endProcess(step)
        break
      case 'check_childspecs':
        slot.value = this.#checkSpecs(step)
        break
      case 'burst': {
        // In one go: nothing of the system runs between them.
        const slots = (step.do ?? []).map((inner) => this.do(inner))
        Object.defineProperty(slot, 'value', { get: () => slots.map((inner) => inner.value ?? null) })
        break
      }
      default:
        this.#ask(slot, step)
    }
    return slot
  }

  #endProcess({ op, id, reason = null }: CaseStep): Term {
    const process = this.#processes.alive(id)
    if (process === undefined) return ['error', 'no_process']
    if (op === 'kill' || reason === 'kill') this.#stage.outside()?.kill(process.at)
    else if (process.ctx !== undefined) endBy(process.ctx, reason)
    else throw new Error('a supervisor cannot be made to crash')
    return 'ok'
  }

  #checkSpecs({ specs, auto_shutdown: autoShutdown }: CaseStep): Term {
    const children = Array.isArray(specs) ? specs.map((spec) => this.#tree.pair(spec as never, 'root')) : specs
    try {
      checkChildSpecs(children as never, { ...(autoShutdown !== undefined && { autoShutdown: autoShutdown as never }) })
      return 'ok'
    } catch (error) {
      return failure(error, () => '')
    }
  }

  #ask(slot: Slot, step: CaseStep): void {
    const id = step.sup ?? ''
    const ref = this.supervisor(id)
    if (ref === undefined) {
      slot.value = ['exit', 'noproc']
      return
    }
    const answer = this.#answer(ref, step)
    this.#stage.wait(slot, answer, (error) => failure(error, (child, incarnation) => this.#nameOf(ref, child, incarnation)))
  }

  async #answer(ref: SupervisorRef, step: CaseStep): Promise<Term> {
    const { sup = '', id = '' } = step
    switch (step.op) {
      case 'stop':
        await ref.stop(reasonOf(step.reason ?? null))
        return 'ok'
      case 'start_child':
        return this.#startChild(ref, step)
      case 'restart_child': {
        const incarnation = await ref.restartChild(id, forEver)
        return incarnation === undefined ? ['ok', null] : this.#started(this.#nameOf(ref, id, incarnation))
      }
      case 'terminate_child':
        await ref.terminateChild(this.#childOf(ref, step), forEver)
        return 'ok'
      case 'delete_child':
        await ref.deleteChild(id, forEver)
        return 'ok'
      case 'get_childspec':
        return ['ok', specTerm(await ref.getChildSpec(id, forEver))]
      case 'which_children':
        return this.which(sup, ref, await ref.whichChildren(forEver))
      case 'count_children': {
        const { specs, active, supervisors, workers } = await ref.countChildren(forEver)
        return [specs, active, supervisors, workers]
      }
      default:
        throw new Error(`there is no step ${step.op}`)
    }
  }

  async #startChild(ref: SupervisorRef, { sup = '', key, behaviour, child }: CaseStep): Promise<Term> {
    if (key !== undefined) {
      const members = this.#reference(sup) as MembersRef<WorkerArgs, unknown>
      const template = this.#tree.templateOf(sup)
      const own = behaviour ?? template?.behaviour ?? {}
      const reference = await members.start(key, { id: key, isMember: true, behaviour: own }, forEver)
      this.#tree.member(key, template)
      if (template?.sup !== undefined) this.#added.set(key, reference)
      return this.#newest(key)
    }
    const pair = this.#tree.pair(child as never, sup)
    const [id, node] = Array.isArray(pair) ? pair : ['no child', child as never]
    const reference = await ref.startChild(id, node, forEver)
    this.#added.set(id, reference)
    return this.#newest(id)
  }

  #newest(id: string): Term {
    const process = this.#processes.newest(id)
    return process === undefined || process.status === 'ignored' ? ['ok', null] : this.#started(process.name)
  }

  #started(name: string): Term {
    const extra = this.#processes.named(name)?.process.extra
    return extra === undefined ? ['ok', name] : ['ok', name, extra]
  }

  #childOf(ref: SupervisorRef, { id, key, pid }: CaseStep): string | { readonly id: string; readonly incarnation?: number } {
    if (key !== undefined) return { id: ref.id === '' ? key : `${ref.id}/${key}` }
    if (pid === undefined) return id ?? ''
    const named = this.#processes.named(pid)
    return named === undefined ? { id: pid } : { id: named.process.at, incarnation: named.incarnation }
  }

  #nameOf(ref: SupervisorRef, child: string, incarnation: number | undefined): string {
    return this.#processes.nameOf(ref.id === '' ? child : `${ref.id}/${child}`, incarnation)
  }

  supervisor(id: string): SupervisorRef | undefined {
    const reference = this.#reference(id)
    return reference === undefined ? undefined : supervisorOf(reference as OfSupervisor)
  }

  /** The directory or the members of a supervisor: its own, or what its own supervisor's directory has. */
  #reference(id: string): unknown {
    if (id === 'root') return this.#stage.app()?.tree
    const added = this.#added.get(id)
    if (added !== undefined) return added
    const above = this.#tree.placeOf(id)
    const directory = above === undefined ? undefined : (this.#reference(above) as Readonly<Record<string, unknown>> | undefined)
    return directory?.[id]
  }

  which(id: string, ref: SupervisorRef, children: readonly ChildInfo[]): Term {
    const isSimple = this.#tree.isSimple(id)
    const rows = children.map((info): readonly Term[] => {
      const down = info.status === 'restarting' ? 'restarting' : null
      const name = info.status === 'running' ? this.#nameOf(ref, info.id, info.incarnation) : down
      return [isSimple ? null : info.id, name, info.type]
    })
    return isSimple ? rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : rows
  }
}

function specTerm({ id, type, restart, shutdown, significant }: ChildSpec): Term {
  const limit = shutdown === Infinity ? 'infinity' : shutdown
  return { id, type, restart, shutdown: limit === 'kill' ? 'brutal_kill' : limit, significant }
}
