import { describe, expect, it } from 'vitest'
import {
  actor,
  child,
  crash,
  ExitError,
  killed,
  message,
  normal,
  shutdown,
  SpawnError,
  supervisor,
  type Context,
  type ExitReason,
  type SpawnFromActorOptions,
} from '../../src/index.ts'
import { lives, simulatedWithoutStore } from '../support/simulated-app.ts'

interface Plan {
  /** How long its start takes; it does not end if nothing is given. */
  readonly startMs?: number
}

const Child = actor('child', {
  initial: async ({ startMs }: Plan, ctx: Context) => {
    if (startMs !== 0) await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()))
    return {}
  },
  handlers: ({ cast }) => ({
    exit: cast(message<ExitReason>(), ({ input }) => {
      throw new ExitError(input)
    }),
  }),
})

interface Order {
  readonly plan: Plan
  readonly options: SpawnFromActorOptions
}

const Parent = actor('parent', {
  trapExits: true,
  initial: () => ({ told: [] as readonly string[] }),
  handlers: ({ call }) => ({
    spawn: call(message<Order>(), async ({ input, ctx }): Promise<{ reply: object }> => {
      try {
        const { ref, monitor } = await ctx.spawn(Child, 'kid', input.plan, input.options)
        return { reply: { id: ref.id, isMonitored: monitor !== undefined } }
      } catch (error) {
        if (!(error instanceof SpawnError)) throw error
        return { reply: { problem: error.problem, reason: error.reason.type } }
      }
    }),
    register: call(message<{ name: string; id: string }>(), ({ input, ctx }) => ({ reply: ctx.register(input.name, input.id) })),
    endKid: call(message<ExitReason>(), ({ input, ctx }) => {
      void ctx.ref(Child, `${ctx.id}/kid`).cast.exit(input)
      return { reply: true }
    }),
    told: call(({ state }) => ({ reply: state.told })),
  }),
  info: ({ state, message: news }) => {
    const { type, id, from, reason } = news as { type: string; id?: string; from?: string; reason: ExitReason }
    return { told: [...state.told, `${type} ${id ?? from} ${reason.type}`].sort() }
  },
})

const family = supervisor({ intensity: { restarts: 10, within: '1s' } }, { parent: child(Parent) })
const up: Plan = { startMs: 0 }

describe('an actor that spawns another', () => {
  it('is told of its end by the link and by the monitor that it asked for', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(family)
    const spawned = await until(tree.parent.call.spawn({ plan: up, options: { link: true, monitor: true } }))
    expect(spawned).toEqual({ id: 'parent/kid', isMonitored: true })
    await until(tree.parent.call.endKid(shutdown))
    await settle()
    expect(await until(tree.parent.call.told())).toEqual(['down parent/kid shutdown', 'exit parent/kid shutdown'])
  })

  it('is told nothing without either', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(family)
    expect(await until(tree.parent.call.spawn({ plan: up, options: {} }))).toMatchObject({ isMonitored: false })
    await until(tree.parent.call.endKid(crash(new Error('boom'))))
    await settle()
    expect(await until(tree.parent.call.told())).toEqual([])
  })

  it('gives up a start that takes too long: nothing of it is left', async () => {
    const { app, tree, until, advance } = await simulatedWithoutStore(family)
    const spawned = until(tree.parent.call.spawn({ plan: {}, options: { link: true, timeout: '1s' } }, { timeout: '1m' }))
    await advance('2s')
    expect(await spawned).toEqual({ problem: 'timeout', reason: 'killed' })
    expect(app.running()).toEqual(['', 'parent'])
    expect(await until(tree.parent.call.told())).toEqual([])
  })

  it('may name it, once', async () => {
    const { app, tree, until } = await simulatedWithoutStore(family)
    await until(tree.parent.call.spawn({ plan: up, options: {} }))
    const id = 'parent/kid'
    expect(await until(tree.parent.call.register({ name: 'kid', id }))).toBe(true)
    expect(app.whereis('kid')).toEqual({ id, status: 'running' })
    expect(await until(tree.parent.call.register({ name: 'second', id }))).toBe(false)
    expect(await until(tree.parent.call.register({ name: 'other', id: 'nobody' }))).toBe(false)
  })
})

describe('an exit with a reason, thrown in a handler', () => {
  const Worker = actor('worker', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      exit: cast(message<ExitReason>(), ({ input }) => {
        throw new ExitError(input)
      }),
    }),
  })

  it.each<[string, ExitReason, 'transient' | 'permanent' | 'temporary', boolean]>([
    ['normal, of a transient child', normal, 'transient', false],
    ['shutdown, of a transient child', shutdown, 'transient', false],
    ['killed, of a transient child', killed, 'transient', true],
    ['a crash, of a transient child', crash(new Error('boom')), 'transient', true],
    ['normal, of a permanent child', normal, 'permanent', true],
    ['a crash, of a temporary child', crash(new Error('boom')), 'temporary', false],
  ])('is judged by the restart type: %s', async (_, reason, restart, isRestarted) => {
    const { tree, settle, events } = await simulatedWithoutStore(supervisor({}, { worker: child(Worker, { restart }) }))
    void tree.worker.cast.exit(reason)
    await settle()
    const told = lives(events).filter((text) => text.startsWith('worker#'))
    expect(told).toEqual(['worker#1 started', `worker#1 exited ${reason.type}`, ...(isRestarted ? ['worker#2 started'] : [])])
  })
})
