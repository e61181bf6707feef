import {
  actor,
  ExitError,
  IgnoreError,
  message,
  noReply,
  NoProcError,
  SpawnError,
  start,
  supervisor,
  type App,
  type Context,
  type CoppiceEvent,
  type Deferred,
  type Info,
  type MonitorRef,
  type TermContext,
} from '../../src/index.ts'
import { createSeededScheduler, createVirtualClock, runUntilIdle, seededRandom } from '../../src/testing/index.ts'
import { Raised, reasonOf } from './reasons.ts'
import type { Operation, Proc, SignalCase, SignalRecord, Term } from './signal-case.ts'
import { termOf, termOfFailure } from './terms.ts'

type Do = readonly Term[]

interface Order {
  readonly ops: readonly Operation[]
  readonly isList: boolean
  readonly done: (result: Term) => void
}

interface Kept {
  readonly calls: Map<Term, Deferred>
}

/** Runs the processes of one case on a virtual clock, in the order that one seed decides. */
export async function play(scenario: SignalCase, seed: number): Promise<{ start: RawRecord; steps: RawRecord[] }> {
  return new SignalWorld(seed).play(scenario)
}

/** A record whose events are not yet in the normal form. */
export interface RawRecord extends Omit<SignalRecord, 'seen'> {
  readonly seen: ReadonlyMap<string, readonly (readonly Term[])[]>
}

class SignalWorld {
  readonly #clock = createVirtualClock()
  readonly #scheduler
  readonly #random
  #app!: App<unknown>
  readonly #ids = new Map<string, string>()
  readonly #labels = new Map<string, string>()
  readonly #kinds = new Map<string, string>()
  /** Who does a step that has not returned yet. */
  readonly #doers = new Map<number, string>()
  readonly #busyEnvs = new Set<string>()
  readonly #monitors = new Map<string, MonitorRef>()
  readonly #monitorLabels = new Map<number, string>()
  readonly #holds = new Map<string, (order: Order) => void>()
  readonly #results = new Map<number, { by: string; result: Term }>()
  readonly #pending = new Set<number>()
  /** What the driver sends through. */
  #outside: Context | undefined
  #seen = new Map<string, (readonly Term[])[]>()
  #exits: Record<string, Term> = {}
  #envs = 0
  readonly #process
  readonly #server

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#scheduler = createSeededScheduler({ random: this.#random })
    this.#process = actor('process', {
      trapExits: false,
      initial: (proc: Proc, ctx: Context) => {
        this.#born(proc, ctx)
        return { proc }
      },
      handlers: ({ cast }) => ({
        operate: cast(message<Order>(), ({ input, ctx }) => this.#operate(ctx, input)),
        send: cast(message<Term>(), ({ input, ctx }) => this.#note(ctx.id, ['msg', this.#labelOf(ctx.sender), input])),
      }),
      info: ({ message: told, ctx }) => this.#inform(told, ctx),
    })
    const kept = new Map<string, Kept>()
    const keptOf = (id: string): Kept => {
      const own = kept.get(id) ?? { calls: new Map<Term, Deferred>() }
      kept.set(id, own)
      return own
    }
    this.#server = actor('server', {
      initial: async (proc: Proc, ctx: Context) => {
        this.#born(proc, ctx)
        await this.#init(proc, ctx)
        return { proc }
      },
      handlers: ({ call, cast }) => ({
        operate: cast(message<Order>(), ({ input, ctx }) => this.#operate(ctx, input)),
        send: cast(message<Term>(), ({ input, ctx }) => this.#note(ctx.id, ['msg', this.#labelOf(ctx.sender), input])),
        request: call(message<Do>(), async ({ input, ctx }) => {
          this.#note(ctx.id, ['call', this.#labelOf(ctx.sender), input])
          return this.#serve(input, ctx, keptOf(ctx.id))
        }),
        command: cast(message<Do>(), async ({ input, ctx }) => {
          this.#note(ctx.id, ['cast', this.#labelOf(ctx.sender), input])
          await this.#obey(input, ctx, keptOf(ctx.id))
        }),
        continued: cast(message<Term>(), ({ input, ctx }) => {
          this.#note(ctx.id, ['continue', input])
          if (!Array.isArray(input)) return
          const [what, reason] = input as Term[]
          if (what === 'stop') ctx.stop(reasonOf(reason ?? null))
          else if (what === 'exit') throw new ExitError(reasonOf(reason ?? null))
        }),
        idle: cast(({ ctx }) => this.#note(ctx.id, ['timeout'])),
      }),
      info: ({ message: told, ctx }) => this.#inform(told, ctx),
      term: (ctx) => this.#terminate(ctx),
    })
  }

