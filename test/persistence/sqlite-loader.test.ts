import { describe, expect, it } from 'vitest'
import { driverObstacle, loadDriver } from '../../src/persistence/sqlite-loader.ts'

describe('the loader of better-sqlite3', () => {
  it('refuses in words what would end the process', () => {
    expect(driverObstacle({ version: '13.2.0', napi: '9', node: '20.20.2' })).toBe(
      'needs Node 22.14 or newer, because better-sqlite3 13.2.0 does (Node-API 10); this is Node 20.20.2 (Node-API 9)',
    )
  })

  it.each([
    ['13.2.0', '10', '22.14.0'],
    ['12.11.1', '9', '20.20.2'],
  ])('lets better-sqlite3 %s be loaded with Node-API %s', (version, napi, node) => {
    expect(driverObstacle({ version, napi, node })).toBe(undefined)
  })

  it('loads it here', () => {
    expect(loadDriver()).toBeTypeOf('function')
  })
})
