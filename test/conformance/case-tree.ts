import {
  actor,
  child,
  dynamicSupervisor,
  ExitError,
  IgnoreError,
  message,
  supervisor,
  type ActorDefinition,
  type ChildOptions,
  type Context,
  type DynamicNode,
  type Kind,
  type SupervisorInit,
  type SupervisorNode,
  type SupervisorOptions,
  type TreeNode,
} from '../../src/index.ts'
import type { Process, Processes } from './processes.ts'
import type { Behaviour, CaseChild, CaseSupervisor, StartEntry, Term } from './supervisor-case.ts'
import { Raised, reasonOf } from './reasons.ts'

/** What a worker is started with. */
export interface WorkerArgs {
  readonly id: string
  readonly isMember: boolean
  readonly behaviour: Behaviour
}

/** Makes trees of this library of the trees of one case. What breaks a rule is handed on as it is. */
export class CaseTree {
  readonly #processes: Processes
  readonly #sleep: (ms: number) => Promise<void>
  readonly #definitions = new Map<string, ActorDefinition<WorkerArgs, unknown, object>>()
  readonly #places = new Map<string, string>()
  readonly #simple = new Map<string, CaseChild | undefined>()

  constructor(processes: Processes, sleep: (ms: number) => Promise<void>) {
    this.#processes = processes
    this.#sleep = sleep
  }

  /** The supervisor that a supervisor of the case is below. */
  placeOf(id: string): string | undefined {
    return this.#places.get(id)
  }

  /** The template of a `simple_one_for_one` supervisor. */
  templateOf(id: string): CaseChild | undefined {
    return this.#simple.get(id)
  }

  isSimple(id: string): boolean {
    return this.#simple.has(id)
  }

  root(given: CaseSupervisor): SupervisorNode<unknown> | DynamicNode<unknown> {
    return this.#supervisor(given, 'root')
  }

