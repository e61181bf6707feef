import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const every = ['test/**/*.test.ts', 'examples/**/*.test.ts']

const alone = ['test/integration/**/*.test.ts', 'test/chaos/**/*.test.ts', 'test/benchmarks/**/*.test.ts']

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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Nothing in a module changes, so that files can share what they have loaded. Those that look at the process itself can not.
    projects: [
      { extends: true, test: { name: 'shared', include: every, exclude: alone, isolate: false } },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'lcov'] },
  },
})
