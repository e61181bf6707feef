/** A package that a room may use. */
export interface AllowedPackage {
  /** Its name, or all names that begin with this and a slash. */
  readonly name: string
  /** The files of the room that may use it; without it, all. */
  readonly in?: RegExp
  /** How many files may use it, whichever they are. */
  readonly files?: number
}

/** A row of the table: what the files of one folder below `src` may import besides each other. */
export interface Room {
  readonly name: string
  /** Other rooms, as far as they are mentioned here: all of it, or only the files that the expression fits. */
  readonly imports: readonly (string | { readonly room: string; readonly only: RegExp; readonly isTypeOnly?: boolean })[]
  readonly packages: readonly AllowedPackage[]
}

const below = (room: string): readonly string[] => order.slice(0, order.indexOf(room))

const order = [
  'protocol',
  'serialization',
  'runtime',
  'simulation',
  'behaviors',
  'supervision',
  'persistence',
  'levels',
  'distribution',
  'observe',
  'config',
  'app',
  'testing',
  'cli',
]

/** Who may import whom, from the bottom to the top: nobody imports what is further down in this list. */
export const rooms: readonly Room[] = [
  { name: 'protocol', imports: [], packages: [] },
  { name: 'serialization', imports: ['protocol'], packages: [{ name: 'superjson' }] },
  { name: 'runtime', imports: ['protocol'], packages: [{ name: 'node:', in: /^(?:system-clock|attribution)\.ts$/ }] },
  // It watches what it must not use.
  { name: 'simulation', imports: ['protocol', 'runtime'], packages: [{ name: 'node:', in: /^real-modules\.ts$/ }] },
  {
    name: 'behaviors',
    imports: ['protocol', 'runtime'],
    packages: [
      { name: 'xstate', in: /^(?:(?:hosting\/)?machine(?:-.*)?|actor-logic)\.ts$/ },
      { name: 'node:child_process', in: /^system-spawner\.ts$/ },
    ],
  },
  {
    name: 'supervision',
    imports: ['protocol', 'runtime', 'behaviors'],
    packages: [{ name: 'xstate', in: /^machine\/supervisor-machine\.ts$/ }],
  },
  {
    name: 'persistence',
    imports: ['protocol', 'serialization', 'runtime', 'behaviors'],
    packages: [
      { name: 'better-sqlite3', in: /^sqlite-.*\.ts$/ },
      { name: 'node:worker_threads', in: /^(?:store-thread|worker-main)\.ts$/ },
      { name: 'node:fs', in: /^(?:sqlite-|checkpoint).*\.ts$/ },
      { name: 'node:path', in: /^(?:sqlite-|checkpoint).*\.ts$/ },
      { name: 'node:os', in: /^sqlite-store\.ts$/ },
      { name: 'node:crypto', in: /^(?:sqlite-|checkpoint|checksum).*\.ts$/ },
      { name: 'node:zlib', in: /^checksum\.ts$/ },
      { name: 'node:module', in: /^(?:sqlite-|checkpoint).*\.ts$/ },
    ],
  },
  {
    name: 'levels',
    imports: ['protocol', 'serialization', 'runtime', 'behaviors'],
    packages: [
      { name: 'node:fs', in: /^level-file\.ts$/ },
      { name: 'node:path', in: /^level-file\.ts$/ },
      { name: 'node:crypto', in: /^level-file-text\.ts$/ },
    ],
  },
  {
    name: 'distribution',
    imports: ['protocol', 'serialization', 'runtime', 'behaviors', { room: 'supervision', only: /^starter\.ts$/ }],
    packages: [
      { name: 'node:worker_threads', files: 1 },
      { name: 'node:child_process', files: 1 },
      { name: '@nats-io', files: 1 },
    ],
  },
  {
    name: 'observe',
    imports: [
      'protocol',
      'serialization',
      'runtime',
      ...below('observe').map((room) => ({ room, only: /^events\.ts$/, isTypeOnly: true })),
    ],
    packages: [
      { name: '@opentelemetry', in: /^otel\.ts$/ },
      { name: 'node:http', in: /^web\// },
    ],
  },
  {
    name: 'config',
    imports: [
      ...below('config').filter((room) => room !== 'distribution'),
      { room: 'distribution', only: /^(?!.*transport\.ts$)/ },
    ],
    packages: [{ name: 'zod' }, { name: 'yaml' }, { name: 'node:fs', in: /^load\.ts$/ }, { name: 'node:path', in: /^load\.ts$/ }],
  },
  { name: 'app', imports: below('app'), packages: [] },
  {
    name: 'testing',
    imports: below('testing'),
    packages: [
      { name: 'vitest', in: /^vitest\.ts$/ },
      { name: 'xstate', in: /^machine-.*\.ts$/ },
      { name: 'fast-check', in: /^generators\// },
    ],
  },
  { name: 'cli', imports: below('cli').filter((room) => room !== 'testing'), packages: [{ name: 'node:' }] },
]

/** Where the clock may be read, timers set and dice thrown: everything else gets these as contracts. */
export const doorsOfTimeAndChance: readonly string[] = [
  'runtime/system-clock.ts',
  'runtime/system-random.ts',
  'runtime/fair-scheduler.ts',
  'behaviors/system-spawner.ts',
  'simulation/settle.ts',
]
