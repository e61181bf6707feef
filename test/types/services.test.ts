import type { Server } from 'node:http'
import { describe, expectTypeOf, it } from 'vitest'
import {
  child,
  dynamicSupervisor,
  service,
  supervisor,
  type ServiceHealth,
  type ServiceKit,
  type ServiceRef,
  type TreeNode,
} from 'coppice'

const Api = service('api', {
  start: async ({ args }: ServiceKit<{ port: number }>) => ({ server: undefined as unknown as Server, port: args.port }),
  stop: ({ server }, { reason, signal }) => {
    expectTypeOf(server).toEqualTypeOf<Server>()
    expectTypeOf(reason.type).toEqualTypeOf<'normal' | 'shutdown' | 'killed' | 'noproc' | 'noconnection' | 'error'>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  },
  health: ({ port }) => port > 0,
})
const Plain = service('plain', { start: ({ args }) => args })

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

describe('the types of services', () => {
  it('say what the thing is, for stop, health and use', () => {
    uncalled(() => {
      const tree = refOf(supervisor({}, { api: child(Api, { args: { port: 1 } }), plain: child(Plain) }))
      expectTypeOf(tree.api).toEqualTypeOf<ServiceRef<{ server: Server; port: number }>>()
      expectTypeOf(tree.api.use(({ port }) => port)).toEqualTypeOf<Promise<number>>()
      expectTypeOf(tree.api.use(async ({ port }) => String(port))).toEqualTypeOf<Promise<string>>()
      expectTypeOf(tree.api.health()).toEqualTypeOf<Promise<ServiceHealth>>()
      expectTypeOf(tree.plain).toEqualTypeOf<ServiceRef<undefined>>()
      expectTypeOf(tree.api.use<number>)
        .parameter(0)
        .parameter(0)
        .toEqualTypeOf<{ server: Server; port: number }>()
      expectTypeOf(tree.api).not.toHaveProperty('call')
    })
  })

  it('say what it is started with, as a child and as a member', () => {
    uncalled(() => {
      const members = refOf(dynamicSupervisor(Api))
      expectTypeOf(members.start).parameter(1).toEqualTypeOf<{ port: number }>()
      // @ts-expect-error -- the arguments are missing
      child(Api)
      // @ts-expect-error -- others than these
      return child(Api, { args: { port: 'one' } })
    })
  })

  it('refuse options that there are not', () => {
    uncalled(() => {
      // @ts-expect-error -- it needs a start
      service('s', {})
      // @ts-expect-error -- what is stopped is what start gives
      service('s', { start: () => 1, stop: (thing: string) => thing })
      // @ts-expect-error -- a period comes to an end
      return service('s', { start: () => 1, health: () => true, healthEvery: 'infinity' })
    })
  })
})
