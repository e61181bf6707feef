import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import type { DecisionRecord } from '../../src/supervision/shell/decision-log.ts'
import { describeDecision } from '../../src/supervision/telling/describe-decision.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const often = { intensity: { restarts: 100, within: '1h' } } as const

const fromMemory = { hook: 'none', state: 'memory', checkpoint: undefined, replayed: 0 }

/** What a record says, without what is the same in all. */
const brief = ({ id, incarnation, decided, reason, message: handled, back }: DecisionRecord) => ({
  who: incarnation === undefined ? id : `${id}#${incarnation}`,
  decided,
  reason: reason.type,
  message: handled?.name,
  back: back.map((comeback) => {
    if (comeback.status !== 'started') return `${comeback.id} ${comeback.status}`
    const { hook, state, checkpoint } = comeback.beginning ?? {}
    return `${comeback.id}#${comeback.incarnation} ${hook} ${state}${checkpoint === undefined ? '' : ` ${checkpoint}`}`
  }),
})

describe('app.decisions', () => {
  it('has who ended, at which message, what was decided and why, what was left, when, and what came back', async () => {
    const Caller = actor('caller', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(async ({ ctx }) => {
          await ctx
            .ref(Counter, 'a')
            .call.callAndCrash('boom')
            .catch(() => undefined)
        }),
      }),
    })
    const { app, tree, advance } = await simulatedWithoutStore(supervisor({}, { a: child(Counter), b: child(Caller) }))
    await advance(1_000)
    void tree.b.cast.go()
    await advance(0)
    expect(app.decisions()).toEqual([
      {
        supervisor: '',
        supervisorIncarnation: 1,
        number: 1,
        epoch: undefined,
        isEarlier: false,
        id: 'a',
        child: 'a',
        incarnation: 1,
        reason: { type: 'error', error: new Error('boom') },
        message: { kind: 'call', name: 'callAndCrash', sender: 'b', seq: 0, attempt: 1 },
        decided: 'restart',
        why: '"a" is permanent and crashed: it is started again (2 of 3 restarts left in 5 s)',
        budgetLeft: 2,
        limit: { restarts: 3, withinMs: 5_000 },
        atMs: Date.UTC(2000, 0, 1, 0, 0, 1),
        back: [{ id: 'a', status: 'started', incarnation: 2, beginning: fromMemory }],
      },
    ])
  })

  it('has no message for one that ended while it handled none', async () => {
    const Linked = actor('linked', {
      initial: () => ({}),
      handlers: ({ call }) => ({ link: call(message<string>(), ({ input, ctx }) => ({ reply: ctx.link(input) })) }),
    })
    const { app, tree, settle, until } = await simulatedWithoutStore(
      supervisor(often, { a: child(Counter, { restart: 'transient' }), b: child(Linked) }),
    )
    await until(tree.b.call.link('a'))
    void tree.a.cast.crash('boom')
    void tree.a.cast.stop()
    await settle()
    expect(app.decisions().map(brief)).toMatchObject([
      { who: 'b#1', reason: 'error', message: undefined },
      { who: 'a#1', reason: 'error', message: 'crash' },
      { who: 'a#2', reason: 'normal', message: undefined, decided: 'leave', back: [] },
    ])
  })

  it('names what state comes back: of memory, of a checkpoint, of the hooks, and by which hook', async () => {
    const Kept = (name: string, hooks: object) =>
      actor(name, {
        initial: () => ({ count: 0 }),
        ...hooks,
        handlers: ({ call, cast }) => ({
          add: call(({ state }) => ({ reply: 1, state: { count: state.count + 1 } })),
          crash: cast(() => {
            throw new Error('boom')
          }),
        }),
      })
    const { app, tree, settle, until } = await simulated(
      supervisor(often, {
        volatile: child(Kept('volatile', {}), { state: 'volatile' }),
        checkpointed: child(Kept('checkpointed', { init: () => undefined }), { state: 'checkpointed' }),
        durable: child(Kept('durable', { init() {}, restart() {} }), { state: 'durable', maxAttempts: 1 }),
        fresh: child(Kept('fresh', { restart: (ctx: { fresh(): never }) => ctx.fresh() }), { state: 'volatile' }),
      }),
    )
    for (const ref of Object.values(tree)) {
      await until(ref.call.add())
      void ref.cast.crash()
      await settle()
    }
    expect(app.decisions().map((record) => brief(record).back)).toEqual([
      ['volatile#2 none memory'],
      ['checkpointed#2 init memory'],
      ['durable#2 restart checkpoint 2'],
      ['fresh#2 restart initial'],
    ])
  })

  it('says when a damaged checkpoint made the journal necessary', async () => {
    const tree = supervisor(often, { a: child(Counter, { state: 'durable', maxAttempts: 1 }) })
    const sim = await simulatedSystem(tree, { faults: [{ at: 'checkpoint', actor: 'a', nth: 3, do: 'tear' }] })
    await sim.until(sim.tree.a.call.add(1))
    await sim.until(sim.tree.a.call.add(1))
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    const [record] = sim.app.decisions()
    const beginning = { hook: 'none', state: 'journal', checkpoint: 2, replayed: 1 }
    expect(record?.back).toMatchObject([{ incarnation: 2, beginning }])
    expect(record && describeDecision(record)).toContain('back: a#2, no hook, state of checkpoint 2 and 1 message of the journal')
  })

  it('has everyone who was taken along', async () => {
    const { app, tree, settle } = await simulatedWithoutStore(
      supervisor({ strategy: 'rest_for_one' }, { a: child(Counter), b: child(Counter), c: child(Counter) }),
    )
    void tree.b.cast.crash('boom')
    await settle()
    expect(app.decisions().map(brief)).toEqual([
      { who: 'b#1', decided: 'restart', reason: 'error', message: 'crash', back: ['b#2 none memory', 'c#2 none memory'] },
    ])
  })

  it('has failed starts and retries, each with what came of it', async () => {
    let failures = 2
    const Shaky = actor('shaky', {
      initial: () => ({}),
      restart: () => {
        failures -= 1
        if (failures >= 0) throw new Error(`not yet ${failures}`)
      },
      handlers: ({ cast }) => ({
        crash: cast(() => {
          throw new Error('boom')
        }),
      }),
    })
    const { app, tree, settle } = await simulatedWithoutStore(supervisor(often, { a: child(Shaky), b: child(Counter) }))
    void tree.a.cast.crash()
    void tree.b.cast.crash('boom')
    await settle()
    const records = app.decisions().filter(({ id }) => id === 'a')
    expect(records.map(brief)).toEqual([
      { who: 'a#1', decided: 'restart', reason: 'error', message: 'crash', back: ['a failed'] },
      { who: 'a', decided: 'retry', reason: 'error', message: undefined, back: ['a failed'] },
      { who: 'a', decided: 'retry', reason: 'error', message: undefined, back: ['a#4 restart memory'] },
    ])
    expect(app.decisions().find(({ id }) => id === 'b')?.back).toMatchObject([{ id: 'b', incarnation: 2 }])
  })

  it('[A21] keeps the last ones of each supervisor, with what was thrown, and not more than it was told', async () => {
    const tree = supervisor(often, { inner: supervisor(often, { a: child(Counter) }), b: child(Counter) })
    const { app, tree: actors, settle } = await simulatedWithoutStore(tree, { keepDecisions: 10 })
    for (let crash = 1; crash <= 12; crash += 1) {
      void actors.inner.a.cast.crash(`boom ${crash}`)
      await settle()
    }
    void actors.b.cast.crash('other')
    await settle()
    const thrown = (records: readonly DecisionRecord[]): unknown[] =>
      records.map(({ reason }) => (reason.type === 'error' ? reason.error : undefined))
    expect(thrown(app.decisions('inner'))).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((crash) => new Error(`boom ${crash}`)))
    expect((thrown(app.decisions('inner')).at(-1) as Error).stack).toContain('scripted.ts')
    expect(
      app
        .decisions('inner')
        .map(({ number }) => number)
        .at(-1),
    ).toBe(12)
    expect(thrown(app.decisions())).toEqual([new Error('other')])
    expect(app.decisions('inner/a')).toEqual([])
    expect(app.decisions('nobody')).toEqual([])
  })

  it('remembers 20 if nothing is said, and refuses what is no number of decisions', async () => {
    const { app, tree, settle } = await simulatedWithoutStore(supervisor(often, { a: child(Counter) }))
    for (let crash = 0; crash < 25; crash += 1) void tree.a.cast.crash('boom')
    await settle()
    expect(app.decisions()).toHaveLength(20)
    for (const keepDecisions of [0, 1.5, -1, '3' as never])
      await expect(simulatedWithoutStore(supervisor({}, {}), { keepDecisions })).rejects.toThrow(
        'start: keepDecisions must be an integer >= 1',
      )
  })

  it('is there for a dynamic supervisor, by its reference, over its restart and after its end', async () => {
    const tree = supervisor(
      { intensity: { restarts: 1, within: '1h' } },
      {
        carts: dynamicSupervisor(Counter, { intensity: { restarts: 1, within: '1h' } }),
        a: child(Counter),
      },
    )
    const { app, tree: actors, until, settle } = await simulatedWithoutStore(tree)
    await until(actors.carts.start('x', { from: 0 }))
    for (let crash = 0; crash < 2; crash += 1) {
      void actors.carts.get('x').cast.crash('boom')
      await settle()
    }
    await until(actors.carts.start('x', { from: 0 }))
    void actors.carts.get('x').cast.crash('third')
    await settle()
    void actors.a.cast.crash('last')
    await until(app.ended)
    const of = (record: DecisionRecord) => [record.supervisorIncarnation, record.number, brief(record).who, record.decided]
    expect(app.decisions(actors.carts).map(of)).toEqual([
      [1, 1, 'carts/x#1', 'restart'],
      [1, 2, 'carts/x#2', 'give up'],
      [2, 3, 'carts/x#1', 'restart'],
    ])
    expect(app.decisions().map(of)).toEqual([
      [1, 1, 'carts#1', 'restart'],
      [1, 2, 'a#1', 'give up'],
    ])
  })

  it('has the number in the journal and the attempt of a durable message', async () => {
    const tree = supervisor(often, { a: child(Counter, { state: 'durable' }) })
    const { app, tree: actors, until, settle } = await simulated(tree)
    await until(actors.a.call.add(1))
    await expect(until(actors.a.call.callAndCrash('boom'))).rejects.toThrow('3 times')
    await settle()
    const handled = { kind: 'call', name: 'callAndCrash', sender: undefined, seq: 2 }
    expect(app.decisions().map((record) => record.message)).toEqual([1, 2, 3].map((attempt) => ({ ...handled, attempt })))
  })
})