  /** The key and the node of a child; of something that is no child, that itself. */
  pair(given: CaseChild, supervisorId: string): readonly [key: string, node: TreeNode] {
    if (typeof given !== 'object' || given === null) return given
    return [given.id, this.#child(given, supervisorId)]
  }

  /** A member of a `simple_one_for_one` supervisor gets a name of its own. */
  member(key: string, template: CaseChild | undefined): void {
    if (template?.sup?.strategy === 'simple_one_for_one') this.#simple.set(key, template.sup.children[0])
  }

  #child(given: CaseChild, supervisorId: string): TreeNode {
    const options = childOptions(given)
    if (given.sup !== undefined) {
      this.#places.set(given.id, supervisorId)
      return child(this.#supervisor(given.sup, given.id), options)
    }
    if (given.start !== undefined) {
      const behavior = given.start === 'none' ? undefined : given.start
      return child<Kind<undefined, unknown, undefined>>({ behavior, reference: () => undefined } as never, options as never)
    }
    const args: WorkerArgs = { id: given.id, isMember: false, behaviour: given.behaviour ?? {} }
    return child(this.#definition('a worker of a case'), { ...options, args })
  }

  #supervisor(given: CaseSupervisor, id: string, isMember = false): SupervisorNode<unknown> | DynamicNode<unknown> {
    const init: SupervisorInit = async ({ id: at }) => {
      const name = isMember ? at.slice(at.lastIndexOf('/') + 1) : id
      const { process, attempt } = this.#processes.begin({ id: name, at, isMember, isSupervisor: true, behaviour: {} })
      await this.#start(process, entryOf(given.init, attempt))
    }
    const options = { ...supervisorOptions(given), init }
    if (given.strategy !== 'simple_one_for_one')
      return supervisor(
        options,
        given.children.map((inner) => this.pair(inner, id)),
      )
    const [template, ...others] = given.children
    this.#simple.set(id, template)
    const { strategy: _, ...dynamic } = options
    const forMembers = { ...dynamic, ...(template && childOptions(template)) }
    // There must be one: with none, or with several, all are handed on.
    const all = given.children.map((inner) => inner.id)
    if (template === undefined || others.length > 0) return dynamicSupervisor(all as never, forMembers)
    if (template.sup !== undefined) return dynamicSupervisor(this.#supervisor(template.sup, template.id, true), forMembers)
    return dynamicSupervisor(this.#definition(template.id), forMembers)
  }

  #definition(name: string): ActorDefinition<WorkerArgs, unknown, object> {
    const known = this.#definitions.get(name)
    if (known !== undefined) return known
    const made = actor(name, {
      initial: async (args: WorkerArgs, ctx: Context) => {
        const { process, attempt } = this.#processes.begin({ ...args, at: ctx.id, isSupervisor: false })
        process.ctx = ctx
        ctx.trapExits(args.behaviour.trap_exit ?? false)
        await this.#start(process, entryOf(args.behaviour.start, attempt))
        return {}
      },
      handlers: ({ cast }) => ({
        end: cast(message<Term>(), ({ input, ctx }) => endBy(ctx, input)),
      }),
      // Nothing is remembered from one process to the next.
      restart: (ctx) => ctx.fresh(),
      term: async ({ id, incarnation }) => this.#shutDown(this.#processes.life(id, incarnation)),
    })
    this.#definitions.set(name, made)
    return made
  }

  async #start(process: Process, entry: StartEntry): Promise<void> {
    if (entry === 'ok') return
    if (entry === 'ignore') throw new IgnoreError()
    if (typeof entry === 'string') throw new Error(`a start cannot do ${entry}`)
    if (entry.delay !== undefined) await this.#sleep(entry.delay)
    if (entry.raise !== undefined) throw new Raised(entry.raise)
    const isSupervisor = process.ctx === undefined
    const { bad_return: bad } = entry
    const reason = (isSupervisor && bad !== undefined ? ['bad_return', bad] : bad) ?? entry.error ?? entry.crash
    if (reason !== undefined) throw new ExitError(reasonOf(reason))
    process.extra = entry.ok_extra
    if (entry.exit_after === undefined) return
    process.hasTimer = true
    process.ctx?.sendAfter(entry.exit_after, 'end', entry.exit_reason)
  }

  async #shutDown(process: Process | undefined): Promise<void> {
    const { trap_exit: traps = false, on_shutdown: how = 'ok' } = process?.behaviour ?? {}
    if (!traps || how === 'ok') return
    if (typeof how === 'string') return new Promise(() => {})
    if (how.after !== undefined) await this.#sleep(how.after)
    if (how.exit !== undefined) throw new ExitError(reasonOf(how.exit))
  }
}

/** Ends a worker by itself, at once and without its `term`. */
export function endBy(ctx: Context, reason: Term): void {
  ctx.trapExits(false)
  ctx.exit(ctx.id, reasonOf(reason))
}

function entryOf(entries: readonly StartEntry[] = ['ok'], attempt: number): StartEntry {
  return entries[Math.min(attempt, entries.length) - 1] ?? 'ok'
}

function supervisorOptions(given: CaseSupervisor): SupervisorOptions {
  const { strategy, intensity = 1, period = 5, auto_shutdown: autoShutdown } = given
  const within = typeof period === 'number' ? period * 1000 : period
  const options = {
    ...(strategy !== undefined && { strategy }),
    intensity: { restarts: intensity, within },
    ...(autoShutdown !== undefined && { autoShutdown }),
  }
  return options as SupervisorOptions
}

function childOptions({ type, restart, shutdown, significant }: CaseChild): ChildOptions<never, WorkerArgs> {
  const given = {
    ...(type !== undefined && type !== 'worker' && type !== 'supervisor' && { type }),
    ...(restart !== undefined && { restart }),
    ...(shutdown !== undefined && { shutdown: shutdown === 'brutal_kill' ? 'kill' : shutdown }),
    ...(significant !== undefined && { significant }),
  }
  return given as ChildOptions<never, WorkerArgs>
}
