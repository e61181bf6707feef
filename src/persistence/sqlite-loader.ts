import { createRequire } from 'node:module'
import type { OwnHandle } from './sqlite-handle.ts'

/** Opens a file with better-sqlite3. `timeout` is how long SQLite waits for a lock, in milliseconds. */
export type Driver = new (path: string, options: { readonly timeout: number }) => OwnHandle

/**
 * Loads better-sqlite3, or says in words what stands in the way. It is loaded late and not imported, because version 13 ends
 * the whole process with a segmentation fault on a Node without Node-API 10.
 */
export function loadDriver(): Driver | { readonly obstacle: string; readonly cause?: unknown } {
  const require = createRequire(import.meta.url)
  try {
    const { version } = require('better-sqlite3/package.json') as { readonly version: string }
    const obstacle = driverObstacle({ version, napi: process.versions['napi'] ?? '0', node: process.versions.node })
    return obstacle === undefined ? (require('better-sqlite3') as Driver) : { obstacle }
  } catch (cause) {
    const obstacle = 'needs better-sqlite3, which cannot be loaded. Install it, or pass an open DatabaseSync of node:sqlite'
    return { obstacle, cause }
  }
}

/** A version of better-sqlite3, and the Node it would run on. */
export interface DriverFacts {
  readonly version: string
  /** The Node-API version of the Node. */
  readonly napi: string
  readonly node: string
}

/** Why a version of better-sqlite3 must not be loaded on this Node, if it must not. */
export function driverObstacle({ version, napi, node }: DriverFacts): string | undefined {
  if (Number.parseInt(version, 10) < 13 || Number(napi) >= 10) return undefined
  const found = `this is Node ${node} (Node-API ${napi})`
  return `needs Node 22.14 or newer, because better-sqlite3 ${version} does (Node-API 10); ${found}`
}
