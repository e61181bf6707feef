import { actor } from '../../src/index.ts'
import type { Bug } from './bug.ts'
import { readBatch, type Position } from './csv.ts'
import type { ledger } from './ledger.ts'
import type { statistics } from './statistics.ts'

/** How far the reader has come. */
export interface ReaderState extends Position {
  readonly isDone: boolean
}

/** What a reader reads, and to whom it tells of it. */
export interface Reading {
  readonly file: string
  /** Rows that it takes at a time. */
  readonly batchSize: number
  /** How long it waits between two batches. */
  readonly pauseMs: number
  readonly bug: Bug
  readonly Ledger: ReturnType<typeof ledger>
  readonly Statistics: ReturnType<typeof statistics>
}

/**
 * Reads the file batch by batch. New offset, messages to the ledgers, new ledgers, and the message to itself that asks for the
 * next batch are one commit: a process that dies leaves all of it or nothing, and the next one goes on by itself.
 */
export const reader = ({ file, batchSize, pauseMs, bug, Ledger, Statistics }: Reading) =>
  actor('reader', {
    initial: (): ReaderState => ({ offset: 0, rows: 0, columns: null, isDone: false }),
    handlers: ({ call, cast }) => ({
      read: cast(async ({ state, ctx }) => {
        const { reports, next, isEnd } = await readBatch(file, state, batchSize)
        for (const { row, operator, cost, speed, isDamaged, text } of reports) {
          void ctx.member(Ledger, 'ledgers', operator, { operator }).cast.apply({ row, cost, text, isDamaged })
          void ctx.ref(Statistics, 'statistics').cast.measure({ row, speed })
        }
        if (!isEnd && pauseMs === 0) ctx.sendSelf('read')
        else if (!isEnd) ctx.sendAfter(pauseMs, 'read')
        // The worst moment: everything is sent, and nothing is committed.
        bug('reader', next.rows, ctx.attempt)
        return { ...next, isDone: isEnd }
      }),
      progress: call(({ state: { rows, isDone } }) => ({ reply: { rows, isDone } })),
    }),
  })
