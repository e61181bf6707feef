import { describe, expect, it } from 'vitest'
import { chargedTwice } from './planted-bugs/charged-twice.ts'
import { deadlock } from './planted-bugs/deadlock.ts'
import { lostFlush } from './planted-bugs/lost-flush.ts'
import { lostUpdate } from './planted-bugs/lost-update.ts'
import { lostWakeUp } from './planted-bugs/lost-wake-up.ts'
import { missedDown } from './planted-bugs/missed-down.ts'
import { orphan } from './planted-bugs/orphan.ts'
import { overtaken } from './planted-bugs/overtaken.ts'
import type { Outcome, PlantedBug } from './planted-bugs/planted-bug.ts'
import { replyToTheDead } from './planted-bugs/reply-to-the-dead.ts'
import { staleTimer } from './planted-bugs/stale-timer.ts'
import { twoLeaders } from './planted-bugs/two-leaders.ts'

const find = async (bug: PlantedBug, isMeant: (outcome: Outcome) => boolean): Promise<Outcome> => {
  for (let seed = 0; seed < 1_000; seed += 1) {
    const outcome = await bug({ seed })
    if (isMeant(outcome)) return outcome
  }
  throw new Error('no seed below 1,000 shows it')
}

describe('a bug that only some orders show', () => {
  it.each([
    { name: 'a timer of a dead incarnation', bug: staleTimer, wrong: 'the session lived for 0 ms' },
    { name: 'a reply to a dead incarnation', bug: replyToTheDead, wrong: 'a pear costs 1' },
    { name: 'a monitor that comes too late', bug: missedDown, wrong: 'nobody was told of the end of the first incarnation' },
    { name: 'an orphan after a crash while starting', bug: orphan, wrong: 'there are 2 helpers of one manager' },
    { name: 'a lost wake-up', bug: lostWakeUp, wrong: 'an item waits, and nobody takes it' },
    { name: 'a lost update', bug: lostUpdate, wrong: 'the balance is 10' },
    { name: 'two leaders', bug: twoLeaders, wrong: 'both lead' },
    { name: 'a message that is overtaken', bug: overtaken, wrong: 'the entry is created' },
    { name: 'a buffer that is not written at the end', bug: lostFlush, wrong: '0 lines were written' },
    { name: 'a charge that is made twice', bug: chargedTwice, wrong: 'charged 2 times' },
    { name: 'two that wait for each other', bug: deadlock, wrong: 'they wait for each other' },
  ])('$name: is found by a seed, and comes again from the printed schedule', async ({ bug, wrong }) => {
    const found = await find(bug, (outcome) => outcome.wrong !== undefined)
    expect(found.wrong).toBe(wrong)
    await find(bug, (outcome) => outcome.wrong === undefined)
    const again = await bug({ seed: 1_000_000, replay: found.schedule })
    expect(again.wrong).toBe(wrong)
    expect(JSON.stringify(again.events)).toBe(JSON.stringify(found.events))
  })
})
