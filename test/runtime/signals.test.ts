import { describe, expect, it } from 'vitest'
import { crash, killed, normal, shutdown } from '../../src/protocol/exit-reason.ts'
import { effectOf } from '../../src/runtime/signals.ts'

const boom = crash('boom')

describe('an exit signal', () => {
  it.each([
    ['exit', normal, false, { type: 'ignore' }],
    ['exit', normal, true, { type: 'message' }],
    ['exit', shutdown, false, { type: 'end', reason: shutdown }],
    ['exit', boom, false, { type: 'end', reason: boom }],
    ['exit', boom, true, { type: 'message' }],
    ['exit', killed, true, { type: 'message' }],
    ['self', normal, false, { type: 'end', reason: normal }],
    ['self', normal, true, { type: 'message' }],
    ['kill', boom, false, { type: 'end', reason: killed }],
    ['kill', boom, true, { type: 'end', reason: killed }],
  ] as const)('of type %s with %o does, if exits are trapped: %s, %o', (type, reason, trapsExits, effect) => {
    expect(effectOf({ type, reason }, trapsExits)).toEqual(effect)
  })
})
