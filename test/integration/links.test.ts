import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { seededRandom } from '../../src/runtime/random.ts'
import { inDirectory } from '../support/store-fixtures.ts'

// `npm run -s chaos -- --links 500000` plays far more, on virtual time.
const kills = 4

const program = fileURLToPath(new URL('fixtures/linked.ts', import.meta.url))

type Said = Readonly<Record<string, unknown>>

/** One end of the link: a process that is started anew as often as it is killed. */
class End {
  readonly said: Said[] = []
  isUp = false
  readonly #args: readonly string[]
  readonly #hears: (said: Said) => void
  process: ChildProcess
  #pass: (text: string) => void = () => undefined

  constructor(args: readonly string[], hears: (said: Said) => void) {
    this.#args = args
    this.#hears = hears
    this.process = this.#start()
  }

  set to(other: End) {
    this.#pass = (text) => {
      if (other.process.connected) other.process.send(text, () => undefined)
    }
  }

  async killAndRestart(): Promise<void> {
    await this.kill()
    this.process = this.#start()
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await once(this.process, 'exit')
  }

  #start(): ChildProcess {
    this.isUp = false
    const child = fork(program, [...this.#args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    child.on('message', (text) => this.#pass(text as string))
    // It may be gone while something is sent to it.
    child.on('error', () => undefined)
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = parsed(line)
        if (said === undefined) return
        this.said.push(said)
        this.isUp ||= said['up'] !== undefined
        this.#hears(said)
      })
    return child
  }
}

/** A killed process may leave half a line. */
function parsed(line: string): Said | undefined {
  try {
    return JSON.parse(line) as Said
  } catch {
    return undefined
  }
}

it(
  `two processes that are killed ${kills} times lose, double and swap nothing between their stores`,
  () =>
    inDirectory(async (directory) => {
      const random = seededRandom(1)
      const waiting = new Set<() => void>()
      const hears = (): void => waiting.forEach((look) => look())
      const until = (isSo: () => boolean): Promise<void> =>
        new Promise((resolve) => {
          const look = (): void => {
            if (!isSo()) return
            waiting.delete(look)
            resolve()
          }
          waiting.add(look)
          look()
        })
      const shop = new End(['shop', join(directory, 'shop.db')], hears)
      const billing = new End(['billing', join(directory, 'billing.db')], hears)
      shop.to = billing
      billing.to = shop
      for (let kill = 1; kill <= kills; kill += 1) {
        const victim = kill % 2 === 0 ? shop : billing
        const before = victim.said.length
        // It is up, and in the midst of its work.
        await until(() => victim.said.slice(before).filter(({ n }) => n !== undefined).length > random.integer(60))
        await victim.killAndRestart()
      }
      const answerOf = async (end: End, key: string): Promise<Said> => {
        const before = end.said.length
        end.process.send({ look: true })
        const found = (): Said | undefined => end.said.slice(before).find((said) => said[key] !== undefined)
        await until(() => found() !== undefined)
        return found()?.[key] as Said
      }
      await until(() => shop.isUp && billing.isUp && shop.said.some((said) => Number(said['n']) > 100))
      const { n, sum } = await answerOf(shop, 'done')
      let ledger = await answerOf(billing, 'ledger')
      // Looking at it is a message too, and is committed: there is always something to wait for.
      while (Number(ledger['n']) < Number(n)) ledger = await answerOf(billing, 'ledger')
      expect(ledger).toEqual({ n, sum, problems: [] })
      expect(n).toBeGreaterThan(100)
      const events = [...shop.said, ...billing.said].flatMap(({ event }) => (event === undefined ? [] : [event]))
      expect([...new Set(events)]).toEqual(['link up'])
      await Promise.all([shop.kill(), billing.kill()])
    }),
  120_000,
)
