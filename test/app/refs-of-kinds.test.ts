import {
  actor,
  agent,
  behavior,
  child,
  eventHandler,
  eventManager,
  machine,
  memory,
  message,
  queue,
  service,
  supervisor,
  type CommonRef,
} from 'coppice'
import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import { Counter } from '../support/scripted.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Echo = behavior('echo', (_: undefined, message: string) => message)
const Note = agent('note', () => 'empty')
const Jobs = queue<string>('jobs', { max: 3 })
const Lines = eventHandler('lines', {
  init: () => [] as string[],
  event: (lines, event: string) => [...lines, event],
})
const Bus = eventManager('bus', [Lines])
const Api = service('api', { start: () => ({ port: 80 }), stop: () => undefined })
const Light = machine('light', setup({}).createMachine({ initial: 'green', states: { green: {} } }))

const tree = supervisor(
  {},
  {
    actor: child(Counter),
    function: child(Echo, { args: undefined }),
    agent: child(Note),
    queue: child(Jobs),
    events: child(Bus),
    service: child(Api, { restart: 'permanent' }),
    machine: child(Light),
  },
)
const keys = ['actor', 'function', 'agent', 'queue', 'events', 'service', 'machine'] as const

describe('the reference of every kind', () => {
  it.each(keys)('[F14] resolves when its actor is up again, and is told what becomes of it: %s', async (key) => {
    const { app, until, settle } = await simulatedWithoutStore(tree)
    const ref: CommonRef = app.tree[key]
    const told: string[] = []
    for (const type of ['up', 'down', 'gone'] as const) app.on(ref, type, () => told.push(type))
    await until(app.kill(ref))
    expect(await until(ref.whenUp())).toBe(2)
    await until(ref.stop(undefined, { restart: false }))
    await settle()
    expect(told).toEqual(['down', 'up', 'down', 'gone'])
    await expect(until(ref.whenUp())).rejects.toMatchObject({ code: 'noproc' })
  })

  it.each(keys)('[H13] ends its actor for good with the block that it is used in: %s', async (key) => {
    const { app, until } = await simulatedWithoutStore(tree)
    const scope = async (): Promise<void> => {
      await using ref: CommonRef = app.tree[key]
      expect(app.running()).toContain(ref.id)
    }
    await until(scope())
    expect(app.inspect(key)).toMatchObject({ status: 'stopped', lastExit: { reason: { type: 'normal' } } })
    // It is fine that nobody is there any more.
    await until(app.tree[key][Symbol.asyncDispose]())
  })

  it.each(keys)('[A19] is data that becomes the same reference again: %s', async (key) => {
    const { app } = await simulatedWithoutStore(tree)
    const data = JSON.parse(JSON.stringify(app.tree[key])) as { actor: string; system: string }
    expect(data).toEqual({ actor: key, system: expect.stringMatching(/^run-/) as string })
    const definition = { actor: Counter, function: Echo, agent: Note, queue: Jobs, events: Bus, service: Api, machine: Light }[
      key
    ]
    expect(app.refOf(data, definition as typeof Counter).id).toBe(key)
  })
})

describe('a reference that was sent to somebody else', () => {
  interface Held {
    readonly counter?: CommonRef
    readonly jobs?: CommonRef
  }
  const to = (ref: CommonRef | undefined): CommonRef => ref ?? expect.fail('it holds no reference')
  const Holder = actor('holder', {
    initial: (): Held => ({}),
    handlers: ({ call, cast }) => ({
      take: cast(message<Held>(), ({ input }) => input),
      use: call(async ({ state, ctx }) => {
        const count = await ctx.ref(Counter, to(state.counter)).call.add(1)
        await ctx.ref(Jobs, to(state.jobs)).put(`job ${count}`)
        return { reply: count }
      }),
    }),
  })
  const held = supervisor(
    {},
    { counter: child(Counter), jobs: child(Jobs), holder: child(Holder, { state: 'checkpointed', checkpoint: { every: 1 } }) },
  )

  it('[A19] is valid over restarts of its actor and of who holds it, and in the next process', async () => {
    const store = memory()
    const first = await simulated(held, { store })
    const { counter, jobs, holder } = first.tree
    await first.until(holder.cast.take({ counter, jobs }))
    expect(await first.until(holder.call.use())).toBe(1)
    for (const ref of [counter, jobs, holder]) await first.until(first.app.kill(ref))
    expect(await first.until(holder.call.use())).toBe(2)
    expect(await first.until(jobs.size())).toBe(2)
    await first.until(first.app.stop())
    const second = await simulated(held, { store })
    expect(await second.until(second.tree.holder.call.use())).toBe(3)
    expect(await second.until(second.tree.jobs.getBatch(3))).toEqual(['job 1', 'job 2', 'job 3'])
  })
})
