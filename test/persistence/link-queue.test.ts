import { describe, expect, it } from 'vitest'
import { largestGroup, LinkQueue, type Outcome } from '../../src/persistence/link-queue.ts'
import type { Operation } from '../../src/persistence/operation.ts'

function checkpoint(id: string, state: string, incarnation = 1): Operation {
  const text = { behavior: 'b', version: 1, keep: 2, frontier: 0, cause: 'policy', state } as const
  return { type: 'commit', id, incarnation, commit: { turns: [], checkpoint: text } }
}

function accept(input: string): Operation {
  return { type: 'accept', to: 'a', text: { kind: 'cast', name: 'add', input, sender: null, key: null } }
}

const done = (value: unknown): Outcome => ({ isDone: true, value })
const failed = (error: unknown): Outcome => ({ isDone: false, error })
const same = (value: unknown): unknown => value

/** A queue that notes what its promises settle with, in the order in which they do. */
function noting() {
  const queue = new LinkQueue()
  const log: unknown[] = []
  const note = (what: unknown): void => void log.push(what)
  return {
    queue,
    log,
    add: (operation: Operation) => void queue.add(() => operation, same).then(note, note),
    refuse: (why: string) =>
      void queue
        .add(() => {
          throw new Error(why)
        }, same)
        .catch((error: unknown) => note((error as Error).message)),
    states: () => queue.next()?.operations.map((each) => (each.type === 'commit' ? each.commit.checkpoint?.state : each.type)),
    // Promises tell in a microtask.
    settled: async () => {
      await Promise.resolve()
      await Promise.resolve()
      return log
    },
  }
}

describe('the queue of a link', () => {
  it('has one group under way, and the next is all that came meanwhile', async () => {
    const { queue, add, settled } = noting()
    add(accept('1'))
    const first = queue.next()
    add(accept('2'))
    add(accept('3'))
    expect([first?.operations.length, first?.upTo, queue.next()]).toEqual([1, 1, first])
    queue.acknowledge([done('one')])
    expect(await settled()).toEqual(['one'])
    const second = queue.next()
    expect([second?.operations.length, second?.upTo]).toEqual([2, 3])
    queue.acknowledge([done('two'), failed('three')])
    expect(await settled()).toEqual(['one', 'two', 'three'])
    expect([queue.isEmpty, queue.next()]).toEqual([true, undefined])
  })

  it('settles what was refused in its turn, and sends nothing of it', async () => {
    const { queue, add, refuse, settled } = noting()
    add(accept('1'))
    refuse('no')
    add(accept('2'))
    expect(queue.next()?.operations.length).toBe(2)
    expect(await settled()).toEqual([])
    queue.acknowledge([done('one'), done('two')])
    expect(await settled()).toEqual(['one', 'no', 'two'])
    refuse('no again')
    expect(queue.next()).toBeUndefined()
    expect(await settled()).toEqual(['one', 'no', 'two', 'no again'])
  })

  it('writes of the checkpoints that wait the newest of each actor, and tells all of them its number', async () => {
    const { queue, add, states, settled } = noting()
    for (const state of ['a1', 'b1', 'a2', 'a3', 'b2']) add(checkpoint(state.slice(0, 1), state))
    expect(states()).toEqual(['a3', 'b2'])
    queue.acknowledge([done(7), done(8)])
    expect(await settled()).toEqual([7, 8, 7, 7, 8])
  })

  it('leaves alone a checkpoint that is under way, and those with something between them', () => {
    const { queue, add, states } = noting()
    add(checkpoint('a', 'a1'))
    expect(states()).toEqual(['a1'])
    add(checkpoint('a', 'a2'))
    add({ type: 'read', id: 'a', checkpoint: 1 })
    add(checkpoint('a', 'a3'))
    add({ type: 'open', id: 'a', rung: 0 })
    add(checkpoint('a', 'a4', 2))
    add(checkpoint('b', 'b1', 1))
    add(checkpoint('b', 'b2', 2))
    queue.acknowledge([done(1)])
    expect(states()).toEqual(['a2', 'read', 'a3', 'open', 'a4', 'b1', 'b2'])
  })

  it('keeps groups within their bounds; what is larger alone goes alone', () => {
    const { queue, add } = noting()
    for (let i = 0; i <= largestGroup.operations; i += 1) add(accept('x'))
    const large = 'x'.repeat(largestGroup.textUnits + 1)
    add(accept(large))
    add(accept('y'))
    const sizes: number[] = []
    for (let batch = queue.next(); batch !== undefined; batch = queue.next()) {
      sizes.push(batch.operations.length)
      queue.acknowledge(batch.operations.map(() => done(undefined)))
    }
    expect(sizes).toEqual([largestGroup.operations, 1, 1, 1])
  })

  it('rejects what waits when nothing can be written any more', async () => {
    const { queue, add, settled } = noting()
    add(checkpoint('a', 'a1'))
    queue.next()
    add(checkpoint('a', 'a2'))
    add(checkpoint('a', 'a3'))
    queue.acknowledge([failed('unknown')])
    queue.rejectWaiting('ended')
    expect(await settled()).toEqual(['unknown', 'ended', 'ended'])
    expect(queue.isEmpty).toBe(true)
  })
})
