import { describe, expect, it } from 'vitest'
import {
  assign,
  createMachine,
  enqueueActions,
  fromCallback,
  fromEventObservable,
  fromPromise,
  fromTransition,
  raise,
  sendParent,
  setup,
  spawnChild,
} from 'xstate'
import { logic } from '../../src/behaviors/actor-logic.ts'
import { machine } from '../../src/behaviors/machine.ts'
import { ConfigurationError } from '../../src/protocol/errors.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulatedWithoutStore } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never
const events = { types: {} as { events: { type: 'go' } } }
const aPromise = fromPromise(() => Promise.resolve(1))

/** The message of the ConfigurationError that a definition throws. */
function refusal(define: () => unknown): string {
  try {
    define()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return (error as Error).message
  }
  throw new Error('it was not refused')
}

describe('a machine that could not be run is refused when it is defined:', () => {
  const cases: Record<string, { readonly given: unknown; readonly says: string }> = {
    'what is no machine': { given: { initial: 'a' }, says: 'machine "m" must be logic made by createMachine' },
    'other logic': { given: aPromise, says: 'must be logic made by createMachine' },
    'an action without an implementation': {
      given: createMachine(wrong({ initial: 'a', states: { a: { entry: 'missing' } } })),
      says: 'machine "m": state "(machine).a" names one of the actions that has no implementation; got "missing"',
    },
    'a guard without an implementation': {
      given: createMachine(wrong({ on: { go: { guard: { type: 'missing' }, actions: raise({ type: 'x' }) } } })),
      says: 'machine "m": state "(machine)": go names one of the guards that has no implementation; got "missing"',
    },
    'a delay without an implementation': {
      given: createMachine(wrong({ initial: 'a', states: { a: { after: { missing: 'b' } }, b: {} } })),
      says: 'names one of the delays that has no implementation; got "missing"',
    },
    'an actor without an implementation': {
      given: createMachine(wrong({ invoke: { src: 'missing' } })),
      says: 'names one of the actors that has no implementation; got "missing"',
    },
    'a spawned actor without a name': {
      given: createMachine({ ...events, on: { go: { actions: spawnChild(aPromise) } } }),
      says: 'must spawn logic by its name',
    },
    'a system id': {
      given: createMachine({ invoke: { src: aPromise, systemId: 'x' } }),
      says: 'systemId is not supported; got "x"',
    },
    'something for a parent that it does not have': {
      given: createMachine({ ...events, on: { go: { actions: sendParent({ type: 'x' }) } } }),
      says: 'sends to a parent, and nothing but a machine is one',
    },
    'the same in a machine below it': {
      given: setup({ actors: { inner: createMachine(wrong({ entry: 'missing' })) } }).createMachine({ invoke: { src: 'inner' } }),
      says: 'machine "m/inner": state "(machine)" names one of the actions',
    },
    'logic that nobody knows to start': {
      given: setup({
        actors: {
          odd: wrong({
            transition: () => ({}),
            getInitialSnapshot: () => ({}),
            getPersistedSnapshot: () => ({}),
            start: () => 1,
          }),
        },
      }).createMachine({}),
      says: 'must be logic made by createMachine',
    },
  }

  it.each(Object.keys(cases))('%s', (name) => {
    const { given, says } = cases[name] as (typeof cases)[string]
    expect(refusal(() => machine('m', wrong(given)))).toContain(says)
  })

  it('a name, an option or an ask that is none', () => {
    const m = createMachine(events)
    expect(refusal(() => machine('', m))).toContain('machine: name must be a text')
    expect(refusal(() => machine('m', m, wrong({ ask: () => ({}) })))).toContain('machine "m": ask is not an option')
    expect(refusal(() => machine('m', m, wrong({ asks: () => ({ x: 1 }) })))).toContain(
      'machine "m": asks.x must be made by ask(event, reply) or query(reply)',
    )
    expect(refusal(() => machine('m', m, { asks: ({ ask }) => ({ x: ask('go', () => 1) }) }))).toContain(
      'asks.x must ask by an event that it has; got "go". machine "m" has no transition for the event "go"; it has some for none',
    )
    expect(refusal(() => machine('m', m, { version: 0 }))).toContain('version must be an integer >= 1')
    expect(refusal(() => machine('m', m, { migrate: { 1: () => ({}) } }))).toContain(
      'must start from a version before the present one',
    )
    expect(refusal(() => machine('m', m, wrong({ term: 1 })))).toContain('machine "m": term must be a function')
  })

  it('other logic that is none, or has nobody to send to', () => {
    expect(refusal(() => logic('l', wrong({})))).toContain('logic "l" must be logic made by')
    expect(refusal(() => logic('l', createMachine({})))).toContain('Use machine(name, machine)')
    expect(
      refusal(() =>
        logic(
          'l',
          fromEventObservable(() => wrong({})),
        ),
      ),
    ).toContain('sendsTo must be the path of the actor')
    expect(refusal(() => logic('l', aPromise, wrong({ sendsTo: 1 })))).toContain('sendsTo must be the path of an actor')
  })
})

describe('what is found only when it comes to it', () => {
  it('ends the incarnation with an error that says so', async () => {
    const m = createMachine({
      types: {} as { events: { type: 'spawn' } | { type: 'enqueue' } | { type: 'systemId' } },
      on: {
        spawn: { actions: assign(({ spawn }) => ({ ref: spawn(fromTransition((s: number) => s, 0)) })) },
        enqueue: { actions: enqueueActions(({ enqueue }) => enqueue.spawnChild(fromCallback(() => undefined))) },
        systemId: { actions: enqueueActions(({ enqueue }) => enqueue.spawnChild(aPromise, { id: 'p', systemId: 'x' })) },
      },
    })
    for (const event of ['spawn', 'enqueue', 'systemId'] as const) {
      const { tree, settle, events: told } = await simulatedWithoutStore(supervisor({}, { a: child(machine('m', m)) }))
      void tree.a.cast[event]()
      await settle()
      expect(eventsOf(told, 'exited')).toMatchObject([{ id: 'a', reason: { error: { code: 'configuration' } } }])
    }
  })
})
