import { describe, expect, it } from 'vitest'
import {
  actor,
  child,
  ConfigurationError,
  dynamicSupervisor,
  memory,
  message,
  supervisor,
  type ActorId,
  type Behavior,
  type CallOptions,
  type Kind,
  type Message,
  type Port,
  type Step,
} from 'coppice'
import { simulatedSystem } from 'coppice/testing'

// What another library would publish: from the exports of the package alone.

/** A cache that forgets what was not used for longest: a kind made of `actor`, with a reference of its own. */
interface LruRef<Value> {
  readonly id: ActorId
  get(key: string): Promise<Value | undefined>
  put(key: string, value: Value): Promise<void>
}
type LruState<Value> = readonly (readonly [key: string, value: Value])[]

function lruCache<Value>(name: string, { max }: { readonly max: number }): Kind<undefined, LruState<Value>, LruRef<Value>> {
  if (!Number.isSafeInteger(max) || max < 1)
    throw new ConfigurationError({ path: `lruCache "${name}": max`, rule: 'must be an integer >= 1', value: max })
  const Cache = actor(name, {
    initial: (): LruState<Value> => [],
    handlers: ({ call, cast }) => ({
      get: call(message<string>(), ({ state, input }) => {
        const found = state.find(([key]) => key === input)
        return found === undefined
          ? { reply: undefined }
          : { reply: found[1], state: [...state.filter((entry) => entry !== found), found] }
      }),
      put: cast(message<readonly [string, Value]>(), ({ state, input }) =>
        [...state.filter(([key]) => key !== input[0]), input].slice(-max),
      ),
    }),
  })
  return {
    name,
    behavior: Cache.behavior,
    reference: (port: Port, id: ActorId) => {
      const ref = Cache.reference(port, id)
      return { id, get: (key) => ref.call.get(key), put: (key, value) => ref.cast.put([key, value]) }
    },
  }
}

/** So many permits a second: a kind made of a behavior of its own, which decides what becomes of each message. */
interface LimiterRef {
  tryTake(count?: number, options?: CallOptions): Promise<boolean>
}
interface Bucket {
  readonly left: number
  readonly atMs: number
}

function rateLimiter(name: string): Kind<{ readonly perSecond: number }, Bucket & { readonly perSecond: number }, LimiterRef> {
  type State = Bucket & { readonly perSecond: number }
  const behavior: Behavior<State, { readonly perSecond: number }> = {
    name,
    version: 1,
    hooks: {},
    initial: ({ perSecond }, ctx) => ({ perSecond, left: perSecond, atMs: ctx.now() }),
    check: ({ name: asked, input }) =>
      asked === 'take' && typeof input === 'number' && input > 0 ? undefined : 'a rate limiter gives a number of permits > 0',
    handle: (state, { kind, input }: Message, ctx): Step<State> => {
      if (kind === 'info') return { state }
      const refilled = Math.min(state.perSecond, state.left + ((ctx.now() - state.atMs) * state.perSecond) / 1_000)
      const isGranted = refilled >= (input as number)
      const left = isGranted ? refilled - (input as number) : refilled
      return { state: { ...state, left, atMs: ctx.now() }, outcome: { status: 'replied', value: isGranted } }
    },
  }
  return {
    name,
    behavior,
    childDefaults: { restart: 'transient' },
    reference: (port, id) => ({
      tryTake: async (count = 1, options) => (await port.call(id, 'take', count, options)) as boolean,
    }),
  }
}

const Pages = lruCache<string>('pages', { max: 2 })
const Limiter = rateLimiter('limiter')

describe('[A7] a kind of another library', () => {
  it('is made of an actor, with a reference of its own', async () => {
    await using sim = await simulatedSystem(supervisor({}, { pages: child(Pages) }))
    const { pages } = sim.tree
    await sim.until(pages.put('a', 'A'))
    await sim.until(pages.put('b', 'B'))
    expect(await sim.until(pages.get('a'))).toBe('A')
    await sim.until(pages.put('c', 'C'))
    expect(await sim.until(pages.get('b'))).toBe(undefined)
    expect(await sim.until(pages.get('a'))).toBe('A')
    expect(() => lruCache('pages', { max: 0 })).toThrow('lruCache "pages": max must be an integer >= 1')
  })

  it('is made of a behavior, which decides what becomes of a message', async () => {
    await using sim = await simulatedSystem(supervisor({}, { limiter: child(Limiter, { args: { perSecond: 2 } }) }))
    const { limiter } = sim.tree
    expect(await sim.until(limiter.tryTake(2))).toBe(true)
    expect(await sim.until(limiter.tryTake())).toBe(false)
    await sim.advance('1s')
    expect(await sim.until(limiter.tryTake())).toBe(true)
    await expect(sim.until(limiter.tryTake(-1))).rejects.toMatchObject({ code: 'invalid' })
  })

  it.each(['volatile', 'checkpointed', 'durable'] as const)('is restarted with its state, as every child (%s)', async (state) => {
    const faults = [{ at: 'message', actor: 'limiter', nth: 2, do: 'crash' }] as const
    const tree = supervisor({}, { limiter: child(Limiter, { args: { perSecond: 2 }, state }) })
    await using sim = await simulatedSystem(tree, { faults })
    expect(await sim.until(sim.tree.limiter.tryTake(2))).toBe(true)
    const crashed = sim.until(sim.tree.limiter.tryTake())
    if (state === 'durable') expect(await crashed).toBe(false)
    else await expect(crashed).rejects.toMatchObject({ code: 'crashed' })
    expect(await sim.until(sim.tree.limiter.tryTake())).toBe(false)
  })

  it('has its state in the next process, also as a member of a dynamic supervisor', async () => {
    const tree = supervisor({}, { caches: dynamicSupervisor(Pages, { state: 'durable' }) })
    await using sim = await simulatedSystem(tree, { store: memory() })
    const pages = await sim.until(sim.tree.caches.start('ada'))
    await sim.until(pages.put('a', 'A'))
    await sim.restart()
    expect(await sim.until(sim.tree.caches.get('ada').get('a'))).toBe('A')
  })
})
