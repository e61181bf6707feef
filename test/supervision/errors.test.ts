import { describe, expect, it } from 'vitest'
import { crash, killed } from '../../src/protocol/exit-reason.ts'
import type { SupervisorProblem } from '../../src/supervision/machine/commands.ts'
import { errorOf } from '../../src/supervision/errors.ts'

describe('errorOf', () => {
  it.each<[SupervisorProblem, string, string]>([
    [
      { type: 'already_started', id: 'u7', incarnation: 3 },
      'AlreadyStartedError',
      'supervisor shop/carts, child "u7": it is running already (incarnation 3); no child was started',
    ],
    [
      { type: 'already_present', id: 'u7' },
      'AlreadyPresentError',
      'supervisor shop/carts, child "u7": there is such a child that is not running; no child was started. ' +
        'Restart it, or delete it first',
    ],
    [
      { type: 'not_found', id: 'u7' },
      'UnknownChildError',
      'supervisor shop/carts, child "u7": there is no such child; nothing was done',
    ],
    [
      { type: 'running', id: 'u7' },
      'ChildRunningError',
      'supervisor shop/carts, child "u7": it is running; nothing was done. Terminate it first',
    ],
    [
      { type: 'restarting', id: 'u7' },
      'ChildRestartingError',
      'supervisor shop/carts, child "u7": it is being restarted; nothing was done. Terminate it first to stop the attempts',
    ],
    [
      { type: 'start_failed', id: 'u7', reason: crash(new Error('no db')) },
      'ChildStartFailedError',
      'supervisor shop/carts, child "u7": it could not be started (crash: no db); it is not tried again',
    ],
    [
      { type: 'shutting_down', id: 'u7' },
      'SupervisorStoppingError',
      'supervisor shop/carts, child "u7": the supervisor is shutting down; nothing was done',
    ],
  ])('%j', (problem, name, message) => {
    const error = errorOf('shop/carts', problem)
    expect(error).toMatchObject({ name, message, code: problem.type, childId: 'u7', supervisor: 'shop/carts' })
  })

  it('keeps the cause of a failed start, if something was thrown', () => {
    const thrown = new Error('no db')
    expect(errorOf('', { type: 'start_failed', id: 'a', reason: crash(thrown) })).toMatchObject({
      cause: thrown,
      reason: crash(thrown),
    })
    expect(errorOf('', { type: 'start_failed', id: 'a', reason: killed }).cause).toBeUndefined()
  })
})
