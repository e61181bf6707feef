// What the wrong uses are made of. Nothing here is run.
import { setup } from 'xstate'
import {
  actor,
  agent,
  child,
  dynamicSupervisor,
  machine,
  message,
  queue,
  refuse,
  supervisor,
  type App,
  type Context,
  type TreeNode,
} from '../../../src/index.ts'

export { actor, child, dynamicSupervisor, machine, start, supervisor, supervisorOf } from '../../../src/index.ts'

export interface Item {
  readonly sku: string
  readonly qty: number
}

export const Cart = actor('cart', {
  initial: (args: { readonly owner: string }) => ({ owner: args.owner, items: [] as readonly Item[] }),
  handlers: ({ call, cast }) => ({
    add: call(message<Item>(), ({ state, input }) =>
      input.qty > 0 ? { reply: state.items.length + 1, state: { ...state, items: [...state.items, input] } } : refuse('none'),
    ),
    total: call(({ state }) => ({ reply: state.items.length })),
    note: cast(message<string>(), () => undefined),
    clear: cast(({ state }) => ({ ...state, items: [] })),
  }),
})

export const light = setup({
  types: { context: {} as { readonly n: number }, events: {} as { type: 'TICK' } | { type: 'ADD'; by: number } },
}).createMachine({ context: { n: 0 }, initial: 'green', states: { green: { on: { TICK: 'red' } }, red: {} }, on: { ADD: {} } })
export const Light = machine('light', light, {
  asks: ({ ask, query }) => ({ tick: ask('TICK', (s) => s.value), n: query((s) => s.context.n) }),
})

export const shop = supervisor(
  { strategy: 'rest_for_one' },
  {
    cart: child(Cart, { args: { owner: 'o' } }),
    light: child(Light),
    jobs: child(queue<Item>('jobs', { max: 10 })),
    rate: child(agent('rate', 0)),
    inner: supervisor({}, { deep: child(Cart, { args: { owner: 'o' } }) }),
    carts: dynamicSupervisor(Cart),
  },
)

const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never
export const tree = refOf(shop)
export declare const app: App<typeof tree>
export declare const ctx: Context
