import { describe, expect, it } from 'vitest'
import { ConfigurationError, describeViolation } from '../../src/protocol/errors.ts'
import {
  childSettings,
  childViolations,
  dynamicSettings,
  dynamicViolations,
  supervisorSettings,
  supervisorViolations,
  type ChildDefinition,
} from '../../src/supervision/specs/spec-rules.ts'

const behavior = { name: 'cart' }
const cart: ChildDefinition = { parent: 'shop', id: 'carts', start: behavior, type: 'worker', options: {}, autoShutdown: 'never' }

describe('supervisorSettings', () => {
  it('fills in one_for_one, 3 restarts in 5 s, and no automatic shutdown', () => {
    for (const options of [undefined, {}, { strategy: undefined }])
      expect(supervisorSettings({ at: 'shop', options })).toEqual({
        strategy: 'one_for_one',
        intensity: { restarts: 3, withinMs: 5_000 },
        autoShutdown: 'never',
      })
  })

  it('takes what is given', () => {
    const options = { strategy: 'rest_for_one', intensity: { restarts: 0, within: '1.5s' }, autoShutdown: 'any_significant' }
    expect(supervisorSettings({ at: 'shop', options })).toEqual({
      strategy: 'rest_for_one',
      intensity: { restarts: 0, withinMs: 1_500 },
      autoShutdown: 'any_significant',
    })
  })

  it.each<[unknown, string]>([
    [7, 'shop: options must be an object; got 7 (number)'],
    [[], 'shop: options must be an object; got an array of 0'],
    [{ strategi: 'one_for_all' }, 'shop: strategi is not an option; got "one_for_all". Did you mean "strategy"?'],
    [
      { zeal: 1 },
      'shop: zeal is not an option; got 1 (number). The options are "strategy", "groupRestore", "intensity", "autoShutdown" and "init"',
    ],
    [{ maxRestarts: 5 }, 'shop: maxRestarts is not an option; got 5 (number). Write intensity: { restarts: 3, within: "5s" }'],
    [{ period: 5 }, 'shop: period is not an option; got 5 (number). Write intensity: { restarts: 3, within: "5s" }'],
    [
      { strategy: 'one-for-one' },
      'shop: strategy must be "one_for_one", "one_for_all" or "rest_for_one"; got "one-for-one". Did you mean "one_for_one"?',
    ],
    [
      { strategy: 'simple_one_for_one' },
      'shop: strategy must be "one_for_one", "one_for_all" or "rest_for_one"; got "simple_one_for_one". ' +
        'Children of one kind that come and go belong under a dynamicSupervisor',
    ],
    [{ strategy: 'sometimes' }, 'shop: strategy must be "one_for_one", "one_for_all" or "rest_for_one"; got "sometimes"'],
    [{ strategy: 1 }, 'shop: strategy must be "one_for_one", "one_for_all" or "rest_for_one"; got 1 (number)'],
    [
      { intensity: 3 },
      'shop: intensity must be { restarts, within }; got 3 (number). Write intensity: { restarts: 3, within: "5s" }',
    ],
    [
      { intensity: { restarts: 3, withinMs: 5_000 } },
      'shop: intensity.withinMs is not an option; got 5000 (number). Did you mean "within"?',
    ],
    [{ intensity: { within: '5s' } }, 'shop: intensity.restarts must be an integer >= 0; got nothing'],
    [{ intensity: { restarts: -1, within: '5s' } }, 'shop: intensity.restarts must be an integer >= 0; got -1 (number)'],
    [{ intensity: { restarts: 1.5, within: '5s' } }, 'shop: intensity.restarts must be an integer >= 0; got 1.5 (number)'],
    [
      { intensity: { restarts: Infinity, within: '5s' } },
      'shop: intensity.restarts must be an integer >= 0; got Infinity (number)',
    ],
    [
      { intensity: { restarts: 3 } },
      'shop: intensity.within must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got nothing',
    ],
    [
      { intensity: { restarts: 3, within: 0 } },
      'shop: intensity.within must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got 0 (number)',
    ],
    [
      { intensity: { restarts: 3, within: 'infinity' } },
      'shop: intensity.within must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got "infinity"',
    ],
    [{ autoShutdown: true }, 'shop: autoShutdown must be "never", "any_significant" or "all_significant"; got true (boolean)'],
    [
      { autoShutdown: 'any-significant' },
      'shop: autoShutdown must be "never", "any_significant" or "all_significant"; got "any-significant". ' +
        'Did you mean "any_significant"?',
    ],
  ])('refuses %j', (options, message) => {
    expect(refusal(() => supervisorSettings({ at: 'shop', options }))).toBe(message)
    expect(supervisorViolations({ at: 'shop', options }).map(describeViolation)[0]).toBe(message)
  })

  it('names the root', () => {
    expect(() => supervisorSettings({ at: '', options: 7 })).toThrow('the root: options must be an object')
  })

  it('names the first rule that is broken; supervisorViolations names all, in the same order', () => {
    const options = { strategy: 'x', intensity: { restarts: -1, within: '' }, autoShutdown: 0, zeal: 1 }
    expect(() => supervisorSettings({ at: 'shop', options })).toThrow('shop: zeal is not an option')
    expect(supervisorViolations({ at: 'shop', options }).map(({ path }) => path)).toEqual([
      'shop: zeal',
      'shop: strategy',
      'shop: intensity.restarts',
      'shop: intensity.within',
      'shop: autoShutdown',
    ])
  })
})

