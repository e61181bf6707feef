import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import type { ActorRef } from '../../src/behaviors/actor-ref.ts'
import type { CastHandler, CallHandler } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { RefData } from '../../src/protocol/ref-data.ts'
import { superjsonCodec } from '../../src/serialization/superjson-codec.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Log = actor('log', {
  initial: () => ({ lines: [] as readonly string[] }),
  handlers: ({ call, cast }) => ({
    write: cast(message<string>(), ({ state, input, ctx }) => ({
      lines: [...state.lines, `${ctx.sender ?? 'outside'}: ${input}`],
    })),
    lines: call(({ state }) => ({ reply: state.lines })),
  }),
})

type LogRef = ActorRef<{ write: CastHandler<string>; lines: CallHandler<void, readonly string[]> }>

const Writer = actor('writer', {
  initial: () => ({ log: undefined as LogRef | undefined }),
  handlers: ({ call, cast }) => ({
    meet: cast(message<LogRef>(), ({ input }) => ({ log: input })),
    write: cast(message<string>(), ({ state, input, ctx }) => {
      if (state.log !== undefined) void ctx.ref(Log, state.log).cast.write(input)
    }),
    writeRaw: call(message<string>(), ({ state, input }) => {
      void state.log?.cast.write(input)
      return { reply: true }
    }),
    mine: call(({ ctx }) => ({ reply: ctx.ref(Log, 'log') })),
    crash: cast(() => {
      throw new Error('gone')
    }),
  }),
})

const tree = (state: 'volatile' | 'durable' = 'volatile') =>
  supervisor({}, { log: child(Log, { state }), writer: child(Writer, { state }) })

describe('[H11] a reference as data', () => {
  it('comes back live as often as it is read, in the order in which it is used', async () => {
    const { app, settle, until } = await simulatedWithoutStore(tree())
    const text = JSON.stringify(app.tree.log)
    const data = JSON.parse(text) as RefData
    expect(data).toEqual({ actor: 'log', system: expect.stringMatching(/^run-\d+$/) as string })
    for (let i = 0; i < 5; i += 1) void app.refOf(JSON.parse(text) as RefData, Log).cast.write(String(i))
    void app.refOf(app.refOf(data, Log), Log).cast.write('again')
    await settle()
    expect(await until(app.tree.log.call.lines())).toEqual(['0', '1', '2', '3', '4', 'again'].map((line) => `outside: ${line}`))
  })

  it.each(['volatile', 'durable'] as const)('travels in messages and states (%s)', async (state) => {
    const {
      tree: { log, writer },
      settle,
      until,
    } = await simulated(tree(state))
    void writer.cast.meet(log)
    void writer.cast.write('hello')
    await settle()
    void writer.cast.crash()
    await settle()
    void writer.cast.write('still')
    await settle()
    expect(await until(log.call.lines())).toEqual(['writer: hello', 'writer: still'])
  })

  it('is the same in the next process on the same store', async () => {
    const store = memory()
    const first = await simulated(tree('durable'), { store })
    await first.until(first.tree.writer.cast.meet(first.tree.log))
    const text = JSON.stringify(first.tree.log)
    await first.until(first.app.stop())
    const next = await simulated(tree('durable'), { store })
    void next.tree.writer.cast.write('from the store')
    await next.settle()
    expect(await next.until(next.app.refOf(JSON.parse(text) as RefData, Log).call.lines())).toEqual(['writer: from the store'])
  })

  it('of an actor goes on working for others when that one has ended', async () => {
    const {
      tree: { log, writer },
      settle,
      until,
    } = await simulatedWithoutStore(tree())
    const given = await until(writer.call.mine())
    void writer.cast.crash()
    await settle()
    void given.cast.write('on its own')
    await settle()
    expect(await until(log.call.lines())).toEqual(['outside: on its own'])
  })

  it('must be made live when it comes out of a journal, and says so', async () => {
    const once = supervisor({}, { log: child(Log), writer: child(Writer, { state: 'durable', maxAttempts: 1 }) })
    const {
      tree: { log, writer },
      until,
      events,
    } = await simulated(once)
    await until(writer.cast.meet(log))
    await expect(until(writer.call.writeRaw('x'))).rejects.toMatchObject({ code: 'crashed' })
    expect(eventsOf(events, 'exited').map(({ reason }) => reason)).toMatchObject([
      { type: 'error', error: { code: 'stored-ref' } },
    ])
  })

  it('of another system is refused, and so is what is none', async () => {
    const { app } = await simulated(tree())
    const foreign = { ...app.tree.log.toJSON(), system: 'elsewhere' }
    expect(() => app.refOf(foreign, Log)).toThrow(expect.objectContaining({ code: 'foreign-ref' }) as Error)
    expect(() => app.refOf({} as RefData, Log)).toThrow('is no reference: give what ref.toJSON() gave')
  })

  it('has a text of its own in the codec, which needs its parts', () => {
    const codec = superjsonCodec()
    const text = '{"json":{"actor":"a","system":"s"},"meta":{"values":[["custom","ref"]],"v":1}}'
    expect(codec.encode(codec.decode(text), 'state')).toBe(text)
    expect(() => codec.decode(text.replace('"actor":"a"', '"actor":1'))).toThrow('a reference must name its actor and its system')
  })
})
