import { isDeepStrictEqual } from 'node:util'
import {
  actor,
  checkChildSpecs,
  ConfigurationError,
  start,
  supervisorOf,
  TreeStartError,
  type App,
  type ChildInfo,
  type ChildSpec,
  type CoppiceEvent,
  type Context,
  type MembersRef,
  type OfSupervisor,
  type SupervisorNode,
  type SupervisorRef,
} from '../../src/index.ts'
import { CaseTree, endBy, type WorkerArgs } from './case-tree.ts'
import { Processes } from './processes.ts'
import { Recorded } from './recorded.ts'
import type { CaseRecord, CaseStep, SupervisorCase, Term } from './supervisor-case.ts'
import { failure, reasonOf, startProblem, termOf } from './supervisor-terms.ts'
import type { World } from './worlds.ts'

/** What a run of a case gave. */
export interface Played {
  readonly start: CaseRecord
  readonly steps: readonly CaseRecord[]
  readonly exit: Term
  /** What went against the rules of the run itself: processes without a supervisor, replays with other commands. */
  readonly broken: readonly string[]
}

/** Where the result of a step is put when it is there. */
interface Slot {
  value: Term | undefined
}

/** Runs one case. */
export async function play(scenario: SupervisorCase, world: World): Promise<Played> {
  return new SupervisorRun(scenario, world).play()
}

class SupervisorRun {
  readonly #case: SupervisorCase
  readonly #world: World
  readonly #processes = new Processes()
  readonly #recorded = new Recorded()
  readonly #tree: CaseTree
  readonly #added = new Map<string, unknown>()
  readonly #broken: string[] = []
  #app: App<OfSupervisor> | undefined
  #outside: Context | undefined
  #asleep = 0
  #pending = 0

  constructor(scenario: SupervisorCase, world: World) {
    this.#case = scenario
    this.#world = world
    this.#tree = new CaseTree(this.#processes, (ms) => this.#sleep(ms))
  }

