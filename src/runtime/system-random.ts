import type { Random } from './random.ts'

/** The chance of this machine: no seed, never the same twice. */
export function createSystemRandom(): Random {
  return { next: () => Math.random(), integer: (below) => Math.floor(Math.random() * below) }
}
