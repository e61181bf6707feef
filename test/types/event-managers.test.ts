import { describe, expectTypeOf, it } from 'vitest'
import { child, eventHandler, eventManager, removeHandler, type TreeNode } from 'coppice'

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

interface Sale {
  readonly cents: number
}
const Revenue = eventHandler('revenue', {
  init: () => 0,
  event: (sum, sale: Sale) => sum + sale.cents,
  call: (sum, _request: 'sum') => ({ reply: sum }),
})
const Audit = eventHandler('audit', {
  init: (args: { file: string }) => ({ file: args.file, lines: 0 }),
  event: (state, sale: Sale & { readonly item: string }) =>
    sale.item === 'end' ? removeHandler() : { ...state, lines: state.lines + sale.cents },
})
const Sales = eventManager('sales', [Revenue, Audit])

describe('the types of event managers', () => {
  it('are those of their handlers', () => {
    uncalled(() => {
      const sales = refOf(child(Sales))
      expectTypeOf(sales.call(Revenue, 'sum')).resolves.toEqualTypeOf<number>()
      expectTypeOf(sales.call([Revenue, 'second'], 'sum')).resolves.toEqualTypeOf<number>()
      expectTypeOf(sales.notify).parameter(0).toExtend<Sale & { readonly item: string }>()
      void sales.add(Revenue)
      void sales.add(Audit, { file: 'a' })
      void sales.swap(Revenue, Audit, { file: 'a' })
      void sales.addSupervised(Audit, { tell: 'ended', args: { file: 'a' } })
    })
  })

  it('refuse what does not fit', () => {
    uncalled(() => {
      const sales = refOf(child(Sales))
      // @ts-expect-error -- one of the handlers needs the item
      void sales.notify({ cents: 1 })
      // @ts-expect-error -- another request
      void sales.call(Revenue, 'average')
      // @ts-expect-error -- it answers none
      void sales.call(Audit, 'lines')
      // @ts-expect-error -- the arguments are missing
      void sales.add(Audit)
      // @ts-expect-error -- others than these
      void sales.swap(Revenue, Audit, { file: 7 })
      // @ts-expect-error -- by which message it is told, is missing
      void sales.addSupervised(Audit, { args: { file: 'a' } })
      // @ts-expect-error -- the manager does not know it
      void sales.add(eventHandler('other', { init: () => 0, event: () => undefined, call: () => ({ reply: 1 }) }))
      // @ts-expect-error -- the next state is of another type
      return eventHandler('wrong', { init: () => 0, event: (sum, sale: Sale) => `${sum}${sale.cents}` })
    })
  })
})
