import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import {
  actor,
  child,
  ConfigurationError,
  memory,
  message,
  supervisor,
  type Checkpointable,
  type CheckpointOption,
  type Hooks,
} from 'coppice'
import { simulatedSystem, type SimulationEvent, type SimulationOptions } from 'coppice/testing'

interface State {
  readonly count: number
}

/** A place outside of the store, with what was done to it. */
function elsewhere(more: Partial<Checkpointable<State>> = {}) {
  const kept = new Map<number, State>()
  const expired: number[] = []
  const offered: (readonly number[])[] = []
  const checkpointable: Checkpointable<State> = {
    should: () => false,
    save: ({ checkpoint, state }) => void kept.set(checkpoint, { ...state }),
    load: ({ checkpoints }) => {
      offered.push(checkpoints.map(({ number }) => number))
      const [newest] = checkpoints
      const state = newest && kept.get(newest.number)
      if (newest === undefined || state === undefined) throw new Error(`there is nothing for ${newest?.number}`)
      return { checkpoint: newest.number, state }
    },
    expired: ({ checkpoint }) => {
      expired.push(checkpoint)
      kept.delete(checkpoint)
    },
    ...more,
  }
  return { kept, expired, offered, checkpointable }
}

interface TreeOptions {
  readonly checkpoint?: CheckpointOption<State>
  readonly hooks?: Hooks<State, undefined>
  readonly version?: number
}

