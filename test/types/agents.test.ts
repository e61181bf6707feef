import { describe, expectTypeOf, it } from 'vitest'
import { agent, child, type AgentRef, type TreeNode } from 'coppice'

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

const Page = agent('page', { visits: 0, by: [] as string[] })
const Named = agent('named', (args: { name: string }) => ({ name: args.name }))

describe('the types of agents', () => {
  it('are those of the value', () => {
    uncalled(() => {
      const page = refOf(child(Page))
      expectTypeOf(page).toEqualTypeOf<AgentRef<{ visits: number; by: string[] }>>()
      expectTypeOf(page.get()).resolves.toEqualTypeOf<{ visits: number; by: string[] }>()
      expectTypeOf(page.get(({ by }) => by.length)).resolves.toEqualTypeOf<number>()
      expectTypeOf(page.get(async ({ by }) => by[0])).resolves.toEqualTypeOf<string | undefined>()
      expectTypeOf(page.getAndUpdate((value) => [value.visits > 1, value])).resolves.toEqualTypeOf<boolean>()
      expectTypeOf(refOf(child(Named, { args: { name: 'a' } })).get(({ name }) => name)).resolves.toEqualTypeOf<string>()
    })
  })

  it('refuse what does not fit', () => {
    uncalled(() => {
      const page = refOf(child(Page))
      // @ts-expect-error -- the next value lacks a part
      void page.update(({ visits }) => ({ visits }))
      // @ts-expect-error -- it gives no reply
      void page.getAndUpdate((value) => value)
      // @ts-expect-error -- another value
      void page.set({ visits: 'many', by: [] })
      void page.update((value) => {
        // @ts-expect-error -- a value is not changed in place
        value.visits = 1
        return value
      })
      // @ts-expect-error -- there is no handler to call
      void page.call
      // @ts-expect-error -- the arguments are missing
      return child(Named)
    })
  })
})