  async play({ procs, steps }: SignalCase): Promise<{ start: RawRecord; steps: RawRecord[] }> {
    let app: App<unknown> | undefined
    void start(supervisor({}, {}), {
      clock: this.#clock,
      random: this.#random,
      scheduler: this.#scheduler,
      onEvent: (event) => this.#hear(event),
      // As OTP.
      nestedCalls: 'independent',
    }).then((started) => {
      app = started
    })
    await this.#rest(false)
    if (app === undefined) throw new Error('the tree did not start')
    this.#app = app
    const results: Term[] = []
    for (const [index, proc] of procs.entries()) {
      const { by, how, ref } = proc
      await this.#begin(-1 - index, { op: 'spawn', proc, ...(by && { by }), ...(how && { how }), ...(ref && { ref }) })
      await this.#rest(true)
      results.push(this.#resultOf(-1 - index))
    }
    const first = this.#record(results, [])
    const records: RawRecord[] = []
    for (const [index, step] of steps.entries()) {
      const before = [...this.#pending]
      await this.#begin(index, step)
      await this.#rest(step.timers !== false, step.op === 'sleep' ? step.ms : undefined)
      const returned = before
        .filter((pending) => !this.#pending.has(pending) && this.#resultOf(pending) !== null)
        .sort((a, b) => a - b)
        .map((pending) => [pending, this.#resultOf(pending)] as const)
      records.push(this.#record(this.#resultOf(index), returned))
    }
    void this.#app.stop()
    await this.#rest(false)
    return { start: first, steps: records }
  }

  #record(result: Term, returned: readonly (readonly [number, Term])[]): RawRecord {
    const alive = [...this.#ids.keys()].filter((label) => !label.startsWith('~') && this.#isAlive(label)).sort()
    const record = { result, returned, seen: this.#seen, exits: this.#exits, alive }
    this.#seen = new Map()
    this.#exits = {}
    return record
  }

  #resultOf(index: number): Term {
    const known = this.#results.get(index)
    const doer = this.#doers.get(index)
    if (known === undefined) return doer === undefined || this.#isAlive(doer) ? 'pending' : null
    if (known.by === '') return known.result
    return this.#isAlive(known.by) ? known.result : null
  }

  #isAlive(label: string): boolean {
    const id = this.#ids.get(label)
    return id !== undefined && this.#app.inspect(id)?.status === 'running'
  }

  async #rest(withTimers: boolean, forMs?: number): Promise<void> {
    const parts = { clock: this.#clock, scheduler: this.#scheduler }
    if (forMs !== undefined) await runUntilIdle({ ...parts, timers: { untilMs: this.#clock.now() + forMs } })
    await runUntilIdle({ ...parts, timers: withTimers ? 'all' : 'none' })
  }

  async #begin(index: number, step: Operation): Promise<void> {
    if (step.op === 'sleep') {
      this.#results.set(index, { by: '', result: 'ok' })
      return
    }
    if (step.by !== undefined && step.by !== 'env' && !this.#isAlive(step.by)) {
      this.#results.set(index, { by: '', result: ['error', 'no_process'] })
      return
    }
    const by = step.by === undefined || step.by === 'env' ? await this.#freeEnv() : step.by
    const isEnv = by.startsWith('~')
    if (isEnv) this.#busyEnvs.add(by)
    this.#pending.add(index)
    this.#results.delete(index)
    const done = (result: Term): void => {
      this.#pending.delete(index)
      if (isEnv) this.#busyEnvs.delete(by)
      this.#results.set(index, { by: isEnv ? '' : by, result })
    }
    if (!isEnv) this.#doers.set(index, by)
    if (step.op === 'release') {
      const release = this.#holds.get(by)
      this.#holds.delete(by)
      release?.({ ops: (step.do ?? []) as Operation[], isList: step.do !== undefined, done })
      return
    }
    const ops = step.op === 'run' ? ((step.do ?? []) as Operation[]) : [step]
    const id = this.#ids.get(by) ?? ''
    const kind = this.#kinds.get(by) === 'server' ? this.#server : this.#process
    void kind.reference(this.#port(), id).cast.operate({ ops, isList: step.op === 'run', done })
  }

  #port(): Context {
    if (this.#outside === undefined) throw new Error('no port yet')
    return this.#outside
  }

  async #freeEnv(): Promise<string> {
    for (let n = 0; n < this.#envs; n += 1) if (!this.#busyEnvs.has(`~env${n}`)) return `~env${n}`
    const label = `~env${this.#envs}`
    this.#envs += 1
    const spawned = this.#app.spawn(this.#process, label, { id: label, trap_exit: true })
    await this.#rest(false)
    await spawned
    return label
  }

  #born(proc: Proc, ctx: Context): void {
    this.#ids.set(proc.id, ctx.id)
    this.#labels.set(ctx.id, proc.id.startsWith('~') ? 'env' : proc.id)
    this.#kinds.set(proc.id, proc.kind ?? 'plain')
    if (proc.id.startsWith('~')) this.#outside ??= ctx
    ctx.trapExits(proc.trap_exit ?? false)
  }

  #labelOf(id: string | undefined): string {
    return id === undefined ? 'env' : (this.#labels.get(id) ?? id)
  }

  #note(id: string, event: readonly Term[]): void {
    const label = this.#labelOf(id)
    if (label === 'env') return
    const seen = this.#seen.get(label) ?? []
    seen.push(event)
    this.#seen.set(label, seen)
  }

  #hear(event: CoppiceEvent): void {
    if (event.type !== 'exited' && event.type !== 'start failed') return
    const label = this.#labels.get(event.id)
    if (label !== undefined && label !== 'env' && !(label in this.#exits)) this.#exits[label] = termOf(event.reason)
  }

  #inform(told: Info, ctx: Context): void {
    if (told.type === 'exit' && 'from' in told) this.#note(ctx.id, ['EXIT', this.#labelOf(told.from), termOf(told.reason)])
    else if (told.type === 'down' && 'monitor' in told) {
      const ref = this.#monitorLabels.get(told.monitor) ?? '?'
      this.#note(ctx.id, [
        'DOWN',
        ref,
        told.name === undefined ? this.#labelOf(told.id) : ['name', told.name],
        termOf(told.reason),
      ])
    }
  }

  async #terminate(ctx: TermContext<{ readonly proc: Proc }>): Promise<void> {
    this.#note(ctx.id, ['terminate', termOf(ctx.reason)])
    const { send, sleep, exit, raise } = ctx.state.proc.on_terminate ?? {}
    if (send !== undefined) this.#sendBy(ctx, send[0], send[1])
    if (sleep !== undefined) await this.#sleep(sleep)
    if (exit !== undefined) throw new ExitError(reasonOf(exit))
    if (raise !== undefined) throw new Raised(raise)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(ms, resolve)
    })
  }

  async #init(proc: Proc, ctx: Context): Promise<void> {
    const { init } = proc
    if (init === undefined || init === 'ok') return
    if (init === 'ignore') throw new IgnoreError()
    if (typeof init === 'string') throw new Error(`unknown init ${init}`)
    if ('self_send' in init) ctx.sendSelf('send', init['self_send'])
    if ('ignore' in init) throw new IgnoreError()
    if ('stop' in init) throw new ExitError(reasonOf(init['stop'] ?? null))
    if ('exit' in init) throw new ExitError(reasonOf(init['exit'] ?? null))
    if ('raise' in init) throw new Raised(init['raise'] ?? null)
    for (const step of (init['continue'] ?? []) as Term[]) ctx.continueWith('continued', step)
    if ('idle' in init) ctx.idleTimeout(init['idle'] as number, 'idle')
    if ('sleep' in init) await this.#sleep(init['sleep'] as number)
  }