function treeWith(checkpointable: Checkpointable<State>, { checkpoint = {}, hooks = {}, version = 1 }: TreeOptions = {}) {
  const Model = actor('model', {
    version,
    ...(version > 1 && { migrate: { 1: ({ count }: State) => ({ count: count + 1_000 }) } }),
    initial: () => ({ count: 0 }),
    handlers: ({ call, cast }) => ({
      add: call(message<number>(), ({ state, input }) => ({ reply: state.count + input, state: { count: state.count + input } })),
      count: call(({ state }) => ({ reply: state.count })),
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
    checkpointable,
  })
  return supervisor({ intensity: { restarts: 3, within: '5s' } }, { a: child(Model, { checkpoint, hooks }) })
}

const stores: readonly (readonly [string, () => NonNullable<SimulationOptions['store']>])[] = [
  ['memory', memory],
  ['sqlite', () => new DatabaseSync(':memory:')],
]

const types = (events: readonly SimulationEvent[], type: string): readonly SimulationEvent[] =>
  events.filter((event) => event.type === type)

describe('checkpointable', () => {
  it.each(['should', 'save', 'load', 'expired'])('[R1] is refused when %s is missing, before there is anything', (name) => {
    const { checkpointable } = elsewhere()
    const broken = { ...checkpointable, [name]: undefined } as unknown as Checkpointable<State>
    expect(() => treeWith(broken)).toThrow(ConfigurationError)
    expect(() => treeWith(broken)).toThrow(`actor "model": checkpointable.${name} must be a function; got nothing`)
  })

  it('[R1] is refused with a name that is none, or where it is no object', () => {
    const { checkpointable } = elsewhere()
    expect(() => treeWith({ ...checkpointable, expires: () => undefined } as Checkpointable<State>)).toThrow(
      'actor "model": checkpointable.expires is not an option; got a function (expires). Did you mean "expired"?',
    )
    expect(() => treeWith(true as unknown as Checkpointable<State>)).toThrow(
      'actor "model": checkpointable must be an object with the functions should, save, load and expired; got true (boolean)',
    )
  })

  it('is refused for a durable child, whose turns are in one transaction with its state', async () => {
    const Model = actor('model', {
      initial: () => ({ count: 0 }),
      handlers: () => ({}),
      checkpointable: elsewhere().checkpointable,
    })
    const starting = simulatedSystem(supervisor({}, { a: child(Model, { state: 'durable' }) }))
    await expect(starting).rejects.toThrow('a: state must be "checkpointed" for a behavior that keeps its state elsewhere')
  })
})

describe.each(stores)('a state kept elsewhere (%s)', (_, store) => {
  it('[R2] is saved when `should` says so, and what is loaded is what comes back', async () => {
    const { kept, checkpointable, offered } = elsewhere({ should: ({ messages }) => messages === 2 })
    await using sim = await simulatedSystem(treeWith(checkpointable), { store: store() })
    for (let n = 1; n <= 5; n += 1) await sim.until(sim.tree.a.call.add(1))
    await sim.settle()
    expect([...kept]).toEqual([
      [1, { count: 2 }],
      [2, { count: 4 }],
    ])
    await sim.restart()
    expect(offered).toEqual([[2, 1]])
    expect(await sim.until(sim.tree.a.call.count())).toBe(4)
    expect(sim.events.findLast((event) => event.type === 'started' && event.id === 'a')).toMatchObject({ source: 'checkpoint' })
  })

  it('[R4] has a number only when it is complete: one whose save threw is never offered, and is told to be gone', async () => {
    let fails = false
    const there = elsewhere()
    const { checkpointable, offered, expired } = there
    const save: Checkpointable<State>['save'] = (context) => {
      void checkpointable.save(context)
      if (fails) throw new Error('disk full')
    }
    await using sim = await simulatedSystem(treeWith({ ...checkpointable, save }), { store: store() })
    await sim.until(sim.tree.a.call.add(1))
    await sim.until(sim.tree.a.checkpoint())
    await sim.until(sim.tree.a.call.add(1))
    fails = true
    const error = await sim.until(sim.tree.a.checkpoint().catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ code: 'checkpoint', problem: 'failed', cause: { message: 'disk full' } })
    await sim.settle()
    expect(expired).toEqual([2])
    expect(await sim.until(sim.tree.a.call.add(1))).toBe(3)
    await sim.restart()
    expect(offered).toEqual([[1]])
    expect(await sim.until(sim.tree.a.call.count())).toBe(1)
    expect([...there.kept.keys()]).toEqual([1])
  })

  it('[R4] has a number only when it is complete: one whose save the process did not survive is never offered', async () => {
    const there = elsewhere()
    let hangs = false
    const save: Checkpointable<State>['save'] = (context) => {
      void there.checkpointable.save(context)
      return hangs ? new Promise<void>(() => undefined) : undefined
    }
    await using sim = await simulatedSystem(treeWith({ ...there.checkpointable, save }), { store: store() })
    await sim.until(sim.tree.a.call.add(1))
    await sim.until(sim.tree.a.checkpoint())
    hangs = true
    void sim.tree.a.checkpoint().catch(() => undefined)
    await sim.settle()
    expect([...there.kept.keys()]).toEqual([1, 2])
    hangs = false
    await sim.restart()
    await sim.settle()
    expect(there.offered).toEqual([[1]])
    expect(there.expired).toEqual([2])
    expect(await sim.until(sim.tree.a.checkpoint())).toEqual({ number: 3 })
  })

  it('[R10] [R11] is told of once for each that is no longer kept, in order: 39 were taken, 20 are kept, 19 were told', async () => {
    const { kept, expired, checkpointable } = elsewhere()
    await using sim = await simulatedSystem(treeWith(checkpointable, { checkpoint: { keep: 20 } }), { store: store() })
    for (let n = 1; n <= 39; n += 1) await sim.until(sim.tree.a.checkpoint())
    await sim.settle()
    expect(expired).toEqual(Array.from({ length: 19 }, (_unused, i) => i + 1))
    expect(kept.size).toBe(20)
  })

  it('[R10] is told of by the next incarnation, also in the next process, and once', async () => {
    const { expired, checkpointable } = elsewhere()
    await using sim = await simulatedSystem(treeWith(checkpointable), { store: store() })
    for (let n = 0; n < 2; n += 1) await sim.until(sim.tree.a.checkpoint())
    await sim.restart()
    await sim.until(sim.tree.a.checkpoint())
    await sim.settle()
    expect(expired).toEqual([1])
    // The last checkpoint of an incarnation takes the place of one too, when nobody is there to be told.
    await sim.until(sim.tree.a.stop())
    await sim.settle()
    expect(expired).toEqual([1, 2])
    await sim.restart()
    await sim.settle()
    expect(expired).toEqual([1, 2])
  })

  it('[R10] is told of again when that threw: with the next checkpoint, and in the next process; the new one stays', async () => {
    const there = elsewhere()
    let failures = 2
    const expired: Checkpointable<State>['expired'] = (context) => {
      if (failures-- > 0) throw new Error('no network')
      void there.checkpointable.expired(context)
    }
    await using sim = await simulatedSystem(treeWith({ ...there.checkpointable, expired }), { store: store() })
    for (let n = 0; n < 3; n += 1) await sim.until(sim.tree.a.checkpoint())
    await sim.settle()
    expect(types(sim.events, 'checkpoint expiry failed')).toMatchObject([
      { id: 'a', number: 1, error: { message: 'no network' } },
    ])
    await sim.restart()
    await sim.settle()
    expect(there.offered).toEqual([[3, 2]])
    expect(there.expired).toEqual([])
    await sim.until(sim.tree.a.checkpoint())
    await sim.settle()
    expect(there.expired).toEqual([1, 2])
  })

  it('[R6] is never seen in part: a load that throws half-way is asked again for those before', async () => {
    const there = elsewhere()
    const half: { state?: State } = {}
    const load: Checkpointable<State>['load'] = (context) => {
      half.state = { count: 99 }
      if (context.checkpoints[0]?.number === 2) throw new Error('torn')
      return there.checkpointable.load(context)
    }
    await using sim = await simulatedSystem(treeWith({ ...there.checkpointable, load }), { store: store() })
    for (let n = 0; n < 2; n += 1) {
      await sim.until(sim.tree.a.call.add(1))
      await sim.until(sim.tree.a.checkpoint())
    }
    await sim.restart()
    expect(types(sim.events, 'checkpoint damaged')).toMatchObject([{ id: 'a', number: 2, problem: 'torn' }])
    expect(there.offered).toEqual([[1]])
    expect(await sim.until(sim.tree.a.call.count())).toBe(1)
  })

  it.each(['older', 'fail'] as const)(
    '[R6] fails the start where none can be loaded, with onLoadFailure %s',
    async (onLoadFailure) => {
      const there = elsewhere()
      let asked = 0
      const load = (): never => {
        asked += 1
        throw new Error('torn')
      }
      const sim = await simulatedSystem(treeWith({ ...there.checkpointable, load }, { checkpoint: { onLoadFailure } }), {
        store: store(),
      })
      for (let n = 0; n < 2; n += 1) await sim.until(sim.tree.a.checkpoint())
      const error = await sim.restart().catch((thrown: unknown) => thrown)
      expect(String(error)).toContain('none of its checkpoints could be loaded: 2 (torn)')
      expect(asked).toBe(onLoadFailure === 'fail' ? 1 : 2)
    },
  )

  it('[R8] of a number that was not offered ends the incarnation, and it handles nothing', async () => {
    const there = elsewhere({ load: () => ({ checkpoint: 77, state: { count: 77 } }) })
    const sim = await simulatedSystem(treeWith(there.checkpointable), { store: store() })
    await sim.until(sim.tree.a.checkpoint())
    const error = await sim.restart().catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('load gave checkpoint 77, which is none of those that were offered')
  })

  it('[R9] need not be used: where load gives nothing it begins anew, and what it keeps then is newer', async () => {
    const there = elsewhere({ load: () => undefined })
    const given = store()
    await using sim = await simulatedSystem(treeWith(there.checkpointable), { store: given })
    for (let n = 0; n < 5; n += 1) await sim.until(sim.tree.a.call.add(1))
    await sim.until(sim.tree.a.checkpoint())
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(0)
    await sim.until(sim.tree.a.call.add(7))
    void sim.tree.a.cast.crash()
    expect(await sim.until(sim.tree.a.call.count())).toBe(7)
  })

  it('[R18] that cannot be saved is told of each time, and the actor lives on', async () => {
    const there = elsewhere({
      should: () => true,
      save: () => Promise.reject(new Error('never')),
    })
    await using sim = await simulatedSystem(treeWith(there.checkpointable), { store: store() })
    for (let n = 1; n <= 3; n += 1) {
      expect(await sim.until(sim.tree.a.call.add(1))).toBe(n)
      await sim.settle()
    }
    expect(types(sim.events, 'checkpoint failed')).toHaveLength(3)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(0)
  })

  it('is saved at the end too, before the end is told of', async () => {
    const there = elsewhere()
    const given = store()
    await using sim = await simulatedSystem(treeWith(there.checkpointable), { store: given })
    await sim.until(sim.tree.a.call.add(5))
    await sim.until(sim.app.stop())
    expect([...there.kept.values()]).toEqual([{ count: 5 }])
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(5)
  })

  it('can be chosen by a hook, which has to be one of those that are there', async () => {
    const there = elsewhere()
    const seen: unknown[] = []
    const hooks: Hooks<State, undefined> = {
      restart: (ctx) => {
        seen.push(ctx.offered?.state.count, ctx.offered?.checkpoint)
        return ctx.from(ctx.checkpoints[1] ?? 0)
      },
    }
    await using sim = await simulatedSystem(treeWith(there.checkpointable, { hooks }), { store: store() })
    for (let n = 1; n <= 2; n += 1) {
      await sim.until(sim.tree.a.call.add(n))
      await sim.until(sim.tree.a.checkpoint())
    }
    await sim.restart()
    expect(seen).toEqual([3, 2])
    expect(await sim.until(sim.tree.a.call.count())).toBe(1)
  })

  it('of an earlier version is migrated as others are; one of newer code is refused before it is loaded', async () => {
    const there = elsewhere()
    const given = store()
    const first = await simulatedSystem(treeWith(there.checkpointable), { store: given })
    await first.until(first.tree.a.call.add(1))
    await first.until(first.tree.a.checkpoint())
    const second = await simulatedSystem(treeWith(there.checkpointable, { version: 2 }), { store: given })
    expect(await second.until(second.tree.a.call.count())).toBe(1_001)
    await second.until(second.tree.a.checkpoint())
    const asked = there.offered.length
    const third = await simulatedSystem(treeWith(there.checkpointable), { store: given }).catch((error: unknown) => error)
    expect(String(third)).toContain('has version 2, this code knows 1')
    expect(there.offered).toHaveLength(asked)
  })

  it('is not taken for a state by code that does not know where it is', async () => {
    const there = elsewhere()
    const given = store()
    const first = await simulatedSystem(treeWith(there.checkpointable), { store: given })
    await first.until(first.tree.a.checkpoint())
    const Plain = actor('model', { initial: () => ({ count: 0 }), handlers: () => ({}) })
    const second = await simulatedSystem(supervisor({}, { a: child(Plain) }), { store: given }).catch((error: unknown) => error)
    expect(String(second)).toContain('it is kept elsewhere, and the behavior "model" has no checkpointable to load it')
  })
})

describe('while a state is saved elsewhere', () => {
  it('no message is handled, and an orderly stop waits', async () => {
    const done: (() => void)[] = []
    const there = elsewhere()
    const save: Checkpointable<State>['save'] = async (context) => {
      await new Promise<void>((resolve) => done.push(resolve))
      await there.checkpointable.save(context)
    }
    await using sim = await simulatedSystem(treeWith({ ...there.checkpointable, save }))
    await sim.until(sim.tree.a.call.add(1))
    const taken = sim.tree.a.checkpoint()
    let isAnswered = false
    const answer = sim.tree.a.call.add(1).then((reply) => {
      isAnswered = true
      return reply
    })
    await sim.settle()
    expect(isAnswered).toBe(false)
    done.shift()?.()
    await sim.until(taken)
    expect(await sim.until(answer)).toBe(2)
    expect([...there.kept]).toEqual([[1, { count: 1 }]])
    const again = sim.tree.a.checkpoint()
    await sim.settle()
    const stopped = sim.tree.a.stop()
    await sim.settle()
    done.shift()?.()
    await sim.settle()
    done.shift()?.()
    await sim.until(Promise.all([again, stopped]))
    expect([...there.kept.values()]).toEqual([{ count: 2 }, { count: 2 }])
  })

  it('a kill ends it: its signal is aborted, and what it had begun is told to be gone', async () => {
    const there = elsewhere()
    let signal: AbortSignal | undefined
    const save: Checkpointable<State>['save'] = (context) => {
      signal = context.signal
      return new Promise<void>(() => undefined)
    }
    await using sim = await simulatedSystem(treeWith({ ...there.checkpointable, save }))
    const asked = sim.tree.a.checkpoint({ timeout: 'infinity' }).catch((error: unknown) => error)
    await sim.settle()
    await sim.until(sim.app.kill(sim.tree.a))
    await sim.settle()
    expect(signal?.aborted).toBe(true)
    expect(there.expired).toEqual([1])
    expect(await sim.until(sim.tree.a.call.count())).toBe(0)
    expect(await sim.until(asked)).toMatchObject({ code: 'crashed', reason: { type: 'killed' } })
  })

  it('[R23] a reply that was part of the state is what it was, whatever the saver does to the state', async () => {
    const saved: string[] = []
    const List = actor('list', {
      initial: () => ({ items: [1, 2, 3] }),
      handlers: ({ call }) => ({ all: call(({ state }) => ({ reply: state.items })) }),
      checkpointable: {
        should: () => true,
        save: ({ state }) => {
          saved.push(JSON.stringify(state.items))
          state.items.length = 0
        },
        load: () => undefined,
        expired: () => undefined,
      },
    })
    await using sim = await simulatedSystem(supervisor({}, { list: child(List) }), { freezeStates: false })
    const items = await sim.until(sim.tree.list.call.all())
    await sim.settle()
    expect(saved).toEqual(['[1,2,3]'])
    expect(items).toEqual([1, 2, 3])
  })
})
