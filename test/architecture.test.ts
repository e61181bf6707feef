import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { check, describeViolation, rules } from './support/architecture/check.ts'
import { importCycles } from './support/architecture/import-cycles.ts'
import { rooms } from './support/architecture/rooms.ts'
import { sourceFacts, type SourceFacts } from './support/architecture/source-facts.ts'

describe('the source', () => {
  const source = readSource()
  const violations = check(source)

  it.each(rules)('keeps the rule: %s', (rule) => {
    expect(violations.filter((violation) => violation.rule === rule).map(describeViolation)).toEqual([])
  })

  it('is in the rooms of the table', () => {
    const known = rooms.map(({ name }) => name)
    const folders = source.filter(({ path }) => path.includes('/')).map(({ path }) => path.split('/')[0])
    expect([...new Set(folders)].filter((folder) => !known.includes(folder ?? ''))).toEqual([])
    expect(source.filter(({ path }) => !path.includes('/') && path !== 'index.ts')).toEqual([])
  })
})

describe('the table of rooms', () => {
  it('lets nobody import what is further up', () => {
    const names = rooms.map(({ name }) => name)
    for (const { name, imports } of rooms) {
      const imported = imports.map((allowed) => (typeof allowed === 'string' ? allowed : allowed.room))
      expect(imported.filter((other) => names.indexOf(other) >= names.indexOf(name))).toEqual([])
    }
  })
})

