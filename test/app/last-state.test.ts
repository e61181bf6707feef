import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { ChildExit } from '../../src/supervision/specs/decide.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulated } from '../support/simulated-app.ts'

const Adder = actor('adder', {
  initial: () => ({ sum: 0, seen: [] as number[] }),
  handlers: ({ call, cast }) => ({
    add: call(message<number>(), ({ state, input }) => {
      if (input === 6) throw new Error('no six')
      return { reply: input, state: { sum: state.sum + input, seen: [...state.seen, input] } }
    }),
    stop: cast(({ ctx }) => ctx.stop()),
  }),
})

describe('the last state of a child that has ended', () => {
  it.each(['volatile', 'checkpointed', 'durable'] as const)(
    '[A14] is for its supervisor only, as it was before the turn that failed (%s)',
    async (state) => {
      const lasts: unknown[] = []
      const decide = (exit: ChildExit) => {
        const last = exit.last()
        lasts.push(last)
        // It is a copy: nothing that is done to it reaches the next incarnation.
        ;(last?.state as { seen: number[] }).seen.push(99)
        return exit.last()?.frontier === 5 ? ('setAside' as const) : undefined
      }
      const Watcher = actor('watcher', {
        initial: (_: undefined, ctx) => {
          ctx.monitor('adder')
          return { downs: [] as unknown[] }
        },
        handlers: ({ call }) => ({ downs: call(({ state: own }) => ({ reply: own.downs })) }),
        info: ({ state: own, message: told }) => ({ downs: [...own.downs, told] }),
      })
      const tree = supervisor({}, { adder: child(Adder, { state, decide }), watcher: child(Watcher, { state: 'volatile' }) })
      const sim = await simulated(tree, { freezeStates: false })
      const { adder, watcher } = sim.tree
      for (const input of [1, 2, 3, 4, 5]) await sim.until(adder.call.add(input))
      await sim.until(adder.call.add(6).catch(() => undefined))
      await sim.settle()
      expect(lasts).toEqual([{ behavior: 'adder', version: 1, state: { sum: 15, seen: [1, 2, 3, 4, 5, 99] }, frontier: 5 }])
      expect(JSON.stringify(await sim.until(watcher.call.downs()))).not.toContain('sum')
      expect(sim.events.filter((event) => event.type === 'exited' && 'state' in event)).toEqual([])
      expect(await sim.until(adder.call.add(7))).toBe(7)
      void adder.cast.stop()
      await sim.settle()
      expect(lasts[1]).toMatchObject({ state: { sum: 22 } })
    },
  )
})