describe('childSettings', () => {
  it('makes a permanent child that has 5 s to stop', () => {
    for (const options of [undefined, {}, { restart: undefined, shutdown: undefined }])
      expect(childSettings({ ...cart, options })).toEqual({
        restart: 'permanent',
        shutdown: 5_000,
        significant: false,
        state: undefined,
        allowStateLoss: false,
        maxAttempts: 3,
        checkpoints: undefined,
        hooks: undefined,
        args: undefined,
        name: undefined,
        calls: {},
        extras: {},
      })
  })

  it('lets a supervisor take as long as it needs to stop', () => {
    expect(childSettings({ ...cart, type: 'supervisor' })).toMatchObject({ restart: 'permanent', shutdown: Infinity })
  })

  it('takes what is given', () => {
    const hooks = { init: () => undefined }
    const options = {
      restart: 'transient',
      shutdown: '2s',
      significant: true,
      state: 'durable',
      maxAttempts: 5,
      checkpoint: { every: 100 },
      hooks,
      args: { owner: 'u7' },
      name: 'main cart',
    }
    expect(childSettings({ ...cart, autoShutdown: 'any_significant', options })).toEqual({
      restart: 'transient',
      shutdown: 2_000,
      significant: true,
      state: 'durable',
      allowStateLoss: false,
      maxAttempts: 5,
      checkpoints: {
        turns: 100,
        timeMs: Infinity,
        bytes: Infinity,
        should: undefined,
        keep: 2,
        maxBytes: 67_108_864,
        onLoadFailure: 'older',
      },
      hooks,
      args: { owner: 'u7' },
      name: 'main cart',
      calls: {},
      extras: {},
    })
  })

  it.each([
    [0, 0],
    ['250ms', 250],
    ['infinity', Infinity],
    [Infinity, Infinity],
    ['kill', 'kill'],
  ])('takes %j as a shutdown', (shutdown, limit) => {
    expect(childSettings({ ...cart, options: { shutdown } }).shutdown).toBe(limit)
  })

  it.each<[Partial<ChildDefinition>, string]>([
    [{ id: '' }, 'shop, a child: id must be a string of 1 to 512 characters; got ""'],
    [{ id: 7 }, 'shop, a child: id must be a string of 1 to 512 characters; got 7 (number)'],
    [{ start: undefined }, 'shop/carts: start must be a behavior or a supervisor; got nothing'],
    [{ start: 'cart' }, 'shop/carts: start must be a behavior or a supervisor; got "cart"'],
    [{ options: null }, 'shop/carts: options must be an object; got null'],
    [{ options: { shutdwn: 5 } }, 'shop/carts: shutdwn is not an option; got 5 (number). Did you mean "shutdown"?'],
    [{ options: { shutdownMs: 5 } }, 'shop/carts: shutdownMs is not an option; got 5 (number). Did you mean "shutdown"?'],
    [{ options: { Restart: 'permanent' } }, 'shop/carts: Restart is not an option; got "permanent". Did you mean "restart"?'],
    [
      { options: { zeal: 5 } },
      'shop/carts: zeal is not an option; got 5 (number). The options are "restart", "significant", "shutdown", "state", ' +
        '"maxAttempts", "allowStateLoss", "checkpoint", "hooks", "fallback", "retries", "whenDown", "mailbox", "args", "name", "namespace", ' +
        '"backoff", "maxRestarts", "decide", "gate" and "independent"',
    ],
    [
      { options: { restart: 'permanant' } },
      'shop/carts: restart must be "permanent", "transient" or "temporary"; got "permanant". Did you mean "permanent"?',
    ],
    [{ options: { restart: false } }, 'shop/carts: restart must be "permanent", "transient" or "temporary"; got false (boolean)'],
    [{ options: { significant: 'yes' } }, 'shop/carts: significant must be true or false; got "yes"'],
    [
      { options: { significant: true, restart: 'transient' } },
      'shop/carts: significant is only for children of a supervisor with automatic shutdown; got true (boolean). ' +
        'Set autoShutdown of the supervisor to "any_significant" or "all_significant"',
    ],
    [
      { options: { significant: true }, autoShutdown: 'all_significant' },
      'shop/carts: significant is not for a permanent child, which never ends for good; got true (boolean). ' +
        'Set restart to "transient" or "temporary"',
    ],
    [
      { options: { shutdown: -1 } },
      'shop/carts: shutdown must be milliseconds >= 0, a text such as "5s", "infinity" or "kill"; got -1 (number)',
    ],
    [
      { options: { shutdown: '5 sec' } },
      'shop/carts: shutdown must be milliseconds >= 0, a text such as "5s", "infinity" or "kill"; got "5 sec"',
    ],
    [
      { options: { shutdown: 'brutal_kill' } },
      'shop/carts: shutdown must be milliseconds >= 0, a text such as "5s", "infinity" or "kill"; got "brutal_kill". ' +
        'Did you mean "kill"?',
    ],
    [
      { type: 'supervisor', options: { state: 'durable' } },
      'shop/carts: state is only for workers; this child is a supervisor; got "durable"',
    ],
    [{ options: { state: 'permanent' } }, 'shop/carts: state must be "volatile", "checkpointed" or "durable"; got "permanent"'],
    [{ options: { state: 'durable', maxAttempts: 0 } }, 'shop/carts: maxAttempts must be an integer >= 1; got 0 (number)'],
    [
      { options: { state: 'volatile', maxAttempts: 2 } },
      'shop/carts: maxAttempts is only for state: "durable"; got 2 (number). ' +
        'A message that ends a volatile child is a dead letter at once',
    ],
    [
      { options: { checkpoint: 100 } },
      'shop/carts: checkpoint must be an object such as { every }; got 100 (number). Write checkpoint: { every: 100 }, in turns',
    ],
    [
      { options: { checkpoint: { evry: 100 } } },
      'shop/carts: checkpoint.evry is not an option; got 100 (number). Did you mean "every"?',
    ],
    [
      { options: { checkpoint: { every: 0 } } },
      'shop/carts: checkpoint.every must be an integer >= 1, or some of { turns, time, bytes }; got 0 (number)',
    ],
    [
      { options: { checkpoint: { every: { tims: '5s' } } } },
      'shop/carts: checkpoint.every.tims is not an option; got "5s". Did you mean "time"?',
    ],
    [
      { options: { checkpoint: { every: {} } } },
      'shop/carts: checkpoint.every must say at least one of { turns, time, bytes }; got an object',
    ],
    [
      { options: { checkpoint: { every: { turns: 1.5 } } } },
      'shop/carts: checkpoint.every.turns must be an integer >= 1; got 1.5 (number)',
    ],
    [
      { options: { checkpoint: { every: { bytes: 0 } } } },
      'shop/carts: checkpoint.every.bytes must be an integer >= 1; got 0 (number)',
    ],
    [
      { options: { checkpoint: { every: { time: 'infinity' } } } },
      'shop/carts: checkpoint.every.time must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got "infinity"',
    ],
    [
      { options: { checkpoint: { keep: 1 } } },
      'shop/carts: checkpoint.keep must be an integer >= 2; got 1 (number). The newest may be damaged: there must be one to fall back to',
    ],
    [{ options: { checkpoint: { maxBytes: '1 MB' } } }, 'shop/carts: checkpoint.maxBytes must be an integer >= 1; got "1 MB"'],
    [
      { options: { checkpoint: { onLoadFailure: 'oldr' } } },
      'shop/carts: checkpoint.onLoadFailure must be "older" or "fail"; got "oldr". Did you mean "older"?',
    ],
    [
      { options: { checkpoint: { should: true } } },
      'shop/carts: checkpoint.should must be a function that gives true or false; got true (boolean)',
    ],
    [
      { options: { checkpoint: { should: () => true }, state: 'durable' } },
      'shop/carts: checkpoint.should is only for state: "checkpointed"; got a function (should). Leave it out: of a durable child every turn is kept',
    ],
    [
      { options: { checkpoint: { every: 9 }, state: 'volatile' } },
      'shop/carts: checkpoint is not for state: "volatile", of which nothing is stored; got an object. ' +
        'Set state to "checkpointed" or "durable"',
    ],
    [
      { options: { hooks: 7 } },
      'shop/carts: hooks must be an object with some of the functions "init", "restart" and "term"; got 7 (number)',
    ],
    [
      { options: { hooks: { terminate: () => {} } } },
      'shop/carts: hooks.terminate is not an option; got a function (terminate). Did you mean "term"?',
    ],
    [{ options: { hooks: { init: 'now' } } }, 'shop/carts: hooks.init must be a function; got "now"'],
    [
      { options: { backoff: '1s' } },
      'shop/carts: backoff must be { min, max }; got "1s". Write backoff: { min: "100ms", max: "5s" }',
    ],
    [{ options: { backOff: {} } }, 'shop/carts: backOff is not an option; got an object. Did you mean "backoff"?'],
    [
      { options: { backoff: { min: '1s', maximum: '5s' } } },
      'shop/carts: backoff.maximum is not an option; got "5s". Did you mean "max"?',
    ],
    [
      { options: { backoff: { max: '5s' } } },
      'shop/carts: backoff.min must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got nothing',
    ],
    [
      { options: { backoff: { min: '1s', max: 'infinity' } } },
      'shop/carts: backoff.max must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got "infinity"',
    ],
    [{ options: { backoff: { min: '1m', max: '5s' } } }, 'shop/carts: backoff.max must not be less than min; got "5s"'],
    [
      { options: { backoff: { min: 1, max: 2, factor: 0.5 } } },
      'shop/carts: backoff.factor must be a number >= 1; got 0.5 (number)',
    ],
    [
      { options: { backoff: { min: 1, max: 2, jitter: 'ful' } } },
      'shop/carts: backoff.jitter must be "full", "equal" or "none"; got "ful". Did you mean "full"?',
    ],
    [
      { options: { backoff: { min: 1, max: 2, resetAfter: 0 } } },
      'shop/carts: backoff.resetAfter must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got 0 (number)',
    ],
    [
      { options: { backoff: { min: 1, max: 2 }, restart: 'temporary' } },
      'shop/carts: backoff is not for a temporary child, which is never restarted; got an object. Set restart to "permanent" or "transient"',
    ],
    ...[-1, 1.5, NaN, '3'].map((maxRestarts): [Partial<ChildDefinition>, string] => [
      { options: { maxRestarts } },
      `shop/carts: maxRestarts must be an integer >= 0, or Infinity; got ${maxRestarts === '3' ? '"3"' : `${maxRestarts} (number)`}`,
    ]),
    [
      { options: { maxRestarts: 1, restart: 'temporary' } },
      'shop/carts: maxRestarts is not for a temporary child, which is never restarted; got 1 (number). Set restart to "permanent" or "transient"',
    ],
    [{ options: { maxRestart: 1 } }, 'shop/carts: maxRestart is not an option; got 1 (number). Did you mean "maxRestarts"?'],
    [
      { options: { decide: 'restart' } },
      'shop/carts: decide must be a function; got "restart". ' +
        'Write decide: ({ error }) => (error instanceof TypeError ? "escalate" : undefined)',
    ],
    [
      { options: { decider: () => {} } },
      'shop/carts: decider is not an option; got a function (decider). Did you mean "decide"?',
    ],
    [{ options: { gate: 7 } }, 'shop/carts: gate must be a string of 1 to 512 characters; got 7 (number)'],
    [
      { options: { gate: 'db', restart: 'temporary' } },
      'shop/carts: gate is not for a temporary child, which is never restarted; got "db". Set restart to "permanent" or "transient"',
    ],
    [{ options: { independent: 'yes' } }, 'shop/carts: independent must be true or false; got "yes"'],
    [
      { options: { independant: true } },
      'shop/carts: independant is not an option; got true (boolean). Did you mean "independent"?',
    ],
    [{ options: { name: '' } }, 'shop/carts: name must be a string of 1 to 512 characters; got ""'],
  ])('refuses %j', (wrong, message) => {
    expect(refusal(() => childSettings({ ...cart, ...wrong }))).toBe(message)
    expect(childViolations({ ...cart, ...wrong }).map(describeViolation)[0]).toBe(message)
  })

  it('checks in the order of OTP: id, start, restart, significant, shutdown', () => {
    const options = { shutdown: -1, significant: 1, restart: 'x' }
    const paths = childViolations({ ...cart, id: 0, start: 0, options }).map(({ path }) => path.split(': ')[1])
    expect(paths).toEqual(['id', 'start', 'restart', 'significant', 'shutdown'])
  })

  it('asks for automatic shutdown before it asks for another restart type, as OTP does', () => {
    const violations = childViolations({ ...cart, options: { significant: true, restart: 'permanent' } })
    expect(violations.map(({ rule }) => rule)).toEqual([
      'is only for children of a supervisor with automatic shutdown',
      'is not for a permanent child, which never ends for good',
    ])
  })

  it('throws the violation with its parts', () => {
    try {
      childSettings({ ...cart, options: { maxAttempts: 0 } })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        code: 'configuration',
        path: 'shop/carts: maxAttempts',
        rule: 'must be an integer >= 1',
        value: 0,
      })
    }
  })
})

