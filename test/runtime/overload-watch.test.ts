import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/runtime/clock.ts'
import { Crowd } from '../../src/runtime/crowd.ts'
import { Mailbox } from '../../src/runtime/mailbox.ts'
import { Message } from '../../src/runtime/message.ts'
import { OverloadWatch, type OverloadEvent } from '../../src/runtime/overload-watch.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'

const letter = (): Message => new Message({ kind: 'cast', name: 'm', input: 0, sender: undefined, key: undefined }, undefined, 0)

/** A watch on a clock whose timers come late by `late.ms`, as those of a blocked event loop do. */
const watched = ({ headAgeMs = Infinity } = {}) => {
  const virtual = createVirtualClock()
  const late = { ms: 0 }
  const clock: Clock = {
    now: () => virtual.now(),
    wallNow: () => virtual.wallNow(),
    setTimer: (delayMs, run) => virtual.setTimer(delayMs + late.ms, run),
  }
  const crowd = new Crowd()
  const events: OverloadEvent[] = []
  const limits = { everyMs: 100, loopDelayMs: 50, queued: 100, headAgeMs }
  const watch = new OverloadWatch({ clock, crowd, limits, emit: (event) => events.push(event) })
  const box = new Mailbox('box', crowd)
  const fill = (count: number): void => {
    for (let left = count; left > 0; left -= 1) box.push(letter())
  }
  const types = (): string[] => events.map(({ type }) => type)
  return { virtual, late, crowd, watch, box, fill, events, types }
}

describe('a watch for overload', () => {
  it('tells once that the event loop is late, and of relief when it has been on time for three looks', () => {
    const { virtual, late, watch, types } = watched()
    virtual.advance(1_000)
    expect(types()).toEqual([])
    late.ms = 60
    virtual.advance(600)
    expect(types()).toEqual(['overloaded'])
    expect(watch).toMatchObject({ isOverloaded: true, loopDelayMs: 60 })
    late.ms = 30
    virtual.advance(2_000)
    expect(types()).toEqual(['overloaded'])
    late.ms = 10
    virtual.advance(240)
    expect(watch.isOverloaded).toBe(true)
    virtual.advance(300)
    expect(types()).toEqual(['overloaded', 'relieved'])
    watch.close()
    expect(virtual.pending).toBe(0)
  })

  it('tells which mailbox is the fullest, and lets go of one that has run empty', () => {
    const { virtual, crowd, box, fill, events } = watched()
    fill(99)
    virtual.advance(100)
    expect(events).toEqual([])
    fill(1)
    virtual.advance(100)
    expect(events).toMatchObject([{ type: 'overloaded', fullest: { id: 'box', queued: 100, headAgeMs: 100 } }])
    while (box.size > 0) box.shift()
    expect(crowd.fullest()).toBeUndefined()
    virtual.advance(300)
    expect(events).toMatchObject([{ type: 'overloaded' }, { type: 'relieved', fullest: undefined }])
  })

  it('knows how long the head of a mailbox has waited, as exactly as it looks', () => {
    const { virtual, crowd, box, fill, types } = watched({ headAgeMs: 500 })
    virtual.advance(250)
    fill(17)
    virtual.advance(200)
    expect(crowd.ageOf(box)).toBe(100)
    fill(1)
    virtual.advance(100)
    expect(crowd.ageOf(box)).toBe(200)
    for (let left = 17; left > 0; left -= 1) box.shift()
    expect(crowd.ageOf(box)).toBe(0)
    virtual.advance(400)
    expect(types()).toEqual([])
    virtual.advance(100)
    expect(types()).toEqual(['overloaded'])
  })

  it('forgets little of a mailbox that has been long for long', () => {
    const { virtual, crowd, box, fill } = watched()
    for (let looks = 1_000; looks > 0; looks -= 1) {
      fill(17)
      virtual.advance(100)
    }
    expect(crowd.ageOf(box)).toBe(99_900)
    // A head that comes later may be older than is known, by what was forgotten; never younger.
    for (let left = 8_500; left > 0; left -= 1) box.shift()
    expect(crowd.ageOf(box)).toBeGreaterThan(10_000)
    expect(crowd.ageOf(box)).toBeLessThanOrEqual(49_900)
  })

  it('without one, costs nothing and knows no age', () => {
    const crowd = new Crowd()
    const box = new Mailbox('box', crowd)
    for (let left = 17; left > 0; left -= 1) box.push(letter())
    expect(crowd.fullest()).toEqual({ id: 'box', queued: 17, headAgeMs: undefined })
    box.takeAll()
    expect(crowd.fullest()).toBeUndefined()
  })
})
