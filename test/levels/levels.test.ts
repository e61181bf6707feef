import { describe, expect, it } from 'vitest'
import { checkpoints } from '../../src/levels/checkpoints.ts'
import type { LevelCycleError } from '../../src/levels/errors.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulatedWithoutStore } from '../support/simulated-app.ts'

const Near = checkpoints('near')
const Far = checkpoints('far', { level: 2 })
const Archive = checkpoints('archive', { level: 3 })

const levels = supervisor({}, { archive: child(Archive), far: child(Far), a: child(Near), b: child(Near), c: child(Near) })

async function attached() {
  const sim = await simulatedWithoutStore(levels)
  const { tree, until } = sim
  await until(tree.far.attachTo(tree.archive))
  for (const near of [tree.a, tree.b, tree.c]) await until(near.attachTo(tree.far))
  return sim
}

describe('a checkpoint', () => {
  it('[C2] goes up to the level that was asked for, which asks its other inferiors too', async () => {
    const { tree, until } = await attached()
    await until(tree.b.checkpoint('stock', 7))
    expect(await until(tree.a.checkpoint('cart', [1], { level: 2 }))).toEqual({
      level: 2,
      number: 1,
      missing: [],
      isPartial: false,
    })
    expect(await until(tree.a.restore('cart', { level: 2 }))).toMatchObject({ value: [1], level: 2 })
    expect(await until(tree.b.restore('stock', { level: 2 }))).toMatchObject({ value: 7, level: 2 })
    expect(tree.archive.inspect()?.size).toBe(0)
  })

  it('[C2] says how far it came, and rejects where that is not enough', async () => {
    const { tree, until } = await simulatedWithoutStore(levels)
    expect(await until(tree.a.checkpoint('cart', 1, { level: 2 }))).toMatchObject({ level: 1 })
    await expect(until(tree.a.checkpoint('cart', 2, { level: 2, strict: true }))).rejects.toMatchObject({
      code: 'level-unavailable',
      wanted: 2,
      reached: 1,
    })
    expect((await until(tree.a.restore('cart')))?.value).toBe(2)
  })

  it('goes past a level that is not there to the next higher one', async () => {
    const { tree, until } = await simulatedWithoutStore(levels)
    await until(tree.a.attachTo(tree.archive))
    expect(await until(tree.a.checkpoint('cart', 1, { level: 2 }))).toMatchObject({ level: 3 })
    await expect(until(tree.a.restore('cart', { level: 2 }))).rejects.toMatchObject({ code: 'level-unavailable', reached: 3 })
  })

  it('is a copy, of which nobody else has a part', async () => {
    const { tree, until } = await attached()
    const value = { items: ['a'] }
    await until(tree.a.checkpoint('cart', value, { level: 2 }))
    value.items.push('later')
    const got = (await until(tree.a.restore('cart')))?.value as typeof value
    got.items.push('got')
    expect((await until(tree.a.restore('cart')))?.value).toEqual({ items: ['a'] })
    expect((await until(tree.a.restore('cart', { level: 2 })))?.value).toEqual({ items: ['a'] })
  })

  it('[C8] of one level never mixes with that of another under the same key', async () => {
    const { tree, until } = await attached()
    await until(tree.a.checkpoint('cart', 'of a', { level: 3 }))
    await until(tree.b.checkpoint('cart', 'of b', { level: 3 }))
    expect((await until(tree.a.restore('cart', { level: 3 })))?.value).toBe('of a')
    expect((await until(tree.b.restore('cart', { level: 3 })))?.value).toBe('of b')
    expect(await until(tree.c.restore('cart'))).toBeUndefined()
  })

  it('[C1] takes the place of the one before, which is there beside it', async () => {
    const { tree, until } = await attached()
    await until(tree.a.checkpoint('k', [1, 2, 3]))
    await until(tree.a.checkpoint('k', [4, 5, 6]))
    expect(await until(tree.a.restore('k'))).toMatchObject({
      value: [4, 5, 6],
      number: 2,
      before: { value: [1, 2, 3], number: 1 },
    })
  })
})