describe('the checker finds', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'an import of a room further up',
      { 'runtime/a.ts': "\nimport { b } from '../supervision/b.ts'" },
      ['src/runtime/a.ts:2: [room] runtime may not import supervision/b.ts'],
    ],
    [
      'an import of a room beside it, also of types alone',
      { 'supervision/a.ts': "import type { B } from '../simulation/b.ts'" },
      ['src/supervision/a.ts:1: [room] supervision may not import simulation/b.ts'],
    ],
    [
      'an export from elsewhere, a type taken from elsewhere, and an import at run time',
      {
        'protocol/a.ts': [
          "export { b } from '../runtime/b.ts'",
          "export type C = import('../runtime/c.ts').C",
          "void import('../runtime/d.ts')",
        ].join('\n'),
      },
      [
        'src/protocol/a.ts:1: [room] protocol may not import runtime/b.ts',
        'src/protocol/a.ts:2: [room] protocol may not import runtime/c.ts',
        'src/protocol/a.ts:3: [room] protocol may not import runtime/d.ts',
      ],
    ],
    [
      'an import from outside src',
      { 'cli/a.ts': "import { b } from '../../test/b.ts'" },
      ['src/cli/a.ts:1: [room] cli may not import ../test/b.ts'],
    ],
    [
      'more of another room than the file that is meant',
      { 'distribution/a.ts': "import '../supervision/starter.ts'\nimport '../supervision/strategy.ts'" },
      ['src/distribution/a.ts:2: [room] distribution may not import supervision/strategy.ts'],
    ],
    [
      'events that are more than types',
      {
        'observe/a.ts': [
          "import type { A } from '../supervision/events.ts'",
          "import { type B, c } from '../supervision/events.ts'",
        ].join('\n'),
      },
      ['src/observe/a.ts:2: [room] observe may not import supervision/events.ts'],
    ],
    [
      'a transport in the configuration',
      { 'config/a.ts': "import '../distribution/placement.ts'\nimport '../distribution/nats-transport.ts'" },
      ['src/config/a.ts:2: [room] config may not import distribution/nats-transport.ts'],
    ],
    [
      'a package in the wrong file',
      {
        'supervision/machine/supervisor-machine.ts': "import 'xstate'",
        'supervision/specs/strategy.ts': "import type { A } from 'xstate/graph'",
      },
      [
        'src/supervision/specs/strategy.ts:1: [package] xstate/graph may not be used by supervision/specs/strategy.ts: ' +
          'the table in test/support/architecture/rooms.ts says who may',
      ],
    ],
    [
      'a package of Node in the wrong file, and one that is loaded by require',
      { 'runtime/attribution.ts': "import 'node:async_hooks'", 'runtime/a.ts': "const b = require('node:fs')" },
      [
        'src/runtime/a.ts:1: [package] node:fs may not be used by runtime/a.ts: ' +
          'the table in test/support/architecture/rooms.ts says who may',
      ],
    ],
    [
      'a name that is known only at run time',
      { 'runtime/a.ts': 'void import(name)' },
      [
        'src/runtime/a.ts:1: [package] computed: name may not be used by runtime/a.ts: ' +
          'the table in test/support/architecture/rooms.ts says who may',
      ],
    ],
    [
      'a package in more files than one',
      { 'distribution/a.ts': "import 'node:worker_threads'", 'distribution/b.ts': "\nimport 'node:worker_threads'" },
      [
        'src/distribution/b.ts:2: [package] node:worker_threads may be used by 1 file of distribution, ' +
          'but is by distribution/a.ts, distribution/b.ts',
      ],
    ],
    [
      'an import of a front door',
      { 'testing/a.ts': "import { b } from './index.ts'" },
      ['src/testing/a.ts:1: [index] testing/index.ts is a front door; import the file that defines the name'],
    ],
    [
      'a cycle, although types alone close it',
      {
        'runtime/a.ts': "import { b } from './b.ts'",
        'runtime/b.ts': "\nimport { c } from './c.ts'",
        'runtime/c.ts': "import type { A } from './a.ts'",
      },
      ['src/runtime/a.ts:1: [cycle] these files import each other: runtime/a.ts → runtime/b.ts → runtime/c.ts → runtime/a.ts'],
    ],
    [
      'a file that imports itself',
      { 'runtime/a.ts': "import { a } from './a.ts'" },
      ['src/runtime/a.ts:1: [cycle] these files import each other: runtime/a.ts → runtime/a.ts'],
    ],
  ])('%s', (_, source, expected) => {
    expect(checkText(source)).toEqual(expected)
  })

  it.each([
    'Date.now()',
    'const read = Date.now',
    'new Date()',
    'performance.now()',
    'const { now } = performance',
    'Math.random()',
    'globalThis.Math.random()',
    'setTimeout(run, 1)',
    'const later = { set: setTimeout }',
    'globalThis.setTimeout(run, 1)',
    'setInterval(run, 1)',
    'setImmediate(run)',
    'queueMicrotask(run)',
    'process.nextTick(run)',
    'AbortSignal.timeout(1)',
    'crypto.randomUUID()',
  ])('time or chance in: %s', (line) => {
    expect(checkText({ 'runtime/a.ts': line })).toEqual([expect.stringMatching(/^src\/runtime\/a\.ts:1: \[time and chance\]/)])
    expect(checkText({ 'runtime/system-clock.ts': line })).toEqual([])
  })

  it.each([
    'let count = 0',
    'export var count = 0',
    'const seen = new Map<string, number>()',
    'export const seen = new Set()',
    'const owners: ReadonlyMap<object, string> = new WeakMap()',
    'const all: string[] = []; export function add(one: string): void { all.push(one) }',
    'const config = { a: 1 }; export function set(): void { config.a = 2 }',
    'const counts = { a: 1 }; export function count(): void { counts.a += 1; }',
    'const counts = { a: 1 }; export function count(): void { counts["a"]++; }',
    'const names: Record<string, string> = {}; export function drop(): void { delete names.a }',
    'export class Registry { static all = [] }',
  ])('state of a module in: %s', (line) => {
    expect(checkText({ 'runtime/a.ts': line })).toEqual([expect.stringMatching(/^src\/runtime\/a\.ts:1: \[mutable state\]/)])
  })

  it.each(['let a: any', 'function f(a: Record<string, any>): void {}', 'const a = b as any'])('any in: %s', (line) => {
    expect(checkText({ 'runtime/a.ts': `function g(): void { ${line} }` })).toEqual([
      'src/runtime/a.ts:1: [any] the type any; use unknown, or the type that it is',
    ])
  })

  it('nothing in a file that keeps the rules', () => {
    const kept = `
      import type { ActorId } from '../protocol/actor-id.ts'
      import { ring } from './ring-queue.ts'
      const units = { ms: 1 } as const
      const order = ['a', 'b']
      const known: ReadonlySet<string> = new Set(order)
      export interface Timers { setTimeout(ms: number): void; performance: number; any: string }
      /** Unlike setTimeout and Date.now(), which take any number. */
      export class Clock {
        static readonly zero = 0
        #timers = new Map<ActorId, number>()
        set(timers: Timers, at: string): Date {
          let count = 0
          count += timers.performance
          timers.setTimeout(count)
          return new Date(at)
        }
      }
    `
    expect(checkText({ 'runtime/a.ts': kept, 'runtime/ring-queue.ts': '' })).toEqual([])
  })

  it('a cycle in every knot, and none where there is none', () => {
    const graph = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['b', 'd']],
      ['d', ['e']],
      ['e', ['d']],
      ['f', ['a', 'e']],
    ])
    expect(importCycles(graph)).toEqual([
      ['d', 'e', 'd'],
      ['b', 'c', 'b'],
    ])
    expect(
      importCycles(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toEqual([])
  })
})

function checkText(source: Readonly<Record<string, string>>): readonly string[] {
  return check(Object.entries(source).map(([path, text]) => sourceFacts(path, text))).map(describeViolation)
}

function readSource(): readonly SourceFacts[] {
  const root = fileURLToPath(new URL('../src/', import.meta.url))
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return paths.sort().map((path) => sourceFacts(path.replaceAll('\\', '/'), readFileSync(`${root}${path}`, 'utf8')))
}
