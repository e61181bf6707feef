import { describe, expect, it } from 'vitest'
import { watchFor } from '../../../examples/birdstrikes/freezing.ts'
import type { KillMoment } from '../../../examples/birdstrikes/kill-plan.ts'
import type { CoppiceEvent } from '../../../src/index.ts'

function accepted(id: string, seq: number): CoppiceEvent {
  return { type: 'accepted', id, seq, kind: 'cast', name: 'tell' }
}

function asked(id: string, seq: number): CoppiceEvent {
  return { type: 'accepted', id, seq, kind: 'call', name: 'ask' }
}

function committed(id: string, frontier: number): CoppiceEvent {
  return { type: 'committed', id, incarnation: 1, frontier, turns: 1 }
}

function recovering(id: string, incarnation: number): CoppiceEvent {
  return { type: 'recovering', id, incarnation, frontier: 0, replayed: 0, backlog: 0 }
}

/** The number of the event at which the point is reached, and what it is called. */
function reached(moment: KillMoment, after: number, events: readonly CoppiceEvent[]): readonly (readonly [number, string])[] {
  const seen: (readonly [number, string])[] = []
  let number = 0
  const watch = watchFor({ moment, after, delayMs: 0 }, (at) => seen.push([number, at]))
  for (const event of events) {
    number += 1
    watch(event)
  }
  return seen
}

describe('watchFor', () => {
  it.each<KillMoment>(['accept', 'any'])('%s: is there when so many messages are accepted, and only once', (moment) => {
    const events = [accepted('a', 1), committed('a', 1), accepted('b', 1), accepted('b', 2)]
    expect(reached(moment, 2, events)).toEqual([[3, 'b, message 1 (tell)']])
  })

  it('reply: is there when a call is committed that nobody has been told of', () => {
    const events = [accepted('a', 1), asked('a', 2), committed('b', 5), committed('a', 1), committed('a', 2), committed('a', 3)]
    expect(reached('reply', 1, events)).toEqual([[5, 'a, message 2 (ask)']])
  })

  it('reply: passes over calls until so many messages are accepted', () => {
    const events = [asked('a', 1), committed('a', 1), accepted('a', 2), asked('a', 3), committed('a', 3)]
    expect(reached('reply', 3, events)).toEqual([[5, 'a, message 3 (ask)']])
  })

  it('recovery: counts actors that have lived before, and goes no further than the last of the tree', () => {
    const events = [recovering('new', 1), recovering('statistics', 2), recovering('ledgers/A', 2), recovering('reader', 2)]
    expect(reached('recovery', 2, events)).toEqual([[3, 'ledgers/A, incarnation 2']])
    expect(reached('recovery', 12, events)).toEqual([[4, 'reader, incarnation 2']])
    expect(reached('recovery', 1, [recovering('reader', 1)])).toEqual([])
  })
})