describe('a restore', () => {
  it('[C3] comes exactly from the level that was named, or from the nearest that has it', async () => {
    const { tree, until, app } = await attached()
    await until(tree.a.checkpoint('cart', 'old', { level: 2 }))
    tree.a.note('cart', 'new')
    expect((await until(tree.a.restore('cart', { level: 1 })))?.value).toBe('new')
    expect((await until(tree.a.restore('cart', { level: 2 })))?.value).toBe('old')
    expect(await until(tree.a.restore('cart', { level: 3 }))).toBeUndefined()
    expect(await until(tree.a.restore('nothing'))).toBeUndefined()
    expect(app.running()).toContain('a')
  })

  it('[C3] finds above what the first level has lost', async () => {
    const Forgetful = checkpoints('forgetful')
    const tree = supervisor({}, { far: child(Far), near: child(Forgetful, { hooks: { restart: (ctx) => ctx.fresh() } }) })
    const sim = await simulatedWithoutStore(tree)
    const { near, far } = sim.tree
    await sim.until(near.attachTo(far))
    await sim.until(near.checkpoint('cart', 'kept', { level: 2 }))
    await sim.until(sim.app.kill(near))
    await sim.until(near.whenUp())
    expect(near.inspect()?.size).toBe(0)
    await sim.until(near.attachTo(far))
    expect(await sim.until(near.restore('cart'))).toMatchObject({ value: 'kept', level: 2 })
    // Its numbers begin anew, and are not taken for older ones.
    await sim.until(near.checkpoint('cart', 'next', { level: 2 }))
    expect((await sim.until(near.restore('cart', { level: 2 })))?.value).toBe('next')
  })

  it('rejects where a level on the way does not answer: nobody knows what it has', async () => {
    const { tree, until, app, settle } = await attached()
    await until(app.kill(tree.far, { restart: false }))
    await settle()
    await expect(until(tree.a.restore('cart'))).rejects.toMatchObject({ code: 'level-unavailable', reached: 1 })
    expect(await until(tree.a.checkpoint('cart', 1, { level: 2 }))).toMatchObject({ level: 1 })
  })
})

