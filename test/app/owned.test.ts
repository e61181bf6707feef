import { actor, child, message, supervisor, type SpawnFromActorOptions } from 'coppice'
import { describe, expect, it } from 'vitest'
import { Counter } from '../support/scripted.ts'
import { lives, simulatedWithoutStore } from '../support/simulated-app.ts'

const Owner = actor('owner', {
  initial: () => ({}),
  handlers: ({ call, cast }) => ({
    spawn: call(message<SpawnFromActorOptions>(), async ({ input, ctx }) => ({
      reply: (await ctx.spawn(Counter, 'c', undefined, input)).ref.id,
    })),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
})

const owning = async (options: SpawnFromActorOptions) => {
  const sim = await simulatedWithoutStore(supervisor({}, { p: child(Owner) }))
  const id = await sim.until(sim.tree.p.call.spawn(options))
  const ends = (): string[] => lives(sim.events).filter((line) => line.includes('exited'))
  return { ...sim, id, ends }
}

describe('an actor that is owned by the one that spawned it', () => {
  it.each([
    ['with the incarnation of its owner', { owned: true }, ['p#1 exited error', 'p/c#1 exited shutdown']],
    ['not over a restart of its owner that it survives', { owned: true, survivesOwnerRestart: true }, ['p#1 exited error']],
    ['not at all if it is not owned', {}, ['p#1 exited error']],
  ] as const)('[F10] ends %s', async (_, options, expected) => {
    const { tree, settle, ends } = await owning(options)
    void tree.p.cast.crash()
    await settle()
    expect(ends()).toEqual(expected)
  })

  it.each([
    [{ owned: true }, 'shutdown'],
    [{ owned: true, survivesOwnerRestart: true }, 'shutdown'],
    [{}, undefined],
  ] as const)('[F10] with %o ends when its owner ends for good: %s', async (options, reason) => {
    const { app, id, settle, until } = await owning(options)
    await until(app.kill('p'))
    await settle()
    await until(app.kill('p', { restart: false }))
    await settle()
    expect(app.lastExit(id)?.reason.type).toBe(reason)
  })

  it('[F10] ends with the tree in order, when it survives restarts', async () => {
    const { app, id, until } = await owning({ owned: true, survivesOwnerRestart: true })
    await until(app.stop())
    expect(app.lastExit(id)?.reason.type).toBe('shutdown')
  })

  it('[F10] may end before its owner does', async () => {
    const { app, tree, id, settle, ends, until } = await owning({ owned: true })
    await until(app.kill(id))
    void tree.p.cast.crash()
    await settle()
    expect(ends()).toEqual(['p/c#1 exited killed', 'p#1 exited error'])
  })

  it('refuses to survive the restart of an owner that it has not', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { p: child(Owner) }))
    const message = /spawn: survivesOwnerRestart is only for an actor that is owned; got true \(boolean\)\. Add owned: true/
    await expect(until(tree.p.call.spawn({ survivesOwnerRestart: true }))).rejects.toThrow(message)
  })
})
