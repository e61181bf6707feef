import { describe, expect, it } from 'vitest'
import { crash } from '../../src/protocol/exit-reason.ts'
import { worker } from './children-specs.ts'
import { fail, play } from './played-supervisor.ts'
import { supervisorOf } from './supervisor-inputs.ts'

const free = (id: string, other: Parameters<typeof worker>[1] = {}) => worker(id, { independent: true, ...other })
const children = [worker('a'), free('b'), free('c'), worker('d'), free('e')]

describe('independent neighbours', () => {
  it('[S2] start at the same time and stop at the same time; the others keep their order', () => {
    const played = play(supervisorOf('one_for_one', '', { children }))
    expect(played.done()).toEqual(['start a#1', 'start b#1', '& start c#1', 'start d#1', 'start e#1', 'up'])
    played.stop()
    expect(played.done()).toEqual(['stop e#1', 'stop d#1', 'stop c#1', '& stop b#1', 'stop a#1', 'exit'])
  })

  it('are restarted with their group in the same way', () => {
    const played = play(supervisorOf('rest_for_one', '', { children }))
    played.done()
    played.exit('a')
    expect(played.done().filter((line) => line.startsWith('&'))).toEqual(['& stop b#1', '& start c#2'])
  })

  it('are not neighbours when another child stands between them, also one that is down', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [free('a'), worker('b'), free('c')] }))
    played.ask({ type: 'terminateChild', id: 'b' })
    played.done()
    played.stop()
    expect(played.done()).toEqual(['stop c#1', 'stop a#1', 'exit'])
  })

  it('end the first start when one fails: the rest of them is waited for, and those that run are stopped', () => {
    const played = play(supervisorOf('one_for_one', '', { children }), { starts: { b: [fail('b')], c: ['ok'] } })
    expect(played.done()).toEqual(['start a#1', 'failed b', '& start c#1', 'stop c#1', 'stop a#1', 'exit'])
    expect(played.ended).toEqual({ type: 'shutdown', cause: { type: 'failed_to_start_child', id: 'b', reason: crash('b') } })
  })

  it('fail a restart with the first of them in order, which is tried again; those that started stay until then', () => {
    const played = play(supervisorOf('rest_for_one', '', { children }), {
      starts: { b: ['ok', fail('b')], c: ['ok', fail('c'), 'ok'] },
    })
    played.done()
    played.exit('a')
    expect(played.done().slice(4)).toEqual([
      'start a#2',
      'failed b',
      '& failed c',
      'retry b',
      'start b#2',
      '& start c#2',
      'start d#2',
      'start e#2',
    ])
    expect(played.decisions.map(({ child, decided }) => `${child} ${decided}`)).toEqual(['a restart', 'b retry'])
  })
})
