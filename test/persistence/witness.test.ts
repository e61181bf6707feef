import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sqlite, type Link } from 'coppice'
import { checkpointOf, inDirectory, openIn, rejection } from '../support/store-fixtures.ts'

const links: readonly Link[] = ['in-process', 'worker']

/** Opens the store, has an actor keep `state`, and closes it; gives the epoch. */
async function keep(path: string, witness: string, state: string, link: Link = 'in-process'): Promise<number> {
  const { persistence, settled } = await openIn(sqlite(path, { witness, link }))
  const { incarnation } = await settled(persistence.open('a', 0))
  await settled(persistence.commit('a', incarnation, checkpointOf(state, 1)))
  const { epoch } = persistence.info
  await persistence.close()
  return epoch
}

const opening = (path: string, witness: string, link: Link = 'in-process') => rejection(openIn(sqlite(path, { witness, link })))

describe('the witness of a store', () => {
  it.each(links)('refuses an older file that was put back, and changes nothing (on the link %s)', (link) =>
    inDirectory(async (directory) => {
      const [path, witness] = [join(directory, 'app.db'), join(directory, 'app.epoch')]
      await keep(path, witness, 'first', link)
      copyFileSync(path, `${path}.old`)
      expect(await keep(path, witness, 'second', link)).toBe(2)
      const newest = readFileSync(path)
      copyFileSync(`${path}.old`, path)
      const error = await opening(path, witness, link)
      expect([error.code, error.problem]).toEqual(['store', 'regressed'])
      expect(error.message).toMatch(/is older than it was: it was opened 1 times, and once 2\. .*; nothing was changed$/)
      expect(readFileSync(path).equals(readFileSync(`${path}.old`))).toBe(true)
      // The newest one is taken.
      writeFileSync(path, newest)
      expect(await keep(path, witness, 'third', link)).toBe(3)
    }),
  )

  it('is removed to go on from the older one', () =>
    inDirectory(async (directory) => {
      const [path, witness] = [join(directory, 'app.db'), join(directory, 'app.epoch')]
      await keep(path, witness, 'first')
      copyFileSync(path, `${path}.old`)
      await keep(path, witness, 'second')
      copyFileSync(`${path}.old`, path)
      rmSync(witness)
      const { persistence, settled } = await openIn(sqlite(path, { witness }))
      expect((await settled(persistence.open('a', 0))).offered?.state).toBe('first')
      await persistence.close()
      expect(existsSync(witness)).toBe(true)
    }))

  it('refuses another store, an empty file, and to make one where there was one', () =>
    inDirectory(async (directory) => {
      const [path, witness] = [join(directory, 'app.db'), join(directory, 'app.epoch')]
      await keep(path, witness, 'ours')
      const other = join(directory, 'other.db')
      await keep(other, join(directory, 'other.epoch'), 'theirs')
      expect((await opening(other, witness)).message).toMatch(/is another store than it was/)
      rmSync(path)
      expect(await opening(path, witness)).toMatchObject({
        problem: 'regressed',
        message: expect.stringMatching(/is gone/) as string,
      })
      expect(existsSync(path)).toBe(false)
      writeFileSync(path, '')
      expect(await opening(path, witness)).toMatchObject({
        problem: 'regressed',
        message: expect.stringMatching(/is empty/) as string,
      })
    }))

  it('that knows less than the file, as after a death between the two, is brought up to date', () =>
    inDirectory(async (directory) => {
      const [path, witness] = [join(directory, 'app.db'), join(directory, 'app.epoch')]
      await keep(path, witness, 'first')
      const less = readFileSync(witness)
      await keep(path, witness, 'second')
      writeFileSync(witness, less)
      writeFileSync(`${witness}.new`, 'half of it')
      expect(await keep(path, witness, 'third')).toBe(3)
      expect(JSON.parse(readFileSync(witness, 'utf8'))).toMatchObject({ epoch: 3 })
    }))

  it('that cannot be read or written is told of, and the store is not used', () =>
    inDirectory(async (directory) => {
      const [path, witness] = [join(directory, 'app.db'), join(directory, 'app.epoch')]
      await keep(path, witness, 'first')
      writeFileSync(witness, readFileSync(witness, 'utf8').replace('"epoch":1', '"epoch":0'))
      expect(await opening(path, witness)).toMatchObject({
        problem: 'damaged',
        message: expect.stringMatching(/witness that cannot/) as string,
      })
      const folder = join(directory, 'folder')
      mkdirSync(folder)
      expect((await opening(path, folder)).problem).toBe('damaged')
      expect((await opening(path, join(directory, 'nowhere', 'witness'))).problem).toBe('io')
      // It is free for others.
      await (await openIn(sqlite(path))).persistence.close()
    }))

  it.each<[string, unknown, string]>([
    ['app.db', '', 'must be the path of another file'],
    ['app.db', 'app.db', 'must be the path of another file'],
    ['app.db', true, 'must be the path of another file'],
    [':memory:', 'witness', 'is only for a store in a file'],
  ])('of %s is refused if it is %s', (path, witness, rule) => {
    expect(() => sqlite(path, { witness: witness as string })).toThrow(`sqlite: witness ${rule}`)
  })
})
