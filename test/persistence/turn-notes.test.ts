import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTurnNotes, sqliteTurnNotes, turnNotesPath } from '../../src/persistence/sqlite-turn-notes.ts'
import { BoundedTurnNotes } from '../../src/persistence/turn-notes.ts'
import { inDirectory } from '../support/store-fixtures.ts'

describe('the notes of what is being handled', () => {
  const store = (directory: string, epoch: number, storeId = 'the store') => ({
    path: join(directory, 'store.db'),
    storeId,
    epoch: () => epoch,
  })

  it('say to the next owner what was, in whatever order handlers began and ended, and only once', () =>
    inDirectory(async (directory) => {
      const notes = sqliteTurnNotes(store(directory, 4))
      const [a, b] = [notes.begin('a', 1, undefined), notes.begin('shop/ä', 7, undefined)]
      notes.begin('a', 2, a)
      const c = notes.begin('c', 3, undefined)
      notes.end(b)
      notes.end(c)
      notes.begin('again', 9, undefined)
      expect(readTurnNotes(store(directory, 5))).toEqual([
        { id: 'a', seq: 2 },
        { id: 'again', seq: 9 },
      ])
      expect(readTurnNotes(store(directory, 5))).toEqual([])
    }))

  it('say nothing to whoever is not the next owner, nor of another store', () =>
    inDirectory(async (directory) => {
      for (const reader of [store(directory, 6), store(directory, 4), store(directory, 5, 'another')]) {
        sqliteTurnNotes(store(directory, 4)).begin('a', 1, undefined)
        expect(readTurnNotes(reader)).toEqual([])
      }
    }))

  it('are gone when the store is closed, and are there for nobody else to read', () =>
    inDirectory(async (directory) => {
      const notes = sqliteTurnNotes(store(directory, 4))
      expect(existsSync(turnNotesPath(store(directory, 4).path))).toBe(false)
      notes.begin('a', 1, undefined)
      expect(statSync(turnNotesPath(store(directory, 4).path)).mode & 0o777).toBe(0o600)
      notes.close()
      expect(existsSync(turnNotesPath(store(directory, 4).path))).toBe(false)
    }))

  it('blame nobody whose id does not fit, and do no harm where they cannot be written or read', () =>
    inDirectory(async (directory) => {
      const notes = sqliteTurnNotes(store(directory, 4))
      notes.begin('x'.repeat(400), 1, undefined)
      notes.begin('ü'.repeat(119), 2, undefined)
      notes.begin('ü'.repeat(120), 3, undefined)
      expect(readTurnNotes(store(directory, 5))).toEqual([{ id: 'ü'.repeat(119), seq: 2 }])
      const locked = join(directory, 'locked')
      mkdirSync(locked)
      chmodSync(locked, 0o500)
      const nowhere = sqliteTurnNotes({ ...store(join(locked, 'no'), 4) })
      nowhere.end(nowhere.begin('a', 1, undefined))
      nowhere.close()
      writeFileSync(turnNotesPath(store(directory, 4).path), 'torn')
      expect(readTurnNotes(store(directory, 5))).toEqual([])
    }))

  it('are taken of 16 messages between two commits, and of nobody who was noted before and is over', () => {
    const noted = new Map<number, number>()
    const notes = new BoundedTurnNotes({
      begin: (_actor, seq, slot = noted.size) => {
        noted.set(slot, seq)
        return slot
      },
      end: (slot) => void noted.delete(slot),
      close: () => undefined,
    })
    let slot: number | undefined
    for (let seq = 1; seq <= 16; seq++) slot = notes.begin('a', seq, slot)
    expect([...noted.values()]).toEqual([16])
    slot = notes.begin('a', 17, slot)
    expect([slot, noted.size]).toEqual([undefined, 0])
    notes.committed()
    slot = notes.begin('a', 18, slot)
    expect([...noted.values()]).toEqual([18])
  })
})