describe('dynamicSettings', () => {
  it('takes the options of the supervisor and of its members from one object', () => {
    const options = { intensity: { restarts: 9, within: '1m' }, restart: 'transient', state: 'durable' }
    expect(dynamicSettings({ at: 'shop/carts', options })).toMatchObject({
      supervisor: { intensity: { restarts: 9, withinMs: 60_000 }, autoShutdown: 'never' },
      members: { restart: 'transient', state: 'durable', shutdown: 5_000 },
    })
  })

  it('lets members be significant where the supervisor shuts down with them', () => {
    const options = { autoShutdown: 'any_significant', significant: true, restart: 'temporary' }
    expect(dynamicSettings({ at: 'shop/carts', options })).toMatchObject({ members: { significant: true } })
  })

  it.each<[unknown, string]>([
    [
      { strategy: 'one_for_all' },
      'shop/carts: strategy is not an option; got "one_for_all". A dynamic supervisor has none: each member is restarted alone',
    ],
    [{ args: {} }, 'shop/carts: args is not an option; got an object. Give them to each member when it is started'],
    [{ gate: 'db' }, 'shop/carts: gate is not an option; got "db". Members depend on no sibling'],
    [
      { independent: true },
      'shop/carts: independent is not an option; got true (boolean). Members are started one by one, and stop at the same time anyway',
    ],
    [{ name: 'x' }, 'shop/carts: name is not an option; got "x". A member is known by its key'],
    [{ intensity: { restarts: -1, within: 1 } }, 'shop/carts: intensity.restarts must be an integer >= 0; got -1 (number)'],
    [{ restart: 'never' }, 'shop/carts: restart must be "permanent", "transient" or "temporary"; got "never"'],
  ])('refuses %j', (options, message) => {
    expect(refusal(() => dynamicSettings({ at: 'shop/carts', options }))).toBe(message)
    expect(dynamicViolations({ at: 'shop/carts', options }).map(describeViolation)).toEqual([message])
  })
})

/** The message with which something is refused. */
function refusal(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.message
  }
}
