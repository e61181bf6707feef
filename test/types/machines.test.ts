/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- what does not exist has no type */
import { describe, expectTypeOf, it } from 'vitest'
import { createMachine, fromCallback, fromPromise, fromTransition, setup } from 'xstate'
import { child, dynamicSupervisor, logic, machine, supervisor, type MachineState, type TreeNode } from 'coppice'

const light = setup({
  types: {
    context: {} as { n: number },
    events: {} as { type: 'TICK' } | { type: 'ADD'; by: number } | { type: 'NOTE'; text?: string },
    input: {} as { from: number },
    tags: {} as 'calm',
  },
}).createMachine({
  context: ({ input }) => ({ n: input.from }),
  initial: 'green',
  states: { green: { on: { TICK: 'red' } }, red: { tags: 'calm' } },
  on: { ADD: {}, NOTE: {} },
})
const Light = machine('light', light, {
  asks: ({ ask, query }) => ({
    tick: ask('TICK', (s) => s.value),
    add: ask('ADD', (s) => s.context.n),
    isCalm: query((s) => s.hasTag('calm')),
  }),
})
const Plain = machine('plain', createMachine({ types: {} as { events: { type: 'GO' } } }))
const aPromise = fromPromise(async () => 1)
const Job = logic(
  'job',
  fromPromise(async ({ input }: { input: { file: string } }) => input.file),
)
const Echo = logic(
  'echo',
  fromCallback<{ type: 'say'; text: string }, { loud: boolean }>(() => undefined),
)
const sum = fromTransition((n: number, event: { type: 'add'; by: number }) => n + event.by, 0)
const Sum = logic('sum', sum, {
  asks: ({ ask }) => ({ add: ask('add', (s) => s.context) }),
})

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

describe('the types of machines', () => {
  it('say which events, asks and input there are', () => {
    uncalled(() => {
      const { light: ref, plain } = refOf(supervisor({}, { light: child(Light, { args: { from: 1 } }), plain: child(Plain) }))
      expectTypeOf(ref.cast.TICK()).toEqualTypeOf<Promise<void>>()
      expectTypeOf(ref.cast.ADD({ by: 1 }, { id: 'x' })).toEqualTypeOf<Promise<void>>()
      void ref.cast.TICK(undefined, { id: 'x' })
      void ref.cast.NOTE()
      void ref.cast.NOTE({ text: 'x' })
      void plain.cast.GO()
      expectTypeOf(ref.call.tick()).toEqualTypeOf<Promise<'green' | 'red'>>()
      expectTypeOf(ref.call.add({ by: 1 }, { timeout: '1s' })).toEqualTypeOf<Promise<number>>()
      expectTypeOf(ref.call.isCalm({ timeout: '1s' })).toEqualTypeOf<Promise<boolean>>()
      // @ts-expect-error -- no such event
      void ref.cast.TOCK()
      // @ts-expect-error -- the payload is missing
      void ref.cast.ADD()
      // @ts-expect-error -- another payload
      void ref.cast.ADD({ by: 'one' })
      // @ts-expect-error -- a field that the event does not have
      void ref.cast.ADD({ by: 1, at: 2 })
      // @ts-expect-error -- an event without a payload; options come second
      void ref.cast.TICK({ id: 'x' })
      // @ts-expect-error -- an optional field of another type
      void ref.cast.NOTE({ text: 1 })
      // @ts-expect-error -- an event is not a call
      void ref.call.TICK()
      // @ts-expect-error -- a call is not an event
      void ref.cast.tick()
      // @ts-expect-error -- a query takes nothing
      void ref.call.isCalm({ by: 1 }, { timeout: '1s' })
      // @ts-expect-error -- the payload of its event is missing
      void ref.call.add()
    })
  })

  it('are checked where a machine is defined', () => {
    uncalled(() => [
      // @ts-expect-error -- no such event
      machine('m', light, { asks: ({ ask }) => ({ x: ask('TOCK', (s) => s.value) }) }),
      // @ts-expect-error -- no such field of the context
      machine('m', light, { asks: ({ query }) => ({ x: query((s) => s.context.m) }) }),
      // @ts-expect-error -- no such state
      machine('m', light, { asks: ({ query }) => ({ x: query((s) => s.matches('blue')) }) }),
      // @ts-expect-error -- asks are made by the kit
      machine('m', light, { asks: () => ({ x: 7 }) }),
      // @ts-expect-error -- no machine
      machine('m', aPromise),
      // @ts-expect-error -- no such option
      machine('m', light, { initial: () => 1 }),
      machine('m', light, {
        version: 2,
        migrate: { 1: (old) => ({ ...old, context: { n: 0 } }) },
        restart: (ctx) => {
          expectTypeOf(ctx.args).toEqualTypeOf<{ from: number }>()
          expectTypeOf(ctx.offered?.state).toEqualTypeOf<MachineState | undefined>()
          return ctx.fresh({ from: 2 })
        },
      }),
    ])
  })

  it('say what it is started with', () => {
    uncalled(() => {
      expectTypeOf(refOf(dynamicSupervisor(Light)).start)
        .parameter(1)
        .toEqualTypeOf<{ from: number }>()
      void refOf(dynamicSupervisor(Light)).start('a', { from: 1 })
      // @ts-expect-error -- its input is missing
      child(Light)
      // @ts-expect-error -- another input
      child(Light, { args: { from: 'one' } })
      // @ts-expect-error -- another input
      void refOf(dynamicSupervisor(Light)).start('a', { to: 1 })
    })
  })
})

describe('the types of other logic', () => {
  it('say which events, asks and input there are', () => {
    uncalled(() => {
      const tree = refOf(
        supervisor(
          {},
          { job: child(Job, { args: { file: 'a' } }), echo: child(Echo, { args: { loud: true } }), sum: child(Sum) },
        ),
      )
      void tree.echo.cast.say({ text: 'x' })
      void tree.sum.cast.add({ by: 1 })
      expectTypeOf(tree.sum.call.add({ by: 1 })).toEqualTypeOf<Promise<number>>()
      // @ts-expect-error -- a promise takes no events
      void tree.job.cast.say()
      // @ts-expect-error -- no such event
      void tree.echo.cast.shout({ text: 'x' })
      // @ts-expect-error -- another payload
      void tree.sum.cast.add({ by: 'one' })
      // @ts-expect-error -- its input is missing
      child(Job)
      // @ts-expect-error -- another input
      child(Echo, { args: { loud: 1 } })
      // @ts-expect-error -- a machine is no other logic
      logic('m', { transition: 1 })
    })
  })
})
