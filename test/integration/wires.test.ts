import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { actor, child, ipcWire, message, portWire, sqlite, start, supervisor, type Answer, type Wire } from '../../src/index.ts'
import { inDirectory } from '../support/store-fixtures.ts'
import { Ledger, type Entered } from './fixtures/ledger-end.ts'

const program = new URL('fixtures/ledger-end.ts', import.meta.url)

/** The far end of a link, as it is once. */
interface FarEnd {
  readonly wire: Wire
  /** Nothing of it runs any more. */
  kill(): Promise<unknown>
}

function inThread(file: string): FarEnd {
  const worker = new Worker(program, { workerData: file })
  return { wire: portWire(worker), kill: () => worker.terminate() }
}

function inProcess(file: string): FarEnd {
  const process = fork(fileURLToPath(program), [file], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return {
    wire: ipcWire(process),
    kill: async () => {
      process.kill('SIGKILL')
      await once(process, 'exit')
    },
  }
}

it.concurrent.each([
  ['portWire to a thread that is terminated', inThread],
  ['ipcWire to a process that gets kill -9', inProcess],
])(
  'nothing is lost, doubled or swapped over a %s, and another one after it',
  (_, begin) =>
    inDirectory(async (directory) => {
      let told = (_entered: Entered): void => undefined
      const Desk = actor('desk', {
        initial: () => ({ n: 0, sum: 0 }),
        handlers: ({ call, cast }) => ({
          send: call(message<number>(), ({ state, input: amount, ctx }) => {
            const entry = { n: state.n + 1, amount }
            ctx.request(ctx.linked('billing').ref(Ledger, 'ledger'), 'enter', entry, { then: 'entered' })
            const next = { n: entry.n, sum: state.sum + amount }
            return { reply: next, state: next }
          }),
          entered: cast(message<Answer<Entered>>(), ({ state, input }) => {
            if (input.status === 'replied') told(input.value)
            return state
          }),
        }),
      })
      const farEnd = (): FarEnd => begin(join(directory, 'ledger.db'))
      let far = farEnd()
      const events: string[] = []
      const app = await start(supervisor({}, { desk: child(Desk, { state: 'durable' }) }), {
        store: sqlite(join(directory, 'desk.db'), { sync: 'normal' }),
        links: { billing: { wire: far.wire } },
        onEvent: ({ type }) => void (type.startsWith('link') && events.push(type)),
      })
      const send = async (count: number): Promise<{ readonly n: number; readonly sum: number }> => {
        let at = { n: 0, sum: 0 }
        for (let i = 0; i < count; i += 1) at = await app.tree.desk.call.send(1 + (i % 7))
        return at
      }
      const reached = (n: number): Promise<Entered> =>
        new Promise((resolve) => (told = (entered) => void (entered.n >= n && resolve(entered))))
      const first = reached(10)
      await send(50)
      await first
      // In the midst of its work, with more under way.
      const sending = send(200)
      await far.kill()
      await sending
      far = farEnd()
      app.linked('billing').connect(far.wire)
      const last = reached(300)
      const at = await send(50)
      expect(await last).toEqual({ n: 300, sum: at.sum, problems: 0 })
      expect(events).toEqual(['link up', 'link down', 'link up'])
      await app.stop()
      await far.kill()
    }),
  60_000,
)