describe('attaching', () => {
  it('[C4] tells both, and refuses a circle with its path', async () => {
    const { tree, until } = await attached()
    expect(tree.a.inspect()?.superior).toEqual({ id: 'far', level: 2 })
    expect(tree.far.inspect()?.inferiors.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    const refused = await until(tree.archive.attachTo(tree.a)).catch((error: unknown) => error as LevelCycleError)
    expect(refused).toMatchObject({
      code: 'level-cycle',
      path: ['archive', 'a', 'far', 'archive'],
      message: 'levels cannot be attached in a circle: archive -> a -> far -> archive; nothing was attached',
    })
    await expect(until(tree.a.attachTo(tree.a))).rejects.toMatchObject({ path: ['a', 'a'] })
    expect(tree.archive.inspect()).toMatchObject({ superior: undefined })
    expect(tree.a.inspect()?.inferiors).toEqual([])
  })

  it('[C4] is upwards only', async () => {
    const { tree, until } = await simulatedWithoutStore(levels)
    await expect(until(tree.a.attachTo(tree.b))).rejects.toMatchObject({
      code: 'level-order',
      message: 'a (level 1) cannot be attached to b (level 1): a level is attached to a higher one; nothing was attached',
    })
    await expect(until(tree.archive.attachTo(tree.far))).rejects.toMatchObject({ code: 'level-order' })
    expect(tree.b.inspect()?.inferiors).toEqual([])
  })

  it('to another level leaves the one before', async () => {
    const { tree, until } = await attached()
    await until(tree.a.checkpoint('k', 1, { level: 2 }))
    await until(tree.a.attachTo(tree.archive))
    expect(tree.far.inspect()?.inferiors.map(({ id }) => id)).toEqual(['b', 'c'])
    await until(tree.archive.update())
    expect((await until(tree.a.restore('k', { level: 3 })))?.value).toBe(1)
    await until(tree.a.checkpoint('k', 2))
    await until(tree.a.attachTo(tree.far))
    await until(tree.far.update())
    expect((await until(tree.a.restore('k', { level: 2 })))?.value).toBe(2)
    expect(await until(tree.a.detach())).toBe(true)
    expect(await until(tree.a.detach())).toBe(false)
  })

  it('outlives a crash of either', async () => {
    const { tree, until, app } = await attached()
    await until(app.kill(tree.far))
    await until(app.kill(tree.a))
    await until(tree.a.whenUp())
    await until(tree.far.whenUp())
    expect(await until(tree.a.checkpoint('k', 1, { level: 2 }))).toMatchObject({ level: 2 })
  })
})

describe('an update', () => {
  it('[C5] is partial, and says so, where one is silent; its deadline holds up nobody', async () => {
    const Patient = checkpoints('patient', { level: 2, answerWithin: '300ms' })
    // Once it has crashed it does not come back, and is not given up either.
    const silent = child(Near, { hooks: { restart: () => new Promise<never>(() => undefined) } })
    const tree = supervisor({}, { far: child(Patient), a: child(Near), b: child(Near), silent })
    const sim = await simulatedWithoutStore(tree)
    const { a, b, far } = sim.tree
    for (const near of [a, sim.tree.silent, b]) await sim.until(near.attachTo(far))
    await sim.until(sim.app.kill(sim.tree.silent))
    await sim.until(a.checkpoint('x', 1))
    await sim.until(b.checkpoint('y', 2))
    const began = sim.clock.now()
    const update = far.update()
    const meanwhile = sim.until(far.checkpoint('own', 3))
    expect((await meanwhile).level).toBe(2)
    expect(sim.clock.now() - began).toBeLessThan(300)
    expect(await sim.until(update)).toMatchObject({ from: ['a', 'b'], missing: ['silent'], changed: 2 })
    expect(sim.clock.now() - began).toBe(300)
    expect((await sim.until(b.restore('y', { level: 2 })))?.value).toBe(2)
    expect(await sim.until(a.checkpoint('x', 4, { level: 2 }))).toMatchObject({ missing: ['silent'], isPartial: true })
  })

  it('[C5] asks for what has changed only', async () => {
    const { tree, until } = await attached()
    for (let key = 0; key < 50; key += 1) await until(tree.a.checkpoint(`k${key}`, key))
    expect(await until(tree.far.update())).toMatchObject({ changed: 50 })
    await until(tree.a.checkpoint('k7', 'seven'))
    expect(await until(tree.far.update())).toMatchObject({ changed: 1 })
    expect(await until(tree.far.update())).toMatchObject({ changed: 0 })
    expect(await until(tree.archive.update())).toMatchObject({ changed: 50, from: ['far'] })
    expect((await until(tree.a.restore('k7', { level: 3 })))?.value).toBe('seven')
  })

  it('[C6] comes at its interval, which is set and switched while it runs', async () => {
    const { tree, until, advance } = await attached()
    const updates = () => tree.far.inspect()?.updates ?? 0
    await advance(60_000)
    expect(updates()).toBe(6)
    expect(await until(tree.far.setIntervals({ isOn: false }))).toMatchObject({ isOn: false, updateMs: 10_000 })
    await advance(60_000)
    expect(updates()).toBe(6)
    await until(tree.far.setIntervals({ update: '5s', isOn: true }))
    await until(tree.far.setIntervals({ update: '5s' }))
    await advance(20_000)
    expect(updates()).toBe(10)
    await until(tree.far.setIntervals({ update: 'off' }))
    await advance(60_000)
    expect(updates()).toBe(10)
    await expect(until(tree.far.setIntervals({ update: 0 }))).rejects.toMatchObject({ path: 'intervals: update' })
    await expect(until(tree.far.setIntervals({ updates: 1 } as never))).rejects.toMatchObject({ rule: 'is not an option' })
  })

  it('[C6] [C7] saves at its interval too, and reads that when it starts', async () => {
    let written: string | undefined
    const read = () => Promise.resolve(written)
    const write = async (text: string) => {
      written = text
    }
    const Kept = checkpoints('kept', { level: 2, file: { name: 'kept', read, write } })
    const tree = supervisor({}, { far: child(Kept), near: child(Near) })
    const first = await simulatedWithoutStore(tree)
    await first.until(first.tree.near.attachTo(first.tree.far))
    await first.until(first.tree.near.checkpoint('k', 1))
    await first.advance(60_000)
    const { far } = first.tree
    expect(far.inspect()).toMatchObject({ updates: 6, saves: 1, saved: { status: 'saved', count: 1 } })
    await first.until(far.setIntervals({ save: '5s' }))
    await first.advance(20_000)
    expect(far.inspect()?.saves).toBe(5)
    await first.until(far.setIntervals({ isOn: false }))
    await first.advance(60_000)
    expect(far.inspect()).toMatchObject({ updates: 8, saves: 5 })
    // The process is gone, without having stopped.
    const second = await simulatedWithoutStore(tree)
    await second.until(second.tree.near.attachTo(second.tree.far))
    expect(await second.until(second.tree.near.restore('k'))).toMatchObject({ value: 1, level: 2 })
  })

  it('[C6] goes on after a crash of the level', async () => {
    const { tree, until, advance, app } = await attached()
    await until(app.kill(tree.far))
    await until(tree.far.whenUp())
    await advance(30_000)
    expect(tree.far.inspect()?.updates).toBe(3)
  })
})

describe('what a level keeps', () => {
  it('[C9] is forgotten here and above, and does not come back', async () => {
    const { tree, until } = await attached()
    await until(tree.a.checkpoint('k', 1, { level: 3 }))
    await until(tree.a.checkpoint('stays', 1, { level: 3 }))
    expect(await until(tree.a.forget('k'))).toBe(true)
    await until(tree.far.update())
    await until(tree.archive.update())
    for (const level of [1, 2, 3]) expect(await until(tree.a.restore('k', { level }))).toBeUndefined()
    expect(await until(tree.a.forget('k'))).toBe(false)
    expect(await until(tree.a.keys())).toEqual(['stays'])
    await until(tree.a.checkpoint('k', 2))
    expect(await until(tree.a.restore('k'))).toMatchObject({ value: 2, before: undefined })
  })

  it('[C9] can be forgotten up to a level', async () => {
    const { tree, until } = await attached()
    await until(tree.a.checkpoint('k', 1, { level: 2 }))
    await until(tree.a.forget('k', { upTo: 1 }))
    expect(await until(tree.a.restore('k'))).toMatchObject({ value: 1, level: 2 })
  })

  it('[C11] survives its crash, and it says so', async () => {
    const { tree, until, app } = await attached()
    await until(tree.a.checkpoint('k', 1))
    await until(app.kill(tree.a))
    await until(tree.a.whenUp())
    expect((await until(tree.a.restore('k', { level: 1 })))?.value).toBe(1)
    expect(tree.a.inspect()?.survives).toEqual({ crash: 'everything', process: 'nothing', node: 'nothing' })
  })
})

describe('a definition', () => {
  it('refuses what it cannot be made with', () => {
    const wrong = (options: object) => () => checkpoints('wrong', options)
    expect(wrong({ level: 0 })).toThrow('checkpoints "wrong": level must be an integer >= 1')
    expect(wrong({ file: '' })).toThrow('checkpoints "wrong": file must be the name of a file, or { name, read, write }')
    expect(wrong({ updates: '1s' })).toThrow('Did you mean "update"?')
    expect(wrong({ save: '0s' })).toThrow('checkpoints "wrong": save must be at least 1 ms, or "off"')
  })

  it('refuses a key that is none, before anything is sent', async () => {
    const { tree, until } = await attached()
    await expect(until(tree.a.checkpoint('', 1))).rejects.toMatchObject({ code: 'configuration' })
    expect(() => tree.a.note('', 1)).toThrow('level: key must be a text')
  })
})
