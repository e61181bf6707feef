import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import type { Context } from '../../src/runtime/context.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulatedWithoutStore, type SimulatedApp } from '../support/simulated-app.ts'

/** Traps exits, and says goodbye; `Infinity` never ends. */
const trapping = (name: string, terms: string[], slowMs = 0) =>
  actor(name, {
    trapExits: true,
    initial: () => 0,
    handlers: ({ cast }) => ({ hang: cast(() => new Promise<number>(() => {})) }),
    term: async ({ id, reason }) => {
      terms.push(`${id} ${reason.type}`)
      if (slowMs > 0) await new Promise(() => {})
    },
  })

/** Something outside the tree that can kill. */
async function killer({ app, until }: SimulatedApp<unknown>): Promise<Context> {
  let found: Context | undefined
  const outside = actor('outside', {
    initial: (_: undefined, ctx: Context) => {
      found = ctx
      return 0
    },
    handlers: () => ({}),
  })
  await until(app.spawn(outside, 'outside', undefined))
  if (found === undefined) throw new Error('nobody outside')
  return found
}

const told = (sim: SimulatedApp<unknown>): string[] => lives(sim.events).filter((life) => !life.startsWith('~'))

describe('a supervisor that is killed', () => {
  it('takes its children along: by the exit signal, through term where they trap it, in order where they are supervisors', async () => {
    const terms: string[] = []
    const shop = supervisor(
      {},
      {
        a: child(Counter),
        t: child(trapping('trapping', terms)),
        inner: supervisor({}, { b: child(Counter), c: child(Counter) }),
      },
    )
    const sim = await simulatedWithoutStore(supervisor({}, { shop: child(shop, { restart: 'temporary' }) }))
    ;(await killer(sim)).kill('shop')
    await sim.settle()
    const exits = eventsOf(sim.events, 'exited').map(({ id, reason }) => `${id} ${reason.type}`)
    expect(exits[0]).toBe('shop killed')
    expect(exits.slice(1).sort()).toEqual([
      'shop/a killed',
      'shop/inner killed',
      'shop/inner/b shutdown',
      'shop/inner/c shutdown',
      'shop/t killed',
    ])
    expect(exits.indexOf('shop/inner/c shutdown')).toBeLessThan(exits.indexOf('shop/inner/b shutdown'))
    expect(terms).toEqual(['shop/t killed'])
    expect(sim.app.running()).toEqual(['', '~/outside'])
  })

  it('is restarted by its own supervisor, with new incarnations of its children', async () => {
    const shop = supervisor({}, { a: child(Counter), b: child(Counter) })
    const sim = await simulatedWithoutStore(supervisor({}, { shop: child(shop, { restart: 'transient' }) }))
    ;(await killer(sim)).kill('shop')
    await sim.settle()
    expect(told(sim).slice(4)).toEqual([
      'shop#1 exited killed',
      'shop/a#1 exited killed',
      'shop/b#1 exited killed',
      'shop/a#2 started',
      'shop/b#2 started',
      'shop#2 started',
    ])
  })

  it.each(['term', 'a handler'])('leaves no child behind whose %s never ends: its own limit kills it', async (what) => {
    const terms: string[] = []
    const node = child(trapping('slow', terms, what === 'term' ? Infinity : 0), { shutdown: '2s' })
    const shop = supervisor({}, { a: node })
    const sim = await simulatedWithoutStore(supervisor({}, { shop: child(shop, { restart: 'temporary' }) }))
    if (what === 'a handler') void sim.tree.shop.a.cast.hang()
    await sim.settle()
    ;(await killer(sim)).kill('shop')
    await sim.settle()
    expect(sim.app.running()).toContain('shop/a')
    await sim.advance('2s')
    expect(sim.app.running()).toEqual(['', '~/outside'])
    expect(told(sim).at(-1)).toBe('shop/a#1 exited killed')
  })

  it('keeps nobody waiting for what was below it', async () => {
    const shop = supervisor({}, { inner: supervisor({}, { a: child(Counter) }) })
    const sim = await simulatedWithoutStore(supervisor({}, { shop: child(shop, { restart: 'temporary' }) }))
    ;(await killer(sim)).kill('shop')
    await sim.settle()
    await expect(sim.until(sim.tree.shop.inner.a.call.count())).rejects.toMatchObject({ code: 'noproc' })
  })

  it('as the root ends the tree, when all of it is gone', async () => {
    const terms: string[] = []
    const tree = supervisor({}, { t: child(trapping('trapping', terms)), inner: supervisor({}, { b: child(Counter) }) })
    const sim = await simulatedWithoutStore(tree)
    ;(await killer(sim)).kill('')
    expect(await sim.until(sim.app.ended)).toEqual({ type: 'killed' })
    expect(told(sim)).toContain('inner/b#1 exited shutdown')
    expect(terms).toEqual(['t killed'])
    expect(sim.app.running()).toEqual([])
  })
})
