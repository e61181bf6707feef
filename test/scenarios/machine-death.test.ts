import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { crashEverywhere, ProcessDiedError, scenario } from 'coppice/testing'
import { assign, fromPromise, raise, sendTo, setup, type ActorSystem, type ActorSystemInfo, type AnyActorRef } from 'xstate'
import { actor } from '../../src/behaviors/actor.ts'
import { machine } from '../../src/behaviors/machine.ts'
import { message } from '../../src/behaviors/schema.ts'
import { child, supervisor, type SupervisorNode } from '../../src/supervision/trees/tree.ts'

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

const treeOf = (acted: number[], crashes: { left: number }) => {
  const Worker = machine('worker', worker(acted, crashes), {
    asks: ({ ask, query }) => ({
      work: ask('work', (s) => s.context.sum),
      all: query((s) => ({ ...s.context, value: s.value })),
    }),
  })
  return supervisor({}, { sink: child(Sink, { state: 'durable' }), worker: child(Worker, { state: 'durable' }) })
}

type Tree = ReturnType<typeof treeOf> extends SupervisorNode<infer Refs> ? Refs : never

function giveWork({ worker }: Tree): void {
  const ignored = (): void => undefined
  for (const n of numbers) worker.call.work({ n }, { id: `work ${n}`, timeout: 'infinity' }).catch(ignored)
  worker.cast.job(undefined, { id: 'job' }).catch(ignored)
}

/** What is kept of the worker, as far as tests look at it. */
interface Kept {
  readonly value: string
  readonly context: { readonly sum: number; readonly jobs: number; readonly late: readonly number[] }
}

/** All work is given, and once more by whoever has outlived the process. `interrupted` is told how much was done by then. */
function working(interrupted: (acted: number) => void) {
  const acted: number[] = []
  const crashes = { left: 1 }
  return scenario({
    name: 'working',
    tree: treeOf(acted, crashes),
    store: 'memory',
    run: async (sim) => {
      acted.length = 0
      crashes.left = 1
      for (let isOver = false; !isOver;) {
        try {
          giveWork(sim.tree)
          await sim.advance(20)
          isOver = true
        } catch (error) {
          if (!(error instanceof ProcessDiedError)) throw error
          interrupted(acted.length)
        }
      }
    },
    invariants: {
      'everything is applied and fires once': (sim) => {
        const { value, context } = sim.peek<Kept>('worker') ?? {}
        return isDeepStrictEqual(
          { value, ...context, late: context?.late.toSorted() },
          { value: 'idle', sum: 15, jobs: 1, late: numbers },
        )
      },
      'everything is sent once': (sim) => isDeepStrictEqual(sim.peek<{ got: number[] }>('sink')?.got, numbers),
      'nothing is done twice': () => new Set(acted).size === acted.length,
      'nothing becomes a dead letter': ({ events }) => events.every(({ type }) => type !== 'dead letter'),
    },
  })
}

describe('a durable machine', () => {
  it.each([1, 2])('applies, sends and fires once, and acts once at most, wherever its process dies (seed %i)', async (seed) => {
    const points = ['before commit', 'after commit', 'after turn'] as const
    const done: number[] = []
    const { coverage } = await crashEverywhere(
      working((acted) => void done.push(acted)),
      { seed, points },
    )
    expect(coverage.crashed).toEqual(coverage.planned)
    expect(done.some((acted) => acted > 0 && acted < numbers.length)).toBe(true)
  })
})