  async #serve(work: Do, ctx: Context, kept: Kept) {
    const [what, first = null, second = null] = work
    switch (what) {
      case 'reply':
        return { reply: first }
      case 'defer':
        kept.calls.set(first, ctx.defer())
        return noReply<{ proc: Proc }>()
      case 'early':
        ctx.defer().reply(first)
        throw new ExitError(reasonOf(second))
      case 'stop':
        ctx.stop(reasonOf(first))
        return work.length > 2 ? { reply: second } : noReply<{ proc: Proc }>()
      case 'exit':
        throw new ExitError(reasonOf(first))
      case 'raise':
        throw new Raised(first)
      case 'sleep':
        await this.#sleep(first as number)
        return { reply: second }
      case 'continue':
        for (const step of work.slice(2)) ctx.continueWith('continued', step)
        return { reply: first }
      case 'idle':
        ctx.idleTimeout(second as number, 'idle')
        return { reply: first }
      case 'call':
        return { reply: await this.#callBy(ctx, first as string, second as Do, undefined) }
      default:
        throw new Error(`unknown call ${JSON.stringify(work)}`)
    }
  }

  async #obey(work: Do, ctx: Context, kept: Kept): Promise<void> {
    const [what, first = null, second = null] = work
    switch (what) {
      case 'note':
        return
      case 'reply':
        kept.calls.get(first)?.reply(second)
        kept.calls.delete(first)
        return
      case 'stop':
        ctx.stop(reasonOf(first))
        return
      case 'exit':
        throw new ExitError(reasonOf(first))
      case 'raise':
        throw new Raised(first)
      case 'sleep':
        await this.#sleep(first as number)
        return
      case 'continue':
        for (const step of work.slice(1)) ctx.continueWith('continued', step)
        return
      case 'self_send':
        ctx.sendSelf('send', first)
        for (const step of work.slice(2)) ctx.continueWith('continued', step)
        return
      case 'idle':
        ctx.idleTimeout(first as number, 'idle')
        return
      case 'call':
        await this.#callBy(ctx, first as string, second as Do, undefined)
        return
      default:
        throw new Error(`unknown cast ${JSON.stringify(work)}`)
    }
  }

  /** An id of a process of the case; one that never was is as good as dead. */
  #id(label: string | undefined): string {
    return this.#ids.get(label ?? '') ?? `~/never/${label ?? ''}`
  }

  #target(ctx: Context, { to, name }: Operation): string | undefined {
    return name === undefined ? this.#id(to) : ctx.whereis(name)?.id
  }

  #sendBy(ctx: Pick<Context, 'ref'>, to: string, value: Term): void {
    void ctx.ref(this.#process, this.#id(to)).cast.send(value)
  }

  #callBy(ctx: Context, to: string, work: Do, timeout: number | undefined): Promise<Term> {
    return ctx.ref(this.#server, this.#id(to)).call.request(work, { timeout: timeout ?? 'infinity' })
  }

  async #operate(ctx: Context, order: Order): Promise<void> {
    const label = this.#labelOf(ctx.id)
    for (let next: Order | undefined = order; next !== undefined;) {
      const { ops, isList, done }: Order = next
      const results: Term[] = []
      let holds = false
      for (const op of ops) {
        results.push(op.op === 'hold' ? 'ok' : await this.#perform(ctx, op))
        holds ||= op.op === 'hold'
        if (ctx.signal.aborted) return
      }
      done(isList ? results : ops.length === 0 ? 'ok' : (results[0] ?? null))
      next = holds ? await new Promise<Order>((resolve) => this.#holds.set(label, resolve)) : undefined
    }
  }

  // Without an await in between, as far as that is possible: what is done in a row is done in a row.
  #perform(ctx: Context, op: Operation): Term | Promise<Term> {
    const { to, name, ref = '', reason = 'normal' } = op
    switch (op.op) {
      case 'spawn':
        return this.#spawn(ctx, op)
      case 'link':
        return raising(() => ctx.link(this.#id(to)), 'noproc')
      case 'unlink':
        ctx.unlink(this.#id(to))
        return true
      case 'monitor': {
        const monitor = ctx.monitor(name === undefined ? this.#id(to) : { name })
        this.#monitors.set(ref, monitor)
        this.#monitorLabels.set(monitor.monitor, ref)
        return 'ok'
      }
      case 'demonitor': {
        const monitor = this.#monitors.get(ref)
        const wasActive = monitor !== undefined && ctx.demonitor(monitor, { flush: op.flush === true })
        return op.info === true ? wasActive : true
      }
      case 'exit':
        if (reason === 'kill') ctx.kill(this.#id(to))
        else ctx.exit(this.#id(to), reasonOf(reason))
        return true
      case 'quit':
        throw new ExitError(reasonOf(reason))
      case 'raise':
        throw new Raised(reason)
      case 'flag':
        return ctx.trapExits(op.trap_exit === true)
      case 'register':
        return ctx.register(name ?? '', this.#id(to)) ? true : ['raised', 'badarg']
      case 'unregister':
        return ctx.unregister(name ?? '') ? true : ['raised', 'badarg']
      case 'whereis': {
        const owner = ctx.whereis(name ?? '')
        return owner === undefined ? null : this.#labelOf(owner.id)
      }
      case 'alive':
        return this.#isAlive(to ?? '')
      case 'send': {
        const target = this.#target(ctx, op)
        if (target === undefined) return ['raised', 'badarg']
        void ctx.ref(this.#process, target).cast.send(op.msg ?? null)
        return 'ok'
      }
      case 'cast': {
        const target = this.#target(ctx, op)
        if (target !== undefined) void ctx.ref(this.#server, target).cast.command(op.do as Do)
        return 'ok'
      }
      case 'call': {
        const target = this.#target(ctx, op)
        if (target === undefined) return ['exit', 'noproc']
        const reply = ctx.ref(this.#server, target).call.request(op.do as Do, { timeout: op.timeout ?? 'infinity' })
        return reply.then((value): Term => ['ok', value], failed)
      }
      case 'stop': {
        const target = this.#target(ctx, op)
        if (target === undefined) return ['exit', 'noproc']
        return ctx
          .ref(this.#server, target)
          .stop(reasonOf(reason), { timeout: op.timeout ?? 'infinity' })
          .then((): Term => 'ok', failed)
      }
      case 'reply':
        throw new Error('reply is done by casts')
      default:
        throw new Error(`unknown operation ${op.op}`)
    }
  }

  async #spawn(ctx: Context, { proc, how = 'spawn', ref, timeout }: Operation): Promise<Term> {
    if (proc === undefined) throw new Error('spawn without a process')
    const isServer = proc.kind === 'server'
    try {
      const { monitor } = await ctx.spawn(isServer ? this.#server : this.#process, proc.id, proc, {
        ...(proc.name !== undefined && { name: proc.name }),
        // Only what starts as a server knows its parent: a plain process is linked and nothing else.
        link: isServer && how === 'link',
        monitor: isServer && how === 'monitor',
        ...(timeout !== undefined && { timeout }),
      })
      if (!isServer && how.startsWith('link')) ctx.link(this.#id(proc.id))
      const watching = monitor ?? (how === 'monitor' || how === 'link_monitor' ? ctx.monitor(this.#id(proc.id)) : undefined)
      if (watching === undefined || ref === undefined) return ['ok', proc.id]
      this.#monitors.set(ref, watching)
      this.#monitorLabels.set(watching.monitor, ref)
      return ['ok', proc.id, ref]
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error
      if (error.problem === 'ignored') return 'ignore'
      if (error.problem === 'already-started') return ['error', ['already_started', this.#labelOf(error.owner)]]
      return ['error', termOfFailure(error)]
    }
  }
}

function failed(error: unknown): Term {
  return ['exit', termOfFailure(error)]
}

function raising(run: () => void, term: Term): Term {
  try {
    run()
    return true
  } catch (error) {
    if (!(error instanceof NoProcError)) throw error
    return ['raised', term]
  }
}
