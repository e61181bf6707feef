import { describe, expect, it } from 'vitest'
import { assign, fromPromise, raise, sendTo, setup, type ActorSystem, type ActorSystemInfo, type AnyActorRef } from 'xstate'
import { actor } from '../../src/behaviors/actor.ts'
import { machine } from '../../src/behaviors/machine.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { settlePromises } from '../../src/simulation/settle.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, type SimulatedApp } from '../support/simulated-app.ts'

const numbers = [1, 2, 3, 4, 5]

const Sink = actor('sink', {
  initial: () => ({ got: [] as number[] }),
  handlers: ({ call, cast }) => ({
    note: cast(message<{ n: number }>(), ({ state, input }) => ({ got: [...state.got, input.n] })),
    got: call(({ state }) => ({ reply: state.got })),
  }),
})

const toSink = ({ system }: { readonly system: ActorSystem<ActorSystemInfo> }) => system.get('sink') as AnyActorRef

/** Adds, sends, acts, delays and invokes; and crashes now and then in what must be pure. */
const worker = (acted: number[], crashes: { left: number }) =>
  setup({
    types: {
      context: {} as { sum: number; jobs: number; late: number[] },
      events: {} as { type: 'work'; n: number } | { type: 'late'; n: number } | { type: 'job' },
    },
    actors: { job: fromPromise(async () => 'done') },
  }).createMachine({
    context: { sum: 0, jobs: 0, late: [] },
    initial: 'idle',
    states: {
      idle: { on: { job: 'busy' } },
      busy: { invoke: { src: 'job', onDone: { target: 'idle', actions: assign({ jobs: ({ context }) => context.jobs + 1 }) } } },
    },
    on: {
      work: {
        actions: [
          sendTo(toSink, ({ event }) => ({ type: 'note', n: event.n })),
          assign({
            sum: ({ context, event }) => {
              if (event.n === 3 && crashes.left > 0) {
                crashes.left -= 1
                throw new Error('a crash')
              }
              return context.sum + event.n
            },
          }),
          ({ event }) => void acted.push(event.n),
          raise(({ event }) => ({ type: 'late', n: event.n }), { delay: 10 }),
        ],
      },
      late: { actions: assign({ late: ({ context, event }) => [...context.late, event.n] }) },
    },
  })

const treeOf = (acted: number[]) => {
  const Worker = machine('worker', worker(acted, { left: 1 }), {
    asks: ({ ask, query }) => ({
      work: ask('work', (s) => s.context.sum),
      all: query((s) => ({ ...s.context, value: s.value })),
    }),
  })
  return supervisor({}, { sink: child(Sink, { state: 'durable' }), worker: child(Worker, { state: 'durable' }) })
}

type App = SimulatedApp<ReturnType<typeof treeOf> extends { reference(...args: never): infer Ref } ? Ref : never>

/** Takes `steps` steps and stops where it then is, which is what `kill -9` does. True if there was nothing left to do. */
async function runUntilDeath({ scheduler, clock }: App, steps: number): Promise<boolean> {
  let isOver = false
  for (let step = 0; step < steps; step += 1) {
    if (scheduler.isIdle || step % 3 === 0) await settlePromises()
    if (!scheduler.isIdle) scheduler.step()
    else if (!clock.runNext()) isOver = true
  }
  await settlePromises()
  return isOver
}

function giveWork({ tree }: App): void {
  const ignored = (): void => undefined
  for (const n of numbers) tree.worker.call.work({ n }, { id: `work ${n}`, timeout: 'infinity' }).catch(ignored)
  tree.worker.cast.job(undefined, { id: 'job' }).catch(ignored)
}

describe('a durable machine', () => {
  it.each([1, 2])(
    'applies, sends and fires once, and acts once at most, whatever the step after which its process dies (seed %i)',
    async (seed) => {
      let isOver = false
      let isInterrupted = false
      for (let steps = 0; !isOver; steps += 1) {
        const store = memory()
        const acted: number[] = []
        const tree = treeOf(acted)
        const before = await simulated(tree, { store, seed })
        giveWork(before)
        isOver = await runUntilDeath(before, steps)
        const actedBefore = acted.length
        const after = await simulated(tree, { store, seed: seed + 100, clock: before.clock })
        giveWork(after)
        await after.settle()
        await after.advance(10)
        const { late, ...rest } = await after.until(after.tree.worker.call.all())
        expect({ steps, ...rest }).toEqual({ steps, sum: 15, jobs: 1, value: 'idle' })
        expect({ steps, late: late.toSorted() }).toEqual({ steps, late: numbers })
        expect({ steps, got: await after.until(after.tree.sink.call.got()) }).toEqual({ steps, got: numbers })
        expect({ steps, twice: acted.length - new Set(acted).size }).toEqual({ steps, twice: 0 })
        isInterrupted ||= actedBefore > 0 && actedBefore < numbers.length
        expect(eventsOf(after.events, 'dead letter')).toEqual([])
      }
      expect(isInterrupted).toBe(true)
    },
  )
})
