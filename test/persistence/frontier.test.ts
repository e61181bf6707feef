import { describe, expect, it } from 'vitest'
import { appliedBy, splitJournal } from '../../src/persistence/frontier.ts'
import type { MessageRow } from '../../src/persistence/records.ts'

function row(seq: number, isDead = false): MessageRow {
  return { actor: 'a', seq, kind: 'cast', name: 'add', input: '', sender: null, key: null, attempts: 0, isDead }
}

const seqs = (rows: readonly MessageRow[]) => rows.map(({ seq }) => seq)

describe('splitJournal', () => {
  it.each([
    { rows: [], applied: 0, frontier: 0, nextSeq: 1, replay: [], backlog: [] },
    { rows: [3, 4, 5], applied: 2, frontier: 4, nextSeq: 6, replay: [3, 4], backlog: [5] },
    { rows: [5], applied: 4, frontier: 4, nextSeq: 6, replay: [], backlog: [5] },
    { rows: [3, 4], applied: 2, frontier: 4, nextSeq: 5, replay: [3, 4], backlog: [] },
  ])('gives what the frontier has passed to replay, and the rest to the backlog: %o', ({ rows, replay, backlog, ...at }) => {
    const parts = splitJournal({ rows: rows.map((seq) => row(seq)), ...at })
    expect(parts.type === 'whole' && [seqs(parts.replay), seqs(parts.backlog)]).toEqual([replay, backlog])
  })

  it('leaves out what was given up', () => {
    const parts = splitJournal({ rows: [row(1, true), row(2), row(3, true)], applied: 0, frontier: 2, nextSeq: 4 })
    expect(parts.type === 'whole' && [seqs(parts.replay), seqs(parts.backlog)]).toEqual([[2], []])
  })

  it.each([
    { rows: [4], applied: 2, frontier: 4, nextSeq: 5, missing: 3 },
    { rows: [3, 5], applied: 2, frontier: 4, nextSeq: 6, missing: 4 },
    { rows: [3, 4], applied: 2, frontier: 4, nextSeq: 6, missing: 5 },
    { rows: [], applied: 0, frontier: 0, nextSeq: 2, missing: 1 },
  ])('names the first message that is missing: %o', ({ rows, missing, ...at }) => {
    expect(splitJournal({ rows: rows.map((seq) => row(seq)), ...at })).toMatchObject({ type: 'gap', missing })
  })
})

describe('appliedBy', () => {
  it('takes the frontier of a snapshot as a journal number only as far as there is a journal', () => {
    expect([appliedBy(7, 7), appliedBy(5, 7), appliedBy(500, 0), appliedBy(500, 7)]).toEqual([7, 5, 0, 7])
  })
})
