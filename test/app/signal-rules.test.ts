import { describe, expect, it } from 'vitest'
import {
  actor,
  CallingSelfError,
  ExitError,
  message,
  NoProcError,
  noReply,
  normal,
  shutdown,
  shutdownBecause,
  supervisor,
  type App,
  type Context,
  type Deferred,
  type ExitReason,
} from '../../src/index.ts'
import { simulatedWithoutStore, type SimulatedApp } from '../support/simulated-app.ts'

/** What a puppet is told to do: with its context, and with what it may write down. */
type Act = (ctx: Context, tell: Tell) => unknown

type Tell = (text: string) => void

interface Made {
  readonly tell: Tell
  readonly trapExits?: boolean
  readonly term?: (ctx: { readonly reason: ExitReason }) => void
}

/** An actor that does what it is told, and writes down what it is told of others. */
const Puppet = actor('puppet', {
  trapExits: false,
  initial: ({ tell, trapExits = false, term }: Made, ctx: Context) => {
    if (trapExits) ctx.trapExits(true)
    return { tell, term }
  },
  handlers: ({ call, cast }) => ({
    act: cast(message<Act>(), async ({ state, input, ctx }) => void (await input(ctx, state.tell))),
    ask: call(message<Act>(), async ({ state, input, ctx }) => ({ reply: await input(ctx, state.tell) })),
    later: call(message<(answer: Deferred) => void>(), ({ input, ctx }) => {
      input(ctx.defer())
      return noReply<never>()
    }),
    idle: cast(({ state }) => state.tell('idle')),
  }),
  info: ({ state, message: news }) => {
    const { type, id, from, reason } = news as { type: string; id?: string; from?: string; reason: ExitReason }
    state.tell(`${type} ${id ?? from} ${reason.type}`)
  },
  term: (ctx) => ctx.state.term?.(ctx),
})

const tree = supervisor({}, {})

class Stage {
  readonly sim: SimulatedApp<object>
  readonly app: App<unknown>
  readonly told = new Map<string, string[]>()

  constructor(sim: SimulatedApp<object>) {
    this.sim = sim
    this.app = sim.app
  }

  async puppet(key: string, made: Omit<Made, 'tell'> = {}) {
    const told: string[] = []
    this.told.set(key, told)
    return this.sim.until(this.app.spawn(Puppet, key, { ...made, tell: (text) => void told.push(text) }))
  }

  heard(key: string): readonly string[] {
    return this.told.get(key) ?? []
  }

  isAlive(key: string): boolean {
    return this.app.running().includes(`~/${key}`)
  }
}

const stage = async (): Promise<Stage> => new Stage(await simulatedWithoutStore(tree))

