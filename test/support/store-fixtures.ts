import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Envelope } from '../../src/protocol/envelope.ts'
import type { Commit, Persistence, Snapshot, Store, TurnRecord } from '../../src/runtime/persistence.ts'
import { manualWorld, type ManualWorld } from './manual-world.ts'

/** A message with nothing special about it. */
export function message(input: unknown, more: Partial<Envelope> = {}): Envelope {
  return { kind: 'cast', name: 'add', input, sender: undefined, key: undefined, ...more }
}

/** A turn that does nothing but apply its message. */
export function turn(seq: number, more: Partial<TurnRecord> = {}): TurnRecord {
  return { seq, outcome: undefined, sends: [], timersSet: [], timersCancelled: [], members: [], ...more }
}

export function snapshot(state: unknown, frontier: number): Snapshot {
  return { behavior: 'counter', version: 1, state, frontier }
}

/** Turns, and a checkpoint of the state after them. */
export function turns(seqs: readonly number[], state: unknown): Commit {
  return { turns: seqs.map((seq) => turn(seq)), checkpoint: { snapshot: snapshot(state, seqs.at(-1) ?? 0), cause: 'turn' } }
}

/** A checkpoint between turns. */
export function checkpointOf(state: unknown, frontier: number): Commit {
  return { turns: [], checkpoint: { snapshot: snapshot(state, frontier), cause: 'call' } }
}

/** A store that is open, in a world that is flushed by hand. */
export interface OpenStore {
  readonly persistence: Persistence
  readonly world: ManualWorld
  /** Flushes, and gives what a call made before came to. */
  settled<T>(promise: Promise<T>): Promise<T>
}

export async function openIn(store: Store, world: ManualWorld = manualWorld()): Promise<OpenStore> {
  const persistence = await store.open(world)
  return {
    persistence,
    world,
    settled: (promise) => {
      world.flush()
      return promise
    },
  }
}

/** An error of ours, as far as tests look at it. */
export type Rejection = Error & { readonly code?: unknown; readonly problem?: unknown }

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Rejection> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it was expected to reject, and did not')
}

/** Runs `use` with a directory of its own, which is removed afterwards. */
export async function inDirectory(use: (directory: string) => Promise<void> | void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-'))
  try {
    await use(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
