import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const every = ['test/**/*.test.ts', 'examples/**/*.test.ts']

/** What compares times has no other test beside it. */
const timed = [
  ...['test/benchmarks/**/*.test.ts', 'test/integration/level-cost.test.ts', 'test/integration/load.test.ts'],
  ...['test/protocol/keyed-map.test.ts', 'test/supervision/decider.test.ts', 'test/testing/speed.test.ts'],
]

const alone = ['test/integration/**/*.test.ts', 'test/chaos/**/*.test.ts']

/** Where tests have their files: in memory where there is room. No test takes the power away: a disk would show nothing more. */
function scratch(): string {
  const inMemory = '/dev/shm'
  if (!existsSync(inMemory)) return tmpdir()
  const { bavail, bsize } = statfsSync(inMemory)
  return bavail * bsize > 2 ** 31 ? inMemory : tmpdir()
}

export default defineConfig({
  resolve: {
    // Tests and guides import the package by its name, as its users do.
    alias: [
      { find: /^coppice$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      { find: /^coppice\/vitest$/, replacement: fileURLToPath(new URL('src/testing/vitest.ts', import.meta.url)) },
      { find: /^coppice\/fast-check$/, replacement: fileURLToPath(new URL('src/testing/generators/index.ts', import.meta.url)) },
      { find: /^coppice\/testing$/, replacement: fileURLToPath(new URL('src/testing/index.ts', import.meta.url)) },
    ],
  },
  test: {
    pool: 'forks',
    // A store thread of the tests runs TypeScript, which Node strips by WebAssembly. When such threads come and go and nothing
    // else in the process holds that code, V8 crashes while it tiers up the wrappers of calls out of it: it frees code that is
    // gone. Compiled, as users have it, the thread runs no WebAssembly.
    execArgv: ['--wasm-wrapper-tiering-budget=1000000000'],
    env: {
      // Processes and store threads that tests start find the sources stripped of their types already.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/coppice-tests', import.meta.url)),
      TMPDIR: scratch(),
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    // Nothing in a module changes, so that files can share what they have loaded. Those that look at the process itself can not.
    projects: [
      { extends: true, test: { name: 'shared', include: every, exclude: [...alone, ...timed], isolate: false } },
      { extends: true, test: { name: 'alone', include: alone, exclude: timed, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'lcov'] },
  },
})