describe('Erlang’s rules of signals', () => {
  it('rule 53: a link to one that is dead tells one that traps exits `noproc`, and raises in one that does not', async () => {
    const on = await stage()
    const trapping = await on.puppet('t', { trapExits: true })
    const plain = await on.puppet('p')
    void trapping.cast.act((ctx) => ctx.link('~/nobody'))
    await expect(
      on.sim.until(
        plain.call.ask((ctx, tell) => {
          try {
            ctx.link('~/nobody')
          } catch (error) {
            tell(error instanceof NoProcError ? 'noproc raised' : String(error))
          }
        }),
      ),
    ).resolves.toBeUndefined()
    await on.sim.settle()
    expect(on.heard('t')).toEqual(['exit ~/nobody noproc'])
    expect(on.heard('p')).toEqual(['noproc raised'])
  })

  it('rule 57: an exit signal `normal` to oneself ends an actor that does not trap exits', async () => {
    const on = await stage()
    const puppet = await on.puppet('p')
    void puppet.cast.act((ctx, tell) => {
      ctx.exit(ctx.id, normal)
      tell('went on')
    })
    await on.sim.settle()
    expect(on.isAlive('p')).toBe(false)
    expect(on.heard('p')).toEqual([])
  })

  it('rule 60: an exit that was trapped stays a message when trapping is switched off before it is read', async () => {
    const on = await stage()
    const a = await on.puppet('a', { trapExits: true })
    const b = await on.puppet('b')
    let goOn = (): void => undefined
    void a.cast.act(async (ctx) => {
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      ctx.trapExits(false)
    })
    void b.cast.act((ctx) => ctx.exit('~/a', shutdown))
    await on.sim.settle()
    goOn()
    await on.sim.settle()
    expect(on.isAlive('a')).toBe(true)
    expect(on.heard('a')).toEqual(['exit ~/b shutdown'])
  })

  it('rule 66: a monitor of oneself never fires', async () => {
    const on = await stage()
    const a = await on.puppet('a')
    void a.cast.act((ctx) => ctx.monitor(ctx.id))
    await on.sim.settle()
    await on.sim.until(a.stop())
    expect(on.heard('a')).toEqual([])
  })

  it.each<[string, ExitReason]>([
    ['normal', normal],
    ['shutdown', shutdown],
    ['shutdown with a cause', shutdownBecause('tea')],
  ])('rule 69: a caller gets the reason with which the other ended (%s), also behind a stop', async (_, reason) => {
    const on = await stage()
    const a = await on.puppet('a')
    const waiting = a.call.later(() => undefined, { timeout: 'infinity' })
    void a.cast.act((ctx) => ctx.stop(reason))
    await expect(on.sim.until(waiting)).rejects.toMatchObject({ reason })
    const b = await on.puppet('b')
    const stopped = b.stop(reason)
    const behind = b.call.ask(() => 'too late')
    behind.catch(() => undefined)
    await on.sim.until(stopped)
    await expect(behind).rejects.toMatchObject({ reason })
  })

  it('rule 70: only the first answer to a call counts, and none comes after its deadline', async () => {
    const on = await stage()
    const server = await on.puppet('server')
    const client = await on.puppet('client')
    const answers: Deferred[] = []
    const reference = (ctx: Context) => ctx.ref(Puppet, '~/server')
    const first = client.call.ask((ctx) =>
      reference(ctx).call.later((answer) => {
        answer.reply('one')
        answer.reply('two')
      }),
    )
    expect(await on.sim.until(first)).toBe('one')
    const late = client.call.ask(async (ctx) => {
      const waiting = reference(ctx).call.later((answer) => void answers.push(answer), { timeout: '1s' })
      return waiting.catch((error: unknown) => (error as { code: string }).code)
    })
    const result = on.sim.until(late)
    await on.sim.advance('2s')
    expect(await result).toBe('timeout')
    answers[0]?.reply('late')
    await on.sim.settle()
    expect(on.heard('client')).toEqual([])
    expect(server.id).toBe('~/server')
  })

  it('rule 71: a failed call leaves the caller’s own monitors alone, and nothing else in its mailbox', async () => {
    const on = await stage()
    await on.puppet('server')
    const client = await on.puppet('client')
    const failed = client.call.ask(async (ctx) => {
      ctx.monitor('~/server')
      const server = ctx.ref(Puppet, '~/server')
      return server.call
        .ask(() => {
          throw new ExitError(shutdown)
        })
        .catch(() => 'failed')
    })
    expect(await on.sim.until(failed)).toBe('failed')
    await on.sim.settle()
    expect(on.heard('client')).toEqual(['down ~/server shutdown'])
  })

  it('rule 72: an exit signal ends a caller that waits', async () => {
    const on = await stage()
    await on.puppet('server')
    const client = await on.puppet('client')
    const killer = await on.puppet('killer')
    void client.cast.act((ctx) => ctx.ref(Puppet, '~/server').call.later(() => undefined, { timeout: 'infinity' }))
    await on.sim.settle()
    void killer.cast.act((ctx) => ctx.exit('~/client', shutdown))
    await on.sim.settle()
    expect(on.isAlive('client')).toBe(false)
    expect(on.isAlive('server')).toBe(true)
  })

  it('rule 74: a call of oneself fails at once', async () => {
    const on = await stage()
    const a = await on.puppet('a')
    const failed = a.call.ask((ctx) => {
      const oneself = ctx.ref(Puppet, ctx.id).call.ask(() => 1, { timeout: 'infinity' })
      return oneself.catch((error: unknown) => error)
    })
    expect(await on.sim.until(failed)).toBeInstanceOf(CallingSelfError)
  })

  it('rule 76: one that traps exits ends through `term` by its parent’s signal when its turn comes, also unlinked', async () => {
    const on = await stage()
    const parent = await on.puppet('parent', { trapExits: true })
    const told: string[] = []
    void parent.cast.act(async (ctx) => {
      const tell: Tell = (text) => void told.push(text)
      const made: Made = { tell, trapExits: true, term: ({ reason }) => tell(`term ${reason.type}`) }
      await ctx.spawn(Puppet, 'kid', made, { link: true })
    })
    await on.sim.settle()
    const kid = '~/parent/kid'
    expect(on.app.running()).toContain(kid)
    void parent.cast.act((ctx) => {
      ctx.unlink(kid)
      void ctx.ref(Puppet, kid).cast.act((_, tell) => tell('before'))
      ctx.exit(kid, normal)
    })
    await on.sim.settle()
    expect(told).toEqual(['before', 'term normal'])
    expect(on.app.running()).not.toContain(kid)
  })

  it('rule 78: `term` may change the reason, which whoever stopped the actor gets', async () => {
    const on = await stage()
    const a = await on.puppet('a', {
      term: () => {
        throw new ExitError(shutdownBecause('changed'))
      },
    })
    await expect(on.sim.until(a.stop(shutdown))).rejects.toMatchObject({ reason: shutdownBecause('changed') })
  })

  it('rule 84: any message takes an idle timeout away', async () => {
    const on = await stage()
    const a = await on.puppet('a')
    void a.cast.act((ctx) => ctx.idleTimeout('1s', 'idle'))
    await on.sim.advance(500)
    void a.cast.act(() => undefined)
    await on.sim.advance('5s')
    expect(on.heard('a')).toEqual([])
    void a.cast.act((ctx) => ctx.idleTimeout('1s', 'idle'))
    await on.sim.advance('5s')
    expect(on.heard('a')).toEqual(['idle'])
  })
})
