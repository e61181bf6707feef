import { describe, expectTypeOf, it } from 'vitest'
import { become, behavior, child, refuse, type BehaviorDefinition, type BehaviorRef, type Context, type TreeNode } from 'coppice'

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

const Stack = behavior('stack', (items: number[], push: number) => become(Stack, [...items, push]))
const Sum = behavior('sum', (sum: number, add: number, ctx: Context) => become(Sum, sum + add, { reply: `${ctx.id} ${sum}` }))
const Echo = behavior('echo', (_: undefined, text: string, ctx) => (ctx.attempt > 1 ? refuse('no') : text))
const Open = behavior('open', (turns: number, command: 'toggle' | 'slam') => (command === 'slam' ? turns : become(Closed, turns)))
const Closed = behavior('closed', async (turns: number, command: 'toggle' | 'lock') =>
  command === 'lock' ? become(Locked, `${turns}`) : become(Open, turns, { reply: true }),
)
const Locked = behavior('locked', (_: string, _command: 'toggle' | 'lock') => 'locked')

describe('the types of behaviors', () => {
  it('are inferred, also of one that names itself', () => {
    uncalled(() => {
      const stack = refOf(child(Stack, { args: [] }))
      expectTypeOf(stack.call(1)).toEqualTypeOf<Promise<undefined>>()
      expectTypeOf(stack.cast(1)).toEqualTypeOf<Promise<void>>()
      expectTypeOf(refOf(child(Sum, { args: 0 })).call(1)).toEqualTypeOf<Promise<string>>()
      expectTypeOf(refOf(child(Echo)).call('a')).toEqualTypeOf<Promise<string>>()
    })
  })

  it('are those of everything that it may become', () => {
    uncalled(() => {
      const door = refOf(child(Open, { args: 0 }))
      expectTypeOf(door.call).parameter(0).toEqualTypeOf<'toggle'>()
      expectTypeOf(door.call('toggle')).toEqualTypeOf<Promise<number | string | boolean | undefined>>()
      // @ts-expect-error -- the closed door does not know it
      void door.call('slam')
    })
  })

  it('refuse what does not fit', () => {
    uncalled(() => {
      // @ts-expect-error -- a message of another type
      void refOf(child(Stack, { args: [] })).call('one')
      // @ts-expect-error -- the acquaintances are missing
      child(Stack)
      // @ts-expect-error -- others than these
      child(Stack, { args: ['one'] })
      // @ts-expect-error -- others than these
      become(Stack, ['one'])
      // @ts-expect-error -- a behavior has three parameters at most, and the third is the context
      behavior('odd', (_: number, _message: string, _third: number) => undefined)
      // @ts-expect-error -- no such option
      behavior('odd', (_: number, _message: string) => undefined, { handlers: {} })
      behavior('migrated', (_: number, _message: string) => undefined, {
        version: 2,
        restart: (ctx) => {
          expectTypeOf(ctx.args).toEqualTypeOf<number>()
          return ctx.fresh(7)
        },
      })
      return expectTypeOf(Stack).toExtend<BehaviorDefinition<(items: number[], push: number) => unknown>>()
    })
    expectTypeOf<BehaviorRef<(n: number, m: string) => boolean>['id']>().toEqualTypeOf<string>()
  })
})