  async play(): Promise<Played> {
    const first = await this.#start()
    const steps: CaseRecord[] = []
    const slots: { readonly record: CaseRecord; readonly slot: Slot }[] = []
    for (const step of this.#case.steps) {
      const slot = this.#do(step)
      if (step.op === 'sleep') await this.#world.pass(step.ms ?? 0)
      if (step.settle === false) {
        await this.#world.settle()
        const record = { result: null }
        slots.push({ record, slot })
        steps.push(record)
        continue
      }
      await this.#rest()
      steps.push(await this.#record(slot))
    }
    const exit = this.#processes.exit
    await this.#end()
    const late = new Map<CaseRecord, Slot>(slots.map(({ record, slot }) => [record, slot]))
    return { start: first, steps: steps.map((record) => ({ ...record, ...(late.has(record) && { result: result(late.get(record)) }) })), exit, broken: this.#broken }
  }

  async #start(): Promise<CaseRecord> {
    const slot: Slot = { value: undefined }
    const onEvent = (event: CoppiceEvent): void => {
      this.#processes.hear(event)
      this.#recorded.hear(event)
    }
    const node = this.#tree.root(this.#case.root)
    const starting = start(node as SupervisorNode<OfSupervisor>, { ...this.#world.options, onEvent })
    this.#await(
      slot,
      starting.then((app) => {
        this.#app = app
        return ['ok', 'root#1']
      }),
      (error) => {
        if (error instanceof ConfigurationError) {
          const reason = startProblem(error)
          this.#processes.refused('root#1', reason)
          return ['error', reason]
        }
        if (!(error instanceof TreeStartError)) throw error
        return this.#processes.newest('root')?.status === 'ignored' ? 'ignore' : ['error', termOf(error.reason)]
      },
    )
    await this.#rest()
    if (this.#app !== undefined && this.#processes.alive('root') !== undefined) await this.#beginOutside(this.#app)
    return this.#record(slot)
  }

  async #beginOutside(app: App<unknown>): Promise<void> {
    const outside = actor('outside', {
      initial: (_: undefined, ctx: Context) => {
        this.#outside = ctx
        return {}
      },
      handlers: () => ({}),
    })
    const spawning = app.spawn(outside, 'outside', undefined)
    await this.#rest()
    await spawning
  }

  async #end(): Promise<void> {
    void this.#app?.stop()
    await this.#rest()
    const left = this.#app?.running() ?? []
    if (left.length > 0) this.#broken.push(`still running after the stop: ${left.join(', ')}`)
    this.#broken.push(...this.#recorded.differences())
  }

  async #record(slot: Slot): Promise<CaseRecord> {
    for (const { name } of this.#processes.orphans()) this.#broken.push(`${name} lives without its supervisor`)
    const told = this.#processes.takeDown()
    const state: Record<string, Term> = {}
    const reading = this.#processes.supervisors().map(async (id) => {
      state[id] = await this.#stateOf(id)
    })
    this.#pending += 1
    const all = Promise.all(reading).then(() => {
      this.#pending -= 1
    })
    await this.#rest()
    await all
    return { result: result(slot), ...told, state }
  }

  async #stateOf(id: string): Promise<Term> {
    const ref = this.#processes.alive(id) === undefined ? undefined : this.#supervisor(id)
    if (ref === undefined) return null
    const forEver = { timeout: 'infinity' } as const
    const which = ref.whichChildren(forEver)
    const { specs, active, supervisors, workers } = await ref.countChildren(forEver)
    return { which: this.#which(id, ref, await which), count: [specs, active, supervisors, workers] }
  }

  #which(id: string, ref: SupervisorRef, children: readonly ChildInfo[]): Term {
    const isSimple = this.#tree.isSimple(id)
    const rows = children.map((info): readonly Term[] => {
      const name = info.status === 'running' ? this.#nameOf(ref, info.id, info.incarnation) : info.status === 'restarting' ? 'restarting' : null
      return [isSimple ? null : info.id, name, info.type]
    })
    return isSimple ? rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : rows
  }

  #do(step: CaseStep): Slot {
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
        const slots = (step.do ?? []).map((inner) => this.#do(inner))
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
    if (op === 'kill' || reason === 'kill') this.#outside?.kill(process.at)
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
    const ref = this.#supervisor(id)
    if (ref === undefined) {
      slot.value = ['exit', 'noproc']
      return
    }
    const answer = this.#answer(ref, step)
    this.#await(slot, answer, (error) => failure(error, (child, incarnation) => this.#nameOf(ref, child, incarnation)))
  }

  async #answer(ref: SupervisorRef, step: CaseStep): Promise<Term> {
    const forEver = { timeout: 'infinity' } as const
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
        return this.#which(sup, ref, await ref.whichChildren(forEver))
      case 'count_children': {
        const { specs, active, supervisors, workers } = await ref.countChildren(forEver)
        return [specs, active, supervisors, workers]
      }
      default:
        throw new Error(`there is no step ${step.op}`)
    }
  }

  async #startChild(ref: SupervisorRef, { sup = '', key, behaviour, child }: CaseStep): Promise<Term> {
    const forEver = { timeout: 'infinity' } as const
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

  #supervisor(id: string): SupervisorRef | undefined {
    const reference = this.#reference(id)
    return reference === undefined ? undefined : supervisorOf(reference as OfSupervisor)
  }

  /** The directory or the members of a supervisor: its own, or what its own supervisor's directory has. */
  #reference(id: string): unknown {
    if (id === 'root') return this.#app?.tree
    const added = this.#added.get(id)
    if (added !== undefined) return added
    const above = this.#tree.placeOf(id)
    const directory = above === undefined ? undefined : (this.#reference(above) as Readonly<Record<string, unknown>> | undefined)
    return directory?.[id]
  }

  #await(slot: Slot, answer: Promise<Term>, onError: (error: unknown) => Term): void {
    this.#pending += 1
    answer
      .catch((error: unknown) => onError(error))
      .catch((error: unknown) => {
        this.#broken.push(String(error instanceof Error ? error.stack : error))
        return null
      })
      .then((value) => {
        slot.value = value
        this.#pending -= 1
      })
  }

  async #sleep(ms: number): Promise<void> {
    this.#asleep += 1
    await this.#world.sleep(ms)
    this.#asleep -= 1
  }

  async #rest(): Promise<void> {
    let seen = -1
    await this.#world.rest(() => {
      const { changes } = this.#processes
      const isQuiet = changes === seen
      seen = changes
      return isQuiet && this.#isAtRest()
    })
  }

  #isAtRest(): boolean {
    if (this.#asleep > 0 || this.#pending > 0 || this.#processes.orphans().length > 0) return false
    const everyone = this.#processes.everyone()
    if (everyone.some(({ status, hasTimer }) => status === 'alive' && hasTimer)) return false
    const supervisors = this.#processes.supervisors().filter((id) => this.#processes.alive(id) !== undefined)
    return supervisors.every((id) => {
      const info = this.#supervisor(id)?.inspect()
      return info?.state === 'running' && info.children.every(({ status }) => status !== 'restarting') && this.#app?.inspect(info.id)?.queued === 0
    })
  }
}

function result(slot: Slot | undefined): Term {
  return slot?.value ?? null
}

function specTerm({ id, type, restart, shutdown, significant }: ChildSpec): Term {
  return { id, type, restart, shutdown: shutdown === 'kill' ? 'brutal_kill' : shutdown === Infinity ? 'infinity' : shutdown, significant }
}

/** The steps at which what was got is not what was recorded. */
export function differences({ expect }: SupervisorCase, got: Played): readonly { step: number; expected: unknown; got: unknown }[] {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown
  const pairs = [[expect.start, got.start], ...expect.steps.map((record, index) => [record, got.steps[index]])]
  const different = pairs.flatMap(([expected, record], index) =>
    isDeepStrictEqual(plain(record), plain(expected)) ? [] : [{ step: index - 1, expected: plain(expected), got: plain(record) }],
  )
  if (!isDeepStrictEqual(got.exit, expect.exit)) different.push({ step: pairs.length - 1, expected: { exit: expect.exit }, got: { exit: got.exit } })
  return different
}
