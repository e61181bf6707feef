import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkpoints } from '../../src/levels/checkpoints.ts'
import { start } from '../../src/app/start.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-level-'))
  file = join(directory, 'level')
})
afterEach(() => rm(directory, { recursive: true }))

const treeWith = (options: object) => supervisor({}, { near: child(checkpoints('near', options)) })

describe('the file of a level', () => {
  it('[C7] has what was kept when it stopped, and the next process goes on from there', async () => {
    const first = await start(treeWith({ file }))
    await first.tree.near.checkpoint('cart', { since: new Date(0), items: new Map([['a', 1]]) })
    first.tree.near.note('more', 1n)
    expect(first.tree.near.inspect()?.survives.process).toBe('what was saved')
    await first.stop()
    const second = await start(treeWith({ file }))
    expect((await second.tree.near.restore('cart'))?.value).toEqual({ since: new Date(0), items: new Map([['a', 1]]) })
    expect((await second.tree.near.restore('more'))?.value).toBe(1n)
    await second.stop()
  })

  it('[C7] is written and read on request, also another one, and replaces what is in memory', async () => {
    const app = await start(treeWith({}))
    const { near } = app.tree
    await near.checkpoint('k', 1)
    expect(await near.save(file)).toMatchObject({ status: 'saved', file, count: 1 })
    await near.checkpoint('k', 2)
    await near.checkpoint('other', 3)
    expect(await near.load(file)).toBe(1)
    expect((await near.restore('k'))?.value).toBe(1)
    expect(await near.keys()).toEqual(['k'])
    await expect(near.save()).rejects.toMatchObject({ code: 'level-file', problem: 'none' })
    await expect(near.load(join(directory, 'no such'))).rejects.toMatchObject({ code: 'level-file', problem: 'none' })
    await app.stop()
  })

  it('[C7] is never loaded torn, at any length; what is in memory stays', async () => {
    const app = await start(treeWith({}))
    const { near } = app.tree
    await near.checkpoint('k', 'x'.repeat(100))
    await near.save(file)
    const { length } = await readFile(file, 'utf8')
    for (let cut = length - 1; cut >= 0; cut -= 1) {
      await truncate(file, cut)
      await expect(near.load(file)).rejects.toMatchObject({ code: 'level-file', problem: 'damaged' })
    }
    expect((await near.restore('k'))?.value).toBe('x'.repeat(100))
    await near.save(file)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('xxx', 'xyx'))
    await expect(near.load(file)).rejects.toThrow('its checksum does not fit')
    await writeFile(file, text.replace('level 1', 'level 2'))
    await expect(near.load(file)).rejects.toMatchObject({ problem: 'newer' })
    await app.stop()
    // A level does not begin empty because it cannot read what it had.
    await expect(start(treeWith({ file }))).rejects.toMatchObject({ code: 'tree-start' })
  })

  it('[C7] is as it was when a save fails or was cut off', async () => {
    const app = await start(treeWith({ file, save: 'off' }))
    const { near } = app.tree
    await near.checkpoint('k', 1)
    await near.save()
    await near.checkpoint('k', () => undefined)
    await expect(near.save()).rejects.toMatchObject({ code: 'not-storable' })
    expect(near.inspect()?.saved).toMatchObject({ status: 'failed' })
    // What a process has left that was killed while it wrote.
    await writeFile(`${file}.new`, 'half of it')
    expect(await near.load()).toBe(1)
    expect((await near.restore('k'))?.value).toBe(1)
    await app.stop()
  })
})
