import {
  actor,
  ConfigurationError,
  start,
  TreeStartError,
  type App,
  type CoppiceEvent,
  type Context,
  type OfSupervisor,
  type SupervisorNode,
} from '../../src/index.ts'
import { CaseSteps, type Slot } from './case-steps.ts'
import { CaseTree } from './case-tree.ts'
import { Processes } from './processes.ts'
import { Recorded } from './recorded.ts'
import type { CaseRecord, SupervisorCase, Term } from './supervisor-case.ts'
import { startProblem, termOf } from './supervisor-terms.ts'
import type { World } from './worlds.ts'

/** What a run of a case gave. */
export interface Played {
  readonly start: CaseRecord
  readonly steps: readonly CaseRecord[]
  readonly exit: Term
  /** What went against the rules of the run itself: processes without a supervisor, replays with other commands. */
  readonly broken: readonly string[]
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
  readonly #steps: CaseSteps
  readonly #broken: string[] = []
  #app: App<OfSupervisor> | undefined
  #outside: Context | undefined
  #asleep = 0
  #pending = 0

  constructor(scenario: SupervisorCase, world: World) {
    this.#case = scenario
    this.#world = world
    const processes = this.#processes
    const tree = new CaseTree(processes, (ms) => this.#sleep(ms))
    this.#tree = tree
    this.#steps = new CaseSteps({
      processes,
      tree,
      app: () => this.#app,
      outside: () => this.#outside,
      wait: (slot, answer, onError) => this.#await(slot, answer, onError),
    })
  }

  async play(): Promise<Played> {
    const first = await this.#start()
    const steps: CaseRecord[] = []
    const slots: { readonly record: CaseRecord; readonly slot: Slot }[] = []
    for (const step of this.#case.steps) {
      const slot = this.#steps.do(step)
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
    const complete = steps.map((record) => ({ ...record, ...(late.has(record) && { result: result(late.get(record)) }) }))
    return { start: first, steps: complete, exit, broken: this.#broken }
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
          this.#processes.refused('root', reason)
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
    const ref = this.#processes.alive(id) === undefined ? undefined : this.#steps.supervisor(id)
    if (ref === undefined) return null
    const forEver = { timeout: 'infinity' } as const
    const which = ref.whichChildren(forEver)
    const { specs, active, supervisors, workers } = await ref.countChildren(forEver)
    return { which: this.#steps.which(id, ref, await which), count: [specs, active, supervisors, workers] }
  }

  #await(slot: Slot, answer: Promise<Term>, onError: (error: unknown) => Term): void {
    this.#pending += 1
    void answer
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
      const info = this.#steps.supervisor(id)?.inspect()
      if (info?.state !== 'running' || this.#app?.inspect(info.id)?.queued !== 0) return false
      return info.children.every(({ status }) => status !== 'restarting')
    })
  }
}

function result(slot: Slot | undefined): Term {
  return slot?.value ?? null
}
