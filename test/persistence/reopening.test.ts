import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { failingFile, type FailingFile } from '../support/failing-file.ts'
import { links } from '../support/links.ts'
import { checkpointOf, inDirectory, message, openIn, rejection, turns, type OpenStore } from '../support/store-fixtures.ts'

describe.each(['in-process', 'worker'] as const)('a commit that fails, with the link %s', (link) => {
  /** Runs `use` with a store in which `a` is open and has one message. */
  async function withFile(use: (file: FailingFile, opened: OpenStore, path: string) => Promise<void>): Promise<void> {
    await inDirectory(async (directory) => {
      const path = join(directory, 'store.db')
      const file = failingFile(path)
      const opened = await openIn(links[link](file.opening))
      await opened.settled(opened.persistence.open('a', 0))
      await opened.settled(opened.persistence.accept('a', message(1)))
      await use(file, opened, path)
      await opened.persistence.close()
    })
  }

  it('is followed by opening the file again, and the actor has to be opened again too', () =>
    withFile(async (file, { persistence, settled }, path) => {
      const { epoch } = persistence.info
      file.failCommit('not written')
      const error = await settled(rejection(persistence.commit('a', 1, turns([1], 'one'))))
      expect([error.code, error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
        'store',
        'io',
        'store <path> failed to read or write its disk. Check the disk; nothing of this group was written',
      ])
      expect([file.openings, persistence.info.epoch]).toEqual([2, epoch + 1])
      const late = await settled(rejection(persistence.commit('a', 1, turns([2], 'two'))))
      expect(late.message).toBe('incarnation 1 of a can commit no more: an earlier commit of it failed; nothing was written')
      const will = { reason: { type: 'normal' }, snapshot: undefined, crashedOn: undefined } as const
      expect((await settled(rejection(persistence.seal('a', 1, will)))).code).toBe('fenced')
      const revived = await settled(persistence.open('a', 0))
      expect([revived.incarnation, revived.frontier, revived.offered?.state]).toEqual([2, 0, undefined])
      expect(revived.backlog.map(({ seq }) => seq)).toEqual([1])
    }))

  it('and was written all the same has been written: nobody is told of a failure, and everybody goes on', () =>
    withFile(async (file, { persistence, settled }) => {
      const { epoch } = persistence.info
      file.failCommit('written')
      expect((await settled(persistence.commit('a', 1, turns([1], 'one')))).checkpoint).toBe(1)
      expect([file.openings, persistence.info.epoch]).toEqual([2, epoch + 1])
      expect(await settled(persistence.accept('a', message(2)))).toEqual({ status: 'accepted', seq: 2 })
      expect((await settled(persistence.commit('a', 1, turns([2], 'two')))).checkpoint).toBe(2)
    }))

  it('and was written, which nobody could see before it was told: nothing is written any more', () =>
    withFile(async (file, { persistence, settled }, path) => {
      file.failCommit('written')
      file.canBeOpened = false
      const unknown = await settled(rejection(persistence.commit('a', 1, turns([1], 'one'))))
      expect(unknown.message.replace(JSON.stringify(path), '<path>')).toBe(
        'store <path> failed to read or write its disk. Check the disk; it is not known whether this group was written',
      )
      file.canBeOpened = true
      const error = await settled(rejection(persistence.open('a', 0)))
      expect([error.code, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
        'store',
        'store <path> has failed, and has written a group of which that was not known. ' +
          'Start again to go on from what is on the disk; nothing was written',
      ])
      const next = await openIn(sqlite(path))
      expect((await next.settled(next.persistence.open('a', 0))).frontier).toBe(1)
      await next.persistence.close()
    }))

  it('leaves alone who had nothing in it', () =>
    withFile(async (file, { persistence, settled }) => {
      await settled(persistence.open('b', 0))
      file.failCommit('not written')
      await settled(rejection(persistence.commit('a', 1, turns([1], 'one'))))
      expect((await settled(persistence.commit('b', 1, checkpointOf('unharmed', 1)))).checkpoint).toBe(1)
      expect(await settled(persistence.accept('b', message(1)))).toEqual({ status: 'accepted', seq: 1 })
    }))

  it('was only a checkpoint: the actor knows all of its state, and writes the next', () =>
    withFile(async (file, { persistence, settled }) => {
      file.failCommit('not written')
      expect((await settled(rejection(persistence.commit('a', 1, checkpointOf('first', 1))))).code).toBe('store')
      expect((await settled(persistence.commit('a', 1, checkpointOf('second', 2)))).checkpoint).toBe(1)
    }))

  it('and the file cannot be opened again: everything is refused until it can', () =>
    withFile(async (file, { persistence, settled }, path) => {
      file.failCommit('not written')
      file.canBeOpened = false
      await settled(rejection(persistence.commit('a', 1, turns([1], 'one'))))
      const error = await settled(rejection(persistence.accept('b', message(1))))
      expect([error.code, error.problem, error.message.replaceAll(JSON.stringify(path), '<path>')]).toEqual([
        'store',
        'io',
        'store <path> has failed, and cannot be opened again (store <path> failed to read or write its disk. Check the disk; ' +
          'nothing was changed); nothing of this group was written',
      ])
      expect((await settled(rejection(persistence.open('a', 0)))).code).toBe('store')
      file.canBeOpened = true
      expect(await settled(persistence.accept('b', message(1)))).toEqual({ status: 'accepted', seq: 1 })
      expect((await settled(rejection(persistence.commit('a', 1, turns([1], 'late'))))).code).toBe('fenced')
      expect((await settled(persistence.open('a', 0))).frontier).toBe(0)
    }))

  it('and the disk is full when it is opened again, however often: it goes on when there is room', () =>
    withFile(async (file, { persistence, settled }) => {
      file.failCommit('not written')
      file.hasRoom = false
      await settled(rejection(persistence.commit('a', 1, turns([1], 'one'))))
      for (let times = 0; times < 3; times += 1)
        expect((await settled(rejection(persistence.accept('b', message(1))))).problem).toBe('full')
      file.hasRoom = true
      expect(await settled(persistence.accept('b', message(1)))).toEqual({ status: 'accepted', seq: 1 })
    }))

  it('and the file had another owner before it could be opened again: nothing is written any more, and the file is free', () =>
    withFile(async (file, { persistence, settled }, path) => {
      file.failCommit('not written')
      file.canBeOpened = false
      await settled(rejection(persistence.commit('a', 1, turns([1], 'one'))))
      await (await openIn(sqlite(path))).persistence.close()
      file.canBeOpened = true
      for (let i = 0; i < 2; i += 1) {
        const error = await settled(rejection(persistence.accept('a', message(2))))
        expect([error.code, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
          'fenced',
          'store <path> failed, and had another owner before it could be opened again; nothing was written',
        ])
      }
      await (await openIn(sqlite(path))).persistence.close()
    }))

  it('can be followed by closing, though the file cannot be opened', () =>
    withFile(async (file, { persistence, settled }) => {
      file.failCommit('not written')
      file.canBeOpened = false
      await settled(rejection(persistence.commit('a', 1, turns([1], 'one'))))
      await persistence.close()
      expect((await rejection(persistence.accept('a', message(2)))).problem).toBe('closed')
    }))
})
