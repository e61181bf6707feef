import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  and,
  assign,
  cancel,
  createActor,
  createMachine,
  not,
  raise,
  setup,
  SimulatedClock,
  stateIn,
  type AnyStateMachine,
} from 'xstate'
import { machine } from '../../src/behaviors/machine.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulated } from '../support/simulated-app.ts'

type Sent = { readonly type: string; readonly n?: number }

/** What is done to a machine: an event, the passing of time, or a crash, after which it goes on with the state that it had. */
type Doing = { readonly event: Sent } | { readonly waitMs: number } | { readonly crash: true }

const count = { context: { n: 0 }, inc: assign({ n: ({ context }: { context: { n: number } }) => context.n + 1 }) }

const machines: Record<string, AnyStateMachine> = {
  parallel: createMachine({
    context: count.context,
    type: 'parallel',
    states: {
      left: {
        initial: 'a',
        states: { a: { on: { A: 'b' } }, b: { on: { A: 'a', B: { actions: raise({ type: 'C' }) } }, exit: count.inc } },
      },
      right: {
        initial: 'a',
        states: {
          a: { on: { B: { target: 'b', guard: stateIn({ left: 'b' }) } } },
          b: { on: { C: 'c' }, entry: count.inc },
          c: { on: { A: 'a' } },
        },
      },
    },
  }),
  history: createMachine({
    context: count.context,
    initial: 'in',
    states: {
      in: {
        initial: 'one',
        states: {
          one: { on: { A: 'two' } },
          two: { initial: 'x', states: { x: { on: { A: 'y' } }, y: { entry: count.inc } }, on: { B: 'one' } },
          shallow: { type: 'history' },
          deep: { type: 'history', history: 'deep' },
        },
        on: { C: 'out' },
      },
      out: { on: { A: 'in.shallow', B: 'in.deep', C: 'in' } },
    },
  }),
  after: createMachine({
    context: count.context,
    initial: 'green',
    states: {
      green: { after: { 50: 'yellow' }, on: { A: { target: 'green', reenter: true, actions: count.inc } } },
      yellow: { after: { 20: 'red', 10: { guard: ({ context }) => context.n > 2, target: 'green' } }, on: { B: 'green' } },
      // Cancelled when it is left: of two timers that are due together either may come first.
      red: {
        entry: [count.inc, raise({ type: 'D' }, { delay: 30, id: 'd' })],
        exit: cancel('d'),
        on: { A: 'green', C: 'yellow', D: 'green' },
      },
    },
  }),
  guards: setup({
    types: { context: {} as { n: number }, events: {} as Sent },
    guards: { isEven: ({ context }) => context.n % 2 === 0, isSmall: ({ context }) => context.n < 5 },
  }).createMachine({
    context: count.context,
    initial: 'a',
    states: {
      a: {
        on: {
          A: [{ guard: and(['isEven', 'isSmall']), target: 'b' }, { actions: assign({ n: ({ context }) => context.n + 1 }) }],
        },
      },
      b: {
        always: { guard: not('isSmall'), target: 'c' },
        on: { B: { target: 'a', actions: assign({ n: ({ context, event }) => context.n + (event.n ?? 3) }) } },
      },
      c: { on: { C: 'd' } },
      d: { type: 'final' },
    },
    output: ({ context }) => ({ n: context.n }),
  }),
}

const event = fc
  .record({ type: fc.constantFrom('A', 'B', 'C'), n: fc.integer({ min: 0, max: 3 }) })
  .map((sent): Doing => ({ event: sent }))
const wait = fc.integer({ min: 1, max: 60 }).map((waitMs): Doing => ({ waitMs }))
const crash = fc.constant<Doing>({ crash: true })
const script = fc.array(
  fc.oneof({ weight: 6, arbitrary: event }, { weight: 2, arbitrary: wait }, { weight: 1, arbitrary: crash }),
  { maxLength: 30 },
)

/** What xstate makes of it. */
function byXstate(logic: AnyStateMachine, doings: readonly Doing[]): unknown {
  const clock = new SimulatedClock()
  const actor = createActor(logic, { clock }).start()
  for (const doing of doings) {
    // An actor that is done drops events, with a warning.
    if (actor.getSnapshot().status !== 'active') break
    if ('event' in doing) actor.send(doing.event)
    else if ('waitMs' in doing) for (let ms = 0; ms < doing.waitMs; ms += 1) clock.increment(1)
  }
  const { value, context, status } = actor.getSnapshot()
  return { value, context: context as unknown, status }
}

const allOf = (s: { readonly value: unknown; readonly context: unknown; readonly status: string }) => ({
  value: s.value,
  context: s.context,
  status: s.status,
})

describe.each(Object.keys(machines))('the machine "%s"', (name) => {
  const logic = machines[name] as AnyStateMachine
  const M = machine(name, logic, {
    asks: ({ query }) => ({
      crash: query(() => {
        throw new Error('asked to')
      }),
    }),
  })

  it.each(['volatile', 'durable'] as const)('comes to the same snapshot as an actor of xstate (%s)', async (state) => {
    await fc.assert(
      fc.asyncProperty(script, async (doings) => {
        // One that is done is gone before it can be asked: it is looked at at its ends.
        let last: unknown
        const term = (ctx: { readonly state: { value: unknown; context: unknown; status: string } }): void => {
          last = allOf(ctx.state)
        }
        const options = {
          restart: 'transient',
          hooks: { term },
          ...(state === 'durable' ? { state, maxAttempts: 1 } : { state }),
        } as const
        const tree = supervisor({ intensity: { restarts: 1000, within: '1s' } }, { a: child(M, options) })
        const { tree: refs, app, advance, until, settle } = await simulated(tree, { store: memory() })
        const cast = refs.a.cast as unknown as Record<string, (input: object) => Promise<void>>
        for (const doing of doings) {
          if ('event' in doing) void cast[doing.event.type]?.({ n: doing.event.n })
          else if ('waitMs' in doing) await advance(doing.waitMs)
          else refs.a.call.crash().catch(() => undefined)
          await settle()
        }
        await until(app.stop())
        expect(last).toEqual(byXstate(logic, doings))
      }),
      { numRuns: 60 },
    )
  })
})
