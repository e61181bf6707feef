import { DatabaseSync } from 'node:sqlite'
import {
  actor,
  child,
  dynamicSupervisor,
  message,
  supervisor,
  type CheckpointContext,
  type StartContext,
} from '../../src/index.ts'
import { Counter, counterTree, modelTree, type Count } from './models.ts'
import type { Row } from './world.ts'

const never = new Promise<never>(() => undefined)

/** What an error says of itself. */
const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code

/** The rows R1 to R23 of guides/parity.md, but R15, which needs another node. */
export const rows: readonly Row[] = [
  {
    row: 'R1',
    says: 'a behavior that lacks one of the four functions is refused, and nothing is in the store',
    steps: [
      async (world) => {
        try {
          modelTree(world, { more: { load: undefined as never } })
        } catch (error) {
          const { tree } = await world.start(counterTree())
          return [codeOf(error), await tree.a.call.count()]
        }
        return 'taken'
      },
    ],
    sees: [['configuration', 0]],
  },
  {
    row: 'R2',
    says: 'a predicate that throws harms no reply, and there is no checkpoint for that message',
    steps: [
      async (world) => {
        let asked = 0
        const should = (): boolean => {
          asked += 1
          if (asked === 2) throw new Error('undecided')
          return false
        }
        const { tree } = await world.start(counterTree({ checkpoint: { should } }))
        const replies = [await tree.a.call.add(1), await tree.a.call.add(1), await tree.a.call.add(1)]
        return [replies, world.of('checkpoint policy failed').length]
      },
      async (world) => (await world.start(counterTree())).tree.a.call.count(),
    ],
    sees: [[[1, 2, 3], 1], 0],
  },
  {
    row: 'R3',
    says: 'the predicate is told how many messages there were since the last checkpoint, also after one that failed',
    steps: [
      async (world) => {
        const seen: number[] = []
        let failures = 1
        const should = ({ messages }: CheckpointContext): boolean => seen.push(messages) > 0 && messages >= 3
        const save = ({ checkpoint, state }: { checkpoint: number; state: { count: number } }): void => {
          if (failures-- > 0) throw new Error('full')
          world.write(`${checkpoint}`, { number: checkpoint, ...state })
        }
        const { tree } = await world.start(modelTree(world, { more: { should, save } }))
        for (let n = 1; n <= 5; n += 1) await tree.a.call.add(1)
        return seen
      },
    ],
    sees: [[1, 2, 3, 4, 1]],
  },
  {
    row: 'R4',
    says: 'the number of a checkpoint whose save threw is never offered',
    steps: [
      async (world) => {
        let fails = false
        const save = ({ checkpoint, state }: { checkpoint: number; state: { count: number } }): void => {
          world.write(`${checkpoint}`, { number: checkpoint, ...state })
          if (fails) throw new Error('full')
        }
        const { tree } = await world.start(modelTree(world, { more: { save } }))
        await tree.a.call.add(1)
        const { number } = await tree.a.checkpoint()
        fails = true
        await tree.a.call.add(1)
        return [number, await tree.a.checkpoint().catch(codeOf)]
      },
      async (world) => {
        const offered: number[][] = []
        const load = ({ checkpoints }: { checkpoints: readonly { number: number }[] }) => {
          offered.push(checkpoints.map(({ number }) => number))
          return { checkpoint: 1, state: { count: 1 } }
        }
        const { tree } = await world.start(modelTree(world, { more: { load } }))
        return [await tree.a.call.count(), offered]
      },
    ],
    sees: [
      [1, 'checkpoint'],
      [1, [[1]]],
    ],
  },
  {
    row: 'R5',
    says: 'what a caller was told is in the state that comes back',
    steps: [
      async (world) => {
        const { tree } = await world.start(counterTree({ state: 'durable' }))
        let told = 0
        for (let n = 1; n <= 20; n += 1) told = await tree.a.call.add(1)
        return told
      },
      async (world) => (await world.start(counterTree({ state: 'durable' }))).tree.a.call.count(),
    ],
    sees: [20, 20],
  },
  {
    row: 'R6',
    says: 'a load that throws half-way leaves nothing behind: the checkpoint before is asked for',
    steps: [
      async (world) => {
        const { tree } = await world.start(modelTree(world))
        for (const n of [1, 2]) {
          await tree.a.call.add(n)
          await tree.a.checkpoint()
        }
        return tree.a.call.count()
      },
      async (world) => {
        const load = ({ checkpoints: [newest] }: { checkpoints: readonly { number: number }[] }) => {
          if (newest?.number === 2) throw new Error('half of it')
          return { checkpoint: newest?.number ?? 0, state: { count: (world.read('1') as { count: number }).count } }
        }
        const { tree } = await world.start(modelTree(world, { more: { load } }))
        return [await tree.a.call.count(), world.of('checkpoint damaged').map(({ number }) => number)]
      },
    ],
    sees: [3, [1, [2]]],
  },
  {
    row: 'R7',
    says: 'checkpoints are offered newest first, by number',
    steps: [
      async (world) => {
        const { tree } = await world.start(modelTree(world, { checkpoint: { keep: 3 } }))
        for (let n = 0; n < 3; n += 1) await tree.a.checkpoint()
        return 3
      },
      async (world) => {
        const offered: number[][] = []
        const load = ({ checkpoints }: { checkpoints: readonly { number: number }[] }) => {
          offered.push(checkpoints.map(({ number }) => number))
          return undefined
        }
        await world.start(modelTree(world, { more: { load } }))
        return offered
      },
    ],
    sees: [3, [[3, 2, 1]]],
  },
  {
    row: 'R8',
    says: 'a number that was not offered ends the incarnation before it handles anything',
    steps: [
      async (world) => {
        await (await world.start(modelTree(world))).tree.a.checkpoint()
        return 1
      },
      async (world) => {
        const load = () => ({ checkpoint: 99, state: { count: 99 } })
        const failed = await world.start(modelTree(world, { more: { load } })).catch(codeOf)
        const [first] = world.of('start failed')
        return [
          failed,
          first?.reason.type === 'error' && codeOf(first.reason.error),
          world.of('started').filter(({ id }) => id === 'a'),
        ]
      },
    ],
    sees: [1, ['tree-start', 'state-unreadable', []]],
  },
  {
    row: 'R9',
    says: 'a load that gives nothing begins anew',
    steps: [
      async (world) => {
        const { tree } = await world.start(modelTree(world))
        await tree.a.call.add(5)
        await tree.a.checkpoint()
        return tree.a.call.count()
      },
      async (world) => (await world.start(modelTree(world, { more: { load: () => undefined } }))).tree.a.call.count(),
    ],
    sees: [5, 0],
  },
  {
    row: 'R10',
    says: 'whoever keeps the state is told once of each checkpoint that is no longer kept, also of those of a process before',
    steps: [
      async (world) => {
        const { tree } = await world.start(modelTree(world))
        for (let n = 0; n < 3; n += 1) await tree.a.checkpoint()
        return tree.a.call.count()
      },
      async (world) => {
        const { tree } = await world.start(modelTree(world))
        for (let n = 0; n < 2; n += 1) await tree.a.checkpoint()
        await tree.a.checkpoint()
        // The last one's place is told of with the next.
        return world.written().filter((name) => Number(name) >= 5)
      },
      async (world) => {
        await (await world.start(modelTree(world))).tree.a.call.count()
        return world.written()
      },
    ],
    sees: [0, ['5', '6'], ['5', '6']],
  },
  {
    row: 'R11',
    says: 'as many are kept as was said, and never fewer than two',
    steps: [
      async (world) => {
        let problem: unknown = 'taken'
        try {
          await world.start(modelTree(world, { checkpoint: { keep: 1 } }))
        } catch (error) {
          problem = codeOf(error)
        }
        const { tree } = await world.start(counterTree({ checkpoint: { keep: 4, every: 1 } }))
        for (let n = 0; n < 9; n += 1) {
          await tree.a.call.add(1)
          await tree.a.checkpoint()
        }
        return problem
      },
      async (world) => {
        const kept: number[] = []
        const restart = ({ checkpoints }: { checkpoints: readonly unknown[] }): void => void kept.push(checkpoints.length)
        await world.start(counterTree({ hooks: { restart } }))
        return kept
      },
    ],
    sees: ['configuration', [4]],
  },
  {
    row: 'R12',
    says: 'a process that dies in the middle of a save has the checkpoint before, whole',
    steps: [
      async (world) => {
        let saves = 0
        const save = ({ checkpoint, state }: { checkpoint: number; state: { count: number } }): void | Promise<void> => {
          saves += 1
          world.write(`${checkpoint}`, saves === 2 ? 'half of ' : { number: checkpoint, ...state })
          if (saves === 2) return never
          return undefined
        }
        const { tree } = await world.start(modelTree(world, { more: { save } }))
        await tree.a.call.add(7)
        await tree.a.checkpoint()
        await tree.a.call.add(1)
        void tree.a.checkpoint().catch(() => undefined)
        return world.written().length > 0
      },
      async (world) => (await world.start(modelTree(world))).tree.a.call.count(),
    ],
    sees: [true, 7],
  },
  {
    row: 'R13',
    says: 'what has been applied is not applied again when its sender sends it again',
    steps: [
      async (world) => {
        const { tree } = await world.start(counterTree({ state: 'durable' }))
        for (let n = 1; n <= 3; n += 1) await tree.a.call.add(n, { id: `${n}` })
        return tree.a.call.count()
      },
      async (world) => {
        const { tree } = await world.start(counterTree({ state: 'durable' }))
        const again = [
          await tree.a.call.add(2, { id: '2' }),
          await tree.a.call.add(3, { id: '3' }),
          await tree.a.call.add(4, { id: '4' }),
        ]
        return [again, await tree.a.call.count()]
      },
    ],
    sees: [6, [[3, 6, 10], 10]],
  },
  {
    row: 'R14',
    says: 'what comes while the state is restored is answered or applied, and nothing stays behind',
    steps: [
      async (world) => {
        const { tree } = await world.start(counterTree({ state: 'durable' }))
        return tree.a.call.add(3, { id: 'i' })
      },
      async (world) => {
        let starts = 0
        let goOn = (): void => undefined
        const isFree = new Promise<void>((resolve) => (goOn = resolve))
        const restart = async (): Promise<void> => {
          starts += 1
          if (starts > 1) await isFree
        }
        const { tree } = await world.start(counterTree({ state: 'durable', hooks: { restart }, maxAttempts: 1 }))
        void tree.a.cast.crash()
        await world.hear('recovering', 2)
        const waiting = [tree.a.call.add(3, { id: 'i' }), tree.a.call.add(4, { id: 'next' })]
        goOn()
        return Promise.all(waiting)
      },
    ],
    sees: [3, [3, 7]],
  },
  {
    row: 'R16',
    says: 'a choice of a start that failed is not remembered',
    steps: [
      async (world) => {
        const { tree } = await world.start(counterTree({ state: 'durable' }))
        return tree.a.call.add(2)
      },
      async (world) => {
        const chosen: string[] = []
        let starts = 0
        const hooks = {
          restart: (ctx: StartContext<Count, undefined>) => {
            starts += 1
            chosen.push(starts === 2 ? 'from 99' : 'resume')
            return starts === 2 ? ctx.from(99) : ctx.resume()
          },
        }
        const tree = supervisor(
          { intensity: { restarts: 5, within: '5s' } },
          { a: child(Counter, { state: 'durable', hooks, maxAttempts: 1 }) },
        )
        const app = await world.start(tree)
        void app.tree.a.cast.crash()
        await world.hear('start failed')
        return [await app.tree.a.call.count(), chosen]
      },
    ],
    sees: [2, [2, ['resume', 'from 99', 'resume']]],
  },
  {
    row: 'R17',
    says: 'what was applied after the last checkpoint that can be read comes back from the journal',
    steps: [
      async (world) => {
        const { tree } = await world.start(counterTree({ state: 'durable' }))
        for (let n = 1; n <= 6; n += 1) await tree.a.call.add(1)
        return 6
      },
      async (world) => {
        damage(
          world.file,
          'UPDATE checkpoint SET state = \'{"json":{"count":99}}\' WHERE number = (SELECT max(number) FROM checkpoint)',
        )
        const { tree } = await world.start(counterTree({ state: 'durable' }))
        const [recovering] = world.of('recovering')
        return [await tree.a.call.count(), recovering?.replayed]
      },
    ],
    sees: [6, [6, 1]],
  },
  {
    row: 'R18',
    says: 'a checkpoint that cannot be saved is told of each time, and the actor lives on',
    steps: [
      async (world) => {
        const more = {
          should: () => true,
          save: () => {
            throw new Error('full')
          },
        }
        const { tree } = await world.start(modelTree(world, { more }))
        for (let n = 0; n < 3; n += 1) await tree.a.call.add(1)
        await world.hear('checkpoint failed', 3)
        return [await tree.a.call.count(), world.of('exited').length]
      },
      async (world) => (await world.start(modelTree(world))).tree.a.call.count(),
    ],
    sees: [[3, 0], 0],
  },
  {
    row: 'R19',
    says: 'a checkpoint that cannot be read is told of, and the one before is used',
    steps: [
      async (world) => {
        const { tree } = await world.start(counterTree())
        for (let n = 0; n < 2; n += 1) {
          await tree.a.call.add(1)
          await tree.a.checkpoint()
        }
        return tree.a.call.count()
      },
      async (world) => {
        damage(
          world.file,
          'UPDATE checkpoint SET state = \'{"json":{"count":99}}\' WHERE number = (SELECT max(number) FROM checkpoint)',
        )
        const { tree } = await world.start(counterTree())
        return [await tree.a.call.count(), world.of('checkpoint damaged').length]
      },
    ],
    sees: [2, [1, 1]],
  },
  {
    row: 'R20',
    says: 'a first start that fails tells its cause to whoever asked for it',
    steps: [
      async (world) => {
        const Broken = actor('broken', {
          initial: (): object => {
            throw new Error('E1')
          },
          handlers: ({ call }) => ({ ping: call(() => ({ reply: true })) }),
        })
        const { tree } = await world.start(supervisor({}, { all: dynamicSupervisor(Broken) }))
        const failed: unknown = await tree.all.start('k').catch((error: unknown) => error)
        return [codeOf(failed), ((failed as Error).cause as Error).message, await tree.all.get('k').call.ping().catch(codeOf)]
      },
    ],
    sees: [['start_failed', 'E1', 'noproc']],
  },
  {
    row: 'R21',
    says: 'a checkpoint that was waited for has the state of that moment',
    steps: [
      async (world) => {
        const { tree } = await world.start(counterTree())
        for (let n = 1; n <= 5; n += 1) void tree.a.call.add(n)
        await tree.a.checkpoint()
        return 15
      },
      async (world) => (await world.start(counterTree())).tree.a.call.count(),
    ],
    sees: [15, 15],
  },
  {
    row: 'R22',
    says: 'messages are counted for each actor alone',
    steps: [
      async (world) => {
        const node = child(Counter, { checkpoint: { every: 3 } })
        const { tree } = await world.start(supervisor({}, { a: node, b: node }))
        for (const ref of [tree.a, tree.b, tree.a, tree.b, tree.a]) await ref.call.add(1)
        const wanted = (): number => world.of('checkpointed').filter(({ cause }) => cause !== 'start').length
        while (wanted() === 0) await world.hear('checkpointed', world.of('checkpointed').length + 1)
        return 'written'
      },
      async (world) => {
        const node = child(Counter)
        const { tree } = await world.start(supervisor({}, { a: node, b: node }))
        return [await tree.a.call.count(), await tree.b.call.count()]
      },
    ],
    sees: ['written', [3, 0]],
  },
  {
    row: 'R23',
    says: 'a reply is not changed by what is saved afterwards',
    steps: [
      async (world) => {
        const List = actor('list', {
          initial: () => ({ items: [] as number[] }),
          handlers: ({ call }) => ({
            push: call(message<number>(), ({ state, input }) => {
              state.items.push(input)
              return { reply: state.items, state }
            }),
          }),
          checkpointable: {
            should: () => true,
            save: ({ state }) => void state.items.splice(0),
            load: () => undefined,
            expired: () => undefined,
          },
        })
        const { tree } = await world.start(supervisor({}, { a: child(List) }), { freezeStates: false })
        return [await tree.a.call.push(1), await tree.a.call.push(2)]
      },
    ],
    sees: [[[1], [2]]],
  },
]

/** Changes a file that nobody has. */
function damage(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}
