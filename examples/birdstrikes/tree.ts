import { child, dynamicSupervisor, supervisor, type SupervisorNode } from '../../src/index.ts'
import { seededBug } from './bug.ts'
import { ledger } from './ledger.ts'
import { notices } from './notices.ts'
import { reader, type Reading } from './reader.ts'
import { statistics } from './statistics.ts'

/** What the tree works on. */
export interface Work extends Pick<Reading, 'file' | 'batchSize' | 'pauseMs'> {
  readonly seed: number
}

/** A ledger for each operator, started when it is first seen; notices of damage; statistics; and the reader, which feeds them. */
export function birdstrikes({ seed, ...work }: Work) {
  const bug = seededBug(seed)
  const Ledger = ledger(bug, notices)
  const Statistics = statistics(bug)
  // The bug is expected: it is no reason to give up.
  const intensity = { restarts: 1_000, within: '5s' } as const
  return supervisor(
    { strategy: 'one_for_one', intensity },
    {
      ledgers: dynamicSupervisor(Ledger, { state: 'durable', intensity }),
      notices: child(notices, { state: 'durable' }),
      statistics: child(Statistics, { state: 'durable' }),
      reader: child(reader({ ...work, bug, Ledger, Statistics }), { state: 'durable' }),
    },
  )
}

/** The references to all actors of the job. */
export type Directory = ReturnType<typeof birdstrikes> extends SupervisorNode<infer Refs> ? Refs : never