describe('describeDecision', () => {
  it('is a paragraph for a person', async () => {
    const once = supervisor({ intensity: { restarts: 1, within: '1h' } }, { a: child(Counter) })
    const { app, tree, settle } = await simulatedWithoutStore(once)
    void tree.a.cast.crash('boom')
    void tree.a.cast.crash('bang')
    await settle()
    expect(app.decisions().map(describeDecision)).toEqual([
      [
        '2000-01-01T00:00:00.000Z the root: a#1 ended',
        '  because: crash: boom',
        '  handling: cast "crash" from outside',
        '  decided: restart: "a" is permanent and crashed: it is started again (0 of 1 restarts left in 1 h)',
        '  back: a#2, no hook, last state in memory',
      ].join('\n'),
      [
        '2000-01-01T00:00:00.000Z the root: a#2 ended',
        '  because: crash: bang',
        '  handling: cast "crash" from outside',
        '  decided: give up: "a" is permanent and crashed, and the one restart in 1 h is used up: the supervisor gives up',
      ].join('\n'),
    ])
  })

  it.each([
    [{ hook: 'init', state: 'checkpoint', checkpoint: 3, replayed: 0 }, 'hook init, state of checkpoint 3'],
    [{ hook: 'restart', state: 'journal', checkpoint: 3, replayed: 2 }, 'hook restart, state of checkpoint 3 and 2 messages of '],
    [{ hook: 'none', state: 'journal', checkpoint: 3, replayed: 1 }, 'no hook, state of checkpoint 3 and 1 message of the'],
    [{ hook: 'restart', state: 'given', checkpoint: undefined, replayed: 0 }, 'hook restart, state given by the hook'],
    [{ hook: 'init', state: 'initial', checkpoint: undefined, replayed: 0 }, 'hook init, initial state'],
  ] as const)('says of what comes back: %j', async (beginning, text) => {
    const { app, tree, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    void tree.a.cast.crash('boom')
    await settle()
    const [record] = app.decisions()
    if (record === undefined) throw new Error('there is no decision')
    const lines = (back: DecisionRecord['back']): string => describeDecision({ ...record, back })
    expect(lines([{ id: 'a', status: 'started', incarnation: 2, beginning }])).toContain(`\n  back: a#2, ${text}`)
    expect(lines([{ id: 'a', status: 'ignored' }])).toContain('\n  back: a ignored its start')
    expect(lines([{ id: 'a', status: 'failed', reason: { type: 'killed' } }])).toContain('a could not be started (killed)')
  })
})
