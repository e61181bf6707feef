import ts from 'typescript'
import { sourceFacts, type Finding } from './source-facts.ts'

/** Where a test uses the real time or the real event loop, and why it has to. */
export interface RealTime {
  /** Below `test`. */
  readonly file: string
  readonly uses: readonly string[]
  readonly because: string
}

/** Programs that are run by hand and by continuous integration, each in a process of its own. */
export const ownPrograms = /^(?:chaos|benchmarks)\/|\/run\.ts$/

/** Every other use is a mistake: it is the virtual clock that passes, or an event that is waited for. */
export const realTime: readonly RealTime[] = [
  // What is tested is real time itself, or what it costs.
  {
    file: 'conformance/worlds.ts',
    uses: ['performance', 'setImmediate', 'setTimeout'],
    because: 'the traces are also played on the real clock, when that is asked for',
  },
  {
    file: 'integration/fixtures/clean-stop.ts',
    uses: ['performance'],
    because: 'measures how long a process takes to end',
  },
  {
    file: 'integration/fixtures/machine-stray.ts',
    uses: ['setTimeout'],
    because: 'fails in a timer, outside of any turn',
  },
  { file: 'integration/fixtures/one-stray.ts', uses: ['setTimeout'], because: 'fails in a timer, when its actor is gone' },
  {
    file: 'integration/fixtures/strays.ts',
    uses: ['AbortSignal.timeout', 'node:timers/promises', 'process.nextTick', 'setImmediate', 'setInterval', 'setTimeout'],
    because: 'fails in every way in which Node can call back, and is cut off where a failure does not come',
  },
  { file: 'integration/fixtures/two-trees.ts', uses: ['setTimeout'], because: 'fails in a timer, outside of any turn' },
  { file: 'integration/large-tree.test.ts', uses: ['setImmediate'], because: 'counts the turns of the event loop' },
  { file: 'integration/level-cost.test.ts', uses: ['performance'], because: 'measures' },
  {
    file: 'integration/load.test.ts',
    uses: ['performance', 'setImmediate', 'setInterval'],
    because: 'measures timers beside load',
  },
  { file: 'protocol/keyed-map.test.ts', uses: ['performance'], because: 'measures' },
  { file: 'runtime/fair-scheduler.test.ts', uses: ['setImmediate'], because: 'sees that the event loop has its turns' },
  { file: 'supervision/decider.test.ts', uses: ['process.hrtime'], because: 'measures' },
  {
    file: 'testing/simulated-system.test.ts',
    uses: [
      ...['Date.now', 'Math.random', 'new Date()', 'node:timers/promises', 'performance', 'process.hrtime'],
      ...['setImmediate', 'setInterval', 'setTimeout'],
    ],
    because: 'the real world is refused to whoever uses it',
  },
  { file: 'testing/speed.test.ts', uses: ['performance'], because: 'measures' },

  // What would come from elsewhere comes with the next turn of the event loop.
  { file: 'distribution/billing.ts', uses: ['setImmediate'], because: 'two trees with a wire between them share no scheduler' },
  { file: 'integration/fixtures/poisoned.ts', uses: ['setImmediate'], because: 'dies after its handler has waited' },
  {
    file: 'integration/references.test.ts',
    uses: ['node:timers/promises', 'setImmediate'],
    because: 'what is collected is let go with the turn',
  },
  { file: 'support/wires.ts', uses: ['setImmediate'], because: 'what passes a wire is there later' },

  // Processes that live until they are killed, and not for ever if nobody comes.
  { file: 'guides/run-program.ts', uses: ['setTimeout'], because: 'a block of a guide must leave nothing running' },
  { file: 'integration/fixtures/checkpoints.ts', uses: ['Atomics.wait'], because: 'stands still until it is killed' },
  { file: 'integration/fixtures/detached.ts', uses: ['setTimeout'], because: 'lives until it is killed' },
  { file: 'integration/fixtures/paying.ts', uses: ['Atomics.wait'], because: 'stands still until it is killed' },
  { file: 'integration/fixtures/shop.ts', uses: ['Atomics.wait'], because: 'stands still until it is killed' },
  { file: 'integration/fixtures/stoppable.ts', uses: ['setInterval'], because: 'lives until it is told to stop' },
  {
    file: 'integration/fixtures/store-kills.ts',
    uses: ['node:timers/promises', 'setTimeout'],
    because: 'kills its store at any time',
  },
  { file: 'rows/process.ts', uses: ['setInterval'], because: 'lives until it is killed' },
]

/** What of real time, of the event loop and of chance a file of the tests uses. */
export function realTimeIn(path: string, text: string): readonly Finding[] {
  if (!/[tT]imers|set(?:Timeout|Interval|Immediate)|Atomics|vi\.wait|poll|Date|AbortSignal|process|performance|Math/.test(text))
    return []
  const { imports, timeAndChance } = sourceFacts(path, text)
  const timers = imports.filter(({ specifier }) => /^(?:node:)?timers(?:\/|$)/.test(specifier))
  const found = [...timeAndChance, ...timers.map(({ specifier, line }) => ({ what: specifier, line })), ...waits(path, text)]
  return found.filter(({ what }) => !isRepeatable.has(what))
}

/** Microtasks, and chance that needs no time: other rules are about these. */
const isRepeatable: ReadonlySet<string> = new Set(['queueMicrotask', 'crypto.randomUUID', 'crypto.getRandomValues'])

const waiting: ReadonlySet<string> = new Set(['Atomics.wait', 'Atomics.waitAsync', 'vi.waitFor', 'vi.waitUntil', 'expect.poll'])

function waits(path: string, text: string): readonly Finding[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: Finding[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && waiting.has(node.getText()))
      found.push({ what: node.getText(), line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
