import { describe, expectTypeOf, it } from 'vitest'
import {
  actor,
  child,
  dynamicSupervisor,
  message,
  partitionSupervisor,
  supervisor,
  task,
  taskSupervisor,
  type PartitionsRef,
  type TaskHandle,
  type TaskKit,
  type TaskResult,
  type TasksRef,
  type TreeNode,
} from 'coppice'

const Cart = actor('cart', {
  initial: (args: { owner: string }) => ({ owner: args.owner }),
  handlers: ({ call }) => ({ owner: call(message<number>(), ({ state }) => ({ reply: state.owner })) }),
})
const Plain = actor('plain', { initial: () => ({}), handlers: () => ({}) })
const Import = task('import', async ({ args }: TaskKit<{ file: string }>) => args.file)
const Sweep = task('sweep', ({ signal }) => signal.aborted)

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

describe('the types of tasks', () => {
  it('say what a task gives, and what its function is given', () => {
    uncalled(() => {
      const tasks = refOf(taskSupervisor())
      expectTypeOf(tasks.async(() => 7)).toEqualTypeOf<TaskHandle<number>>()
      expectTypeOf(tasks.async(async () => 'x')).toEqualTypeOf<TaskHandle<string>>()
      const withArgs = tasks.async(({ args }: TaskKit<{ n: number }>) => args.n, { args: { n: 1 } })
      expectTypeOf(withArgs).toEqualTypeOf<TaskHandle<number>>()
      expectTypeOf<Awaited<TaskHandle<number>>>().toEqualTypeOf<number>()
      void tasks.async(({ signal, ctx, sleep, args }) => {
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(ctx.id).toEqualTypeOf<string>()
        expectTypeOf(sleep('1s')).toEqualTypeOf<Promise<void>>()
        expectTypeOf(args).toEqualTypeOf<undefined>()
      })
      // @ts-expect-error -- the function takes arguments
      void tasks.async(({ args }: TaskKit<{ n: number }>) => args.n)
      // @ts-expect-error -- others than these
      void tasks.async(({ args }: TaskKit<{ n: number }>) => args.n, { args: { n: 'one' } })
      // @ts-expect-error -- what is awaited is not started again
      void tasks.async(() => 7, { restart: 'permanent' })
      // @ts-expect-error -- no such restart type
      void tasks.startChild(() => 7, { restart: 'always' })
    })
  })

  it('say what a stream takes and gives', () => {
    uncalled(async () => {
      const tasks = refOf(taskSupervisor())
      const stream = tasks.stream(
        ['a'],
        async (item) => {
          expectTypeOf(item).toEqualTypeOf<string>()
          return item.length
        },
        { maxConcurrency: 2 },
      )
      for await (const result of stream) {
        expectTypeOf(result).toEqualTypeOf<TaskResult<number>>()
        if (result.status === 'ok') expectTypeOf(result.value).toEqualTypeOf<number>()
        // @ts-expect-error -- a failure has no value
        else void result.value
      }
      // @ts-expect-error -- it needs a limit
      tasks.stream([1], () => 1, {})
      // @ts-expect-error -- no such answer to a time-out
      tasks.stream([1], () => 1, { maxConcurrency: 1, onTimeout: 'exit' })
    })
  })

  it('say what a declared task is started with', () => {
    expectTypeOf(child(Import, { args: { file: 'a' } }).kind).toEqualTypeOf<'child'>()
    expectTypeOf(child(Sweep).kind).toEqualTypeOf<'child'>()
    expectTypeOf(
      child(
        task('inline', () => 1),
        { restart: 'permanent' },
      ).kind,
    ).toEqualTypeOf<'child'>()
    uncalled(() => {
      // @ts-expect-error -- its function takes arguments
      child(Import)
      // @ts-expect-error -- others than these
      return child(Import, { args: { file: 7 } })
    })
  })
})

describe('the types of partitions', () => {
  it('are those of what is copied', () => {
    uncalled(() => {
      const carts = refOf(partitionSupervisor(Cart, { partitions: 2, args: (index) => ({ owner: `o${index}` }) }))
      expectTypeOf(carts.for('a').call.owner(1)).toEqualTypeOf<Promise<string>>()
      const members = refOf(partitionSupervisor(dynamicSupervisor(Cart), { partitions: 2 }))
      expectTypeOf(members.for(7).start).parameter(1).toEqualTypeOf<{ owner: string }>()
      const tree = refOf(supervisor({}, { tasks: partitionSupervisor(taskSupervisor(), { partitions: 2 }) }))
      expectTypeOf(tree.tasks).toEqualTypeOf<PartitionsRef<TasksRef>>()
    })
  })

  it('say what a key is, and what each is started with', () => {
    uncalled(() => {
      const byId = refOf(partitionSupervisor(Plain, { partitions: 2, keyBy: (user: { id: number }) => user.id }))
      expectTypeOf(byId.for).parameter(0).toEqualTypeOf<{ id: number }>()
      // @ts-expect-error -- a key is what keyBy takes
      byId.for(7)
      // @ts-expect-error -- the number is missing
      partitionSupervisor(Plain, {})
      // @ts-expect-error -- the arguments are missing
      partitionSupervisor(Cart, { partitions: 2 })
      // @ts-expect-error -- the fallback of a call gives what the call gives
      partitionSupervisor(Cart, { partitions: 2, args: { owner: 'o' }, fallback: { owner: () => 7 } })
      // @ts-expect-error -- others than these
      partitionSupervisor(Cart, { partitions: 2, args: (index) => ({ owner: index }) })
      // @ts-expect-error -- without keyBy a key is a text or a number
      return refOf(partitionSupervisor(Plain, { partitions: 2 })).for({})
    })
  })
})
