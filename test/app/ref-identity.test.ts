import { actor, child, message, supervisor, type CommonRef, type MessageId } from 'coppice'
import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '../../src/app/simulated-system.ts'

interface Heard {
  readonly sender: string | undefined
  readonly id: MessageId
  readonly input: string
}

const Log = actor('log', {
  initial: () => ({ heard: [] as readonly Heard[] }),
  handlers: ({ call, cast }) => ({
    write: cast(message<string>(), ({ state, input, ctx }) => ({
      heard: [...state.heard, { sender: ctx.sender, id: ctx.messageId, input }],
    })),
    heard: call(({ state }) => ({ reply: state.heard })),
  }),
})

const Writer = actor('writer', {
  initial: () => ({ requests: [] as readonly string[] }),
  handlers: ({ call, cast }) => ({
    write: cast(message<{ log: CommonRef; words: readonly string[] }>(), ({ state, input, ctx }) => {
      for (const word of input.words) void ctx.ref(Log, input.log).cast.write(word)
      return { requests: [...state.requests, ctx.request(ctx.ref(Log, input.log), 'heard', undefined, { then: 'done' })] }
    }),
    done: cast(message<unknown>(), ({ state }) => state),
    requests: call(({ state }) => ({ reply: state.requests })),
  }),
})

/** Hands the same reference to two others, twice. */
const Forker = actor('forker', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    fork: cast(({ ctx }) => {
      const log = ctx.ref(Log, 'log')
      for (const word of ['a', 'b'])
        for (const path of ['one', 'two'])
          void ctx.ref(Writer, path).cast.write({ log, words: [`${path} ${word} 1`, `${path} ${word} 2`] })
      void log.cast.write('forked')
    }),
  }),
})

const tree = supervisor(
  {},
  { log: child(Log, { state: 'durable' }), one: child(Writer), two: child(Writer), forker: child(Forker) },
)

async function played(options: { readonly seed: number; readonly replay?: string }) {
  await using sim = await simulatedSystem(tree, { ...options, allowReal: true })
  await sim.until(sim.tree.forker.cast.fork())
  await sim.settle()
  const heard = await sim.until(sim.tree.log.call.heard())
  const requests = [await sim.until(sim.tree.one.call.requests()), await sim.until(sim.tree.two.call.requests())]
  return { heard, requests, schedule: sim.schedule }
}

describe('a reference that is passed on', () => {
  it('[H8] sends with the identity of its sender, and with the same ids in the same order in each replay', async () => {
    const orders = new Set<string>()
    for (let seed = 1; seed <= 30; seed += 1) {
      const first = await played({ seed })
      expect(await played({ seed })).toEqual(first)
      const { heard, requests } = await played({ seed: seed + 1_000, replay: first.schedule })
      expect({ heard, requests }).toEqual({ heard: first.heard, requests: first.requests })
      // Each sender has an order of its own, whatever the orders of the others are.
      const inputsOf = (sender: string) => heard.filter((one) => one.sender === sender).map((one) => one.input)
      for (const path of ['one', 'two']) expect(inputsOf(path)).toEqual(['a 1', 'a 2', 'b 1', 'b 2'].map((w) => `${path} ${w}`))
      expect(inputsOf('forker')).toEqual(['forked'])
      expect(new Set(heard.map(({ id }) => JSON.stringify(id))).size).toBe(9)
      expect(new Set(requests.flat()).size).toBe(4)
      orders.add(heard.map(({ input }) => input).join())
    }
    expect(orders.size).toBeGreaterThan(3)
  })
})
