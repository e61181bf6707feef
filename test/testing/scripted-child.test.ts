import { describe, expect, it } from 'vitest'
import { child, dynamicSupervisor, normal, shutdownBecause, start, supervisor } from 'coppice'
import { crashEverywhere, explore, scenario, Scripted, scripted, simulate, type ChildScript, type Sim } from 'coppice/testing'
import { describeReason } from '../../src/protocol/exit-reason.ts'

/** What became of an actor, in a few words each. */
function lifeOf(sim: Pick<Sim<unknown>, 'events' | 'clock'>, id: string): string[] {
  return sim.events.flatMap((event) => {
    if (event.type === 'started' && event.id === id) return [`#${event.incarnation} up`]
    if (event.type === 'start failed' && event.id === id) return [`not up: ${describeReason(event.reason)}`]
    if (event.type === 'start ignored' && event.id === id) return ['ignored']
    return event.type === 'exited' && event.id === id ? [`#${event.incarnation} ${describeReason(event.reason)}`] : []
  })
}

const one = (script: ChildScript, options: Parameters<typeof scripted>[1] = {}) =>
  supervisor({ intensity: { restarts: 10, within: '1m' } }, { a: scripted(script, options) })

describe('a scripted child', () => {
  it('does what it is told by messages, now', async () => {
    await simulate(one({}), { store: false }, async (sim) => {
      const { a } = sim.tree
      expect(await sim.until(a.call.ask())).toBe(1)
      await a.cast.tell()
      expect(await sim.until(a.call.ask({ takes: '10s' }, { timeout: 'infinity' }))).toBe(3)
      expect(sim.clock.now()).toBe(10_000)
      await a.cast.tell({ takes: '1s', then: { crash: 'boom' } })
      await sim.advance('1s')
      await expect(sim.until(a.call.ask('crash'))).rejects.toMatchObject({ code: 'crashed' })
      await a.cast.tell({ exit: shutdownBecause('tea') })
      await a.cast.tell({ exit: normal })
      await sim.settle()
      expect(await sim.until(a.call.ask())).toBe(6)
      expect(lifeOf(sim, 'a')).toEqual(
        ['up', 'crash: boom', 'up', 'crash: it was told to crash', 'up', 'shutdown: tea', 'up', 'normal', 'up'].map(
          (what, index) => `#${Math.floor(index / 2) + 1} ${what}`,
        ),
      )
    })
  })

  it('leaves nothing behind when it ends in the middle of an act', async () => {
    await simulate(one({}), { store: false }, async (sim) => {
      await sim.tree.a.cast.tell({ takes: '1h' })
      await sim.settle()
      await sim.kill('a')
    })
  })

  it('leaves nothing behind when it is killed in the middle of its stop', async () => {
    for (const stop of ['hang', { takes: '1h' }] as const) {
      const deaf = supervisor({}, { a: scripted({ always: { stop } }) })
      await simulate(supervisor({}, { inner: child(deaf, { shutdown: '1s' }) }), { store: false }, async (sim) => {
        await sim.until(sim.app.stop())
        expect([sim.clock.now(), lifeOf(sim, 'inner/a').at(-1)]).toEqual([1_000, '#1 killed'])
      })
    }
  })

  it('hangs in a handler, and has to be killed then', async () => {
    await simulate(one({}, { shutdown: '2s' }), { store: false }, async (sim) => {
      await sim.tree.a.cast.tell('hang')
      await expect(sim.until(sim.tree.a.call.ask(undefined, { timeout: '1s' }))).rejects.toMatchObject({ code: 'timeout' })
      await sim.until(sim.app.stop())
      expect(sim.clock.now()).toBe(3_000)
      expect(lifeOf(sim, 'a')).toEqual(['#1 up', '#1 killed'])
    })
  })

  it('crashes n times and works then', async () => {
    await simulate(one({ lives: [{ messages: ['ok', 'crash'] }, { messages: ['crash'] }] }), { store: false }, async (sim) => {
      for (let n = 0; n < 6; n += 1) await sim.tree.a.cast.tell()
      await sim.settle()
      expect(lifeOf(sim, 'a')).toEqual([
        '#1 up',
        '#1 crash: it was told to crash',
        '#2 up',
        '#2 crash: it was told to crash',
        '#3 up',
      ])
      expect(sim.peek('a')).toMatchObject({ handled: 4 })
    })
  })

  it('does not start, starts late, or is not there this time', async () => {
    const restarts = {
      lives: [{}, { start: 'crash' }, { start: { takes: '3s' } }, { start: { exit: normal } }, { start: 'ignore' }],
    } as const
    await simulate(one(restarts), { store: false }, async (sim) => {
      for (let n = 0; n < 3; n += 1) {
        await sim.tree.a.cast.tell('crash')
        await sim.advance('3s')
      }
      expect(lifeOf(sim, 'a')).toEqual([
        '#1 up',
        '#1 crash: it was told to crash',
        'not up: crash: it was told to crash',
        '#3 up',
        '#3 crash: it was told to crash',
        'not up: normal',
        'ignored',
      ])
    })
  })

  it('hangs in its start', async () => {
    const tree = one({ lives: [{ start: 'hang' }] })
    await expect(simulate(tree, { store: false }, () => undefined)).rejects.toMatchObject({ code: 'stalled' })
  })

  it('that hangs in its start comes back when it is killed, as in OTP', async () => {
    for (const state of ['volatile', 'durable'] as const)
      await simulate(one({ lives: [{}, { start: 'hang' }] }, { state }), {}, async (sim) => {
        await sim.until(sim.tree.a.cast.tell('crash'))
        await sim.settle()
        expect(sim.app.inspect('a')?.status).toBe('restarting')
        await sim.until(sim.app.kill('a'))
        await sim.settle()
        expect(sim.app.inspect('a')).toMatchObject({ status: 'running' })
      })
  })

  it('ignores shutdown, or is slow to stop, or fails in it', async () => {
    const tree = supervisor(
      {},
      {
        deaf: scripted({ always: { ignoresShutdown: true } }, { shutdown: '2s' }),
        slow: scripted({ always: { stop: { takes: '3s' } } }),
        mad: scripted({ always: { stop: { crash: 'no!' } } }),
        gone: scripted({ always: { stop: { exit: normal } } }),
      },
    )
    await simulate(tree, { store: false }, async (sim) => {
      await sim.until(sim.app.stop())
      expect(sim.clock.now()).toBe(5_000)
      const ends = ['gone', 'mad', 'slow', 'deaf'].map((id) => lifeOf(sim, id).at(-1))
      expect(ends).toEqual(['#1 normal', '#1 crash: no!', '#1 shutdown', '#1 killed'])
    })
  })

  it('is scripted anew while it runs: the first life is the next', async () => {
    await simulate(one({ always: { stop: 'hang' } }), { store: false }, async (sim) => {
      const { a } = sim.tree
      await a.cast.script({ lives: [{ messages: ['crash'] }, { start: 'crash' }], always: { stop: 'ok' } })
      await a.cast.tell('crash')
      await a.cast.tell()
      await a.cast.tell()
      await sim.settle()
      expect(lifeOf(sim, 'a').map((line) => line.replace(': it was told to crash', ''))).toEqual([
        '#1 up',
        '#1 crash',
        '#2 up',
        '#2 crash',
        'not up: crash',
        '#4 up',
      ])
    })
  })

  it('goes on with its script in the next process, where its state is kept', async () => {
    for (const state of ['checkpointed', 'durable'] as const)
      await simulate(one({ lives: [{}, { start: { takes: '1s' } }] }, { state }), {}, async (sim) => {
        await sim.until(sim.tree.a.call.ask())
        const beganMs = sim.clock.now()
        await sim.killProcess()
        expect(sim.clock.now() - beganMs).toBe(1_000)
        expect(await sim.until(sim.tree.a.call.ask())).toBe(state === 'durable' ? 2 : 1)
      })
  })

  it('is a member of a dynamic supervisor, scripted by its arguments', async () => {
    await simulate(supervisor({}, { many: dynamicSupervisor(Scripted) }), { store: false }, async (sim) => {
      await expect(sim.until(sim.tree.many.start('a', { lives: [{ start: 'crash' }] }))).rejects.toMatchObject({
        code: 'start_failed',
      })
      const ref = await sim.until(sim.tree.many.start('b', { always: { messages: ['ok', 'crash'] } }))
      await ref.cast.tell()
      await ref.cast.tell()
      await sim.settle()
      expect(lifeOf(sim, 'many/b')).toHaveLength(3)
    })
  })

  it('is the same in every order, and at every death', async () => {
    const story = scenario({
      tree: supervisor(
        { strategy: 'one_for_all' },
        { a: scripted({ lives: [{ messages: ['crash'] }] }, { state: 'durable' }), b: scripted({}, { state: 'durable' }) },
      ),
      run: async (sim) => {
        for (const one of [sim.tree.a, sim.tree.b]) await sim.until(one.cast.tell())
      },
      invariants: { 'everybody is up': (sim) => sim.app.running().length === 3 },
    })
    expect((await crashEverywhere(story, { points: ['after commit'] })).failures).toEqual([])
    expect((await explore({ ...story, store: 'memory' }, { bounded: { runs: 10 } })).failure).toBeUndefined()
  })

  it('needs no simulation', async () => {
    await using app = await start(one({ lives: [{ messages: ['crash'] }] }), { attribution: 'off' })
    expect(await app.tree.a.call.ask({ takes: '1ms' })).toBe(1)
    await app.tree.a.cast.tell('crash')
    expect(await app.tree.a.call.ask()).toBe(2)
  })

  it.each([
    [{ live: [] }, 'scripted: live is not a field; got an array of 0. The fields are lives, always'],
    [{ lives: [{ start: 'cash' }] }, 'scripted: lives[0]: start must be "ok", "crash", "hang"'],
    [{ lives: [{}, { messages: ['ok', { takes: 'long' }] }] }, 'scripted: lives[1]: messages[1]: takes must be milliseconds'],
    [{ always: { stop: { exit: 'normal' } } }, 'scripted: always: stop must be'],
    [{ always: { stop: 'ignore' } }, 'scripted: always: stop must be'],
    [{ always: { ignoresShutdown: 1 } }, 'scripted: always: ignoresShutdown must be true or false; got 1'],
    [7, 'scripted must be an object; got 7'],
  ])('refuses a script that breaks a rule: %j', (script, text) => {
    expect(() => scripted(script as ChildScript)).toThrow(text)
  })

  it('refuses a message that is no act, before it is sent', async () => {
    await simulate(one({}), { store: false }, async (sim) => {
      expect(() => void sim.tree.a.cast.tell('cash' as 'crash')).toThrow('act must be "ok", "crash"')
      await expect(sim.tree.a.call.ask({ takes: -1 })).rejects.toMatchObject({ code: 'invalid' })
    })
  })
})
